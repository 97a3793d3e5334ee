//! Have a worker drive a run again, in the same worktree: one that failed, is stuck, or
//! lost its process.

use super::Caller;
use super::Error;
use super::Project;
use super::Suggestion;
use super::get;
use super::pooled;
use super::pooled::Health;
use super::pooled::PooledRun;
use crate::advance;
use crate::caller::asker;
use crate::event::RunStatus;
use crate::files;
use crate::id::RunId;
use crate::project::runs;
use crate::project::runs::RunEntry;
use crate::project::supervisor;
use crate::standing::State;
use crate::store::pool::Errand;
use crate::store::pool::Ticket;
use crate::suggestion::Advice;
use serde::Serialize;

/// Gives the run to the pool again. One that is at work or waits there is left as it is.
pub fn restart(
    project: &Project,
    caller: &Caller,
    request: &get::Request,
) -> Result<PooledRun, Error> {
    let run =
        pooled::find(project, &request.key, Suggestion::new("run resume").word(&request.key))?;
    asker::refuse_workers_of_others(project, caller, &run.run_id)?;
    #[cfg(feature = "engine")]
    if super::shared_runs::tell(project, &run, (crate::dispatch::Wish::Resume, None))? {
        let instead = Suggestion::new("run resume").of(&run.run_id);
        return pooled::find(project, run.run_id.as_str(), instead);
    }
    if let Some(status) = run.status.filter(|status| status.is_final()) {
        let message = format!("run {} is {status}", run.run_id);
        return Err(
            Error::usage(message).advise(format!("start another run of `{}` instead", run.key))
        );
    }
    if run.is_folder_gone {
        let folder = run.folder.as_ref().map(|folder| folder.display().to_string());
        let message = format!("the worktree {} is gone", folder.unwrap_or_default());
        return Err(Error::usage(message).advise(match run.remakes_folder() {
            Some(call) => Advice::from("make it again: ").then(call),
            None => Advice::from(format!("start another run of `{}` instead", run.key)),
        }));
    }
    match run.health {
        Health::Queued | Health::Waiting | Health::Working | Health::Stalled => {}
        Health::Dead | Health::Orphaned | Health::Stuck | Health::Resting => {
            again(project, &run)?;
            supervisor::hire(project)?;
        }
    }
    pooled::find(project, run.run_id.as_str(), Suggestion::new("run resume").of(&run.run_id))
}

/// A run that goes on.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct RestartedRun {
    /// Its key.
    pub key: String,
    /// Its id.
    pub run_id: RunId,
}

/// The same for every run whose process is gone, such as after the machine was restarted; also for those
/// that somebody drove in a terminal.
pub fn restart_all(project: &Project, caller: &Caller) -> Result<Vec<RestartedRun>, Error> {
    let is_left = |run: &PooledRun| match run.health {
        Health::Dead | Health::Orphaned => !run.is_folder_gone,
        Health::Resting => run.status == Some(RunStatus::Paused) && run.was_interrupted,
        Health::Queued | Health::Waiting | Health::Working | Health::Stalled | Health::Stuck => {
            false
        }
    };
    let left: Vec<PooledRun> = pooled::all(project)?.into_iter().filter(is_left).collect();
    for run in &left {
        asker::refuse_workers_of_others(project, caller, &run.run_id)?;
    }
    for run in &left {
        again(project, run)?;
    }
    let restarted = |run: PooledRun| RestartedRun { key: run.key, run_id: run.run_id };
    let mut restarted: Vec<RestartedRun> = left.into_iter().map(restarted).collect();
    let is_stalled = |run: &RunEntry| run.status == State::Stalled;
    for RunEntry { key, run_id, .. } in runs::runs(project)?.into_iter().filter(is_stalled) {
        let folder = project.workspace_of(&run_id);
        if restarted.iter().any(|other| other.run_id == run_id) || !files::exists(&folder) {
            continue;
        }
        asker::refuse_workers_of_others(project, caller, &run_id)?;
        advance::enqueue(project, &advance::ticket(project, &run_id, folder, Errand::Resume))?;
        restarted.push(RestartedRun { key, run_id });
    }
    supervisor::hire(project)?;
    Ok(restarted)
}

fn again(project: &Project, run: &PooledRun) -> Result<(), Error> {
    let pool = project.store.pool();
    let trouble = |source| Error::environment(format!("cannot use the pool: {source}"));
    if run.status.is_some() {
        let folder = project.workspace_of(&run.run_id);
        advance::enqueue(project, &advance::ticket(project, &run.run_id, folder, Errand::Resume))?;
    } else if let Some(ticket) = pool.refused_ticket(&run.run_id).map_err(trouble)? {
        advance::enqueue(project, &Ticket { restarts: 0, ..ticket })?;
    } else {
        // A worker takes up by itself what has lost its process before it began.
        return Ok(());
    }
    pool.forget(&run.run_id).map_err(trouble)
}
