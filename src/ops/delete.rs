//! Remove the worktree and the branch of a run that is over. What nothing else has is
//! kept under a ref, and so is the run's record.

use super::Caller;
use super::Error;
use super::Project;
use super::Suggestion;
use super::cancel::CanceledRun;
use super::get;
use super::pooled;
use crate::caller::asker;
use crate::project::leave;
use crate::project::leave::RemovedWorktree;

/// Removes both. Done again, it finds nothing left to remove.
pub fn delete(
    project: &Project,
    caller: &Caller,
    request: &get::Request,
) -> Result<CanceledRun, Error> {
    let run = pooled::find(project, &request.key, Suggestion::new("clean"))?;
    asker::refuse_workers_of_others(project, caller, &run.run_id)?;
    if run.is_open() {
        let message = format!("run {} is not over", run.run_id);
        return Err(Error::usage(message).advise("cancel it first"));
    }
    let _alone = leave::alone(project, &run.run_id)?;
    let mut removed = RemovedWorktree::default();
    leave::remove_worktree(project, &run.run_id, &mut removed)?;
    if let Some(branch) = pooled::own_branch(&pooled::all(project)?, &run) {
        leave::delete_branch(project, (&run.run_id, branch), &mut removed)?;
    }
    let mark = project.store.deleted_mark(&run.run_id);
    mark.write(b"").map_err(|source| Error::disk(&mark, source))?;
    Ok(CanceledRun { run_id: run.run_id, key: run.key, status: run.status, removed })
}
