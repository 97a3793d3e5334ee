//! Pausing a run that a worker of another machine drives: the engine has that worker stop.

use super::Caller;
use super::Error;
use super::Project;
use super::Suggestion;
use super::pooled;
use super::pooled::PooledRun;
use super::reason;
use super::run_pause;
use super::shared_runs;
use crate::caller::asker;
use crate::dispatch::Wish;
use crate::engine::Engine;

/// Asks for it; `None` where the run is not named, or the engine does not know of it.
pub fn pause(
    project: &Project,
    caller: &Caller,
    request: &run_pause::Request,
) -> Result<Option<PooledRun>, Error> {
    let Some(name) = request.run.run.as_ref().filter(|_| project.share.is_none()) else {
        return Ok(None);
    };
    if Engine::of(project)?.is_none() {
        return Ok(None);
    }
    reason::refuse_blank(&*request.reason, reason::of_run("run pause", &request.run))?;
    let run = match pooled::find(project, name, Suggestion::new("run list")) {
        Ok(run) => run,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    asker::refuse_workers_of_others(project, caller, &run.run_id)?;
    shared_runs::tell(project, &run, (Wish::Pause, Some(request.reason.clone())))?;
    Ok(Some(run))
}
