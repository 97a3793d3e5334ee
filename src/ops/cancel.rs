//! End a run that a worker drives, and remove its worktree. What is not committed there is
//! kept under a ref; the branch stays.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Suggestion;
use super::errand;
use super::pooled;
use super::pooled::PooledRun;
use super::run_cancel;
use super::take_over::HearsStop;
use super::take_over::Wait;
use crate::caller::asker;
#[cfg(feature = "engine")]
use crate::dispatch::Wish;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::project::leave;
use crate::project::leave::RemovedWorktree;
use crate::project::worktree;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `cancel`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Key, run id, or a unique part of one.
    #[cfg_attr(feature = "cli", arg(value_name = "KEY"))]
    pub key: String,
    /// Reason, for the record.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub reason: Option<String>,
    /// Keep the worktree.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub keep_worktree: bool,
    /// How long to wait.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub wait: Wait,
}

/// A run that was canceled.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CanceledRun {
    /// The run's id.
    pub run_id: RunId,
    /// The run's key.
    pub key: String,
    /// How it ended; null where it never began.
    pub status: Option<RunStatus>,
    /// What became of its worktree.
    #[serde(flatten)]
    pub removed: RemovedWorktree,
}

/// Cancels the run. One that was canceled stays so, and its worktree goes; one that came to another end
/// keeps it.
pub fn cancel(
    project: &Project,
    caller: &Caller,
    request: &Request,
    told: HearsStop<'_>,
) -> Result<CanceledRun, Error> {
    let run =
        pooled::find(project, &request.key, Suggestion::new("run cancel").word(&request.key))?;
    asker::refuse_workers_of_others(project, caller, &run.run_id)?;
    #[cfg(feature = "engine")]
    if super::shared_runs::tell(project, &run, (Wish::Cancel, request.reason.clone()))? {
        let PooledRun { run_id, key, status, .. } = run;
        return Ok(CanceledRun { run_id, key, status, removed: RemovedWorktree::default() });
    }
    let _alone = leave::alone(project, &run.run_id)?;
    let trouble = |source| Error::environment(format!("cannot use the pool: {source}"));
    let pool = project.store.pool();
    pool.withdraw(&run.run_id).map_err(trouble)?;
    // A worker may have taken it by now; where its process died, nobody takes it up again.
    errand::stop_before_begin(project, &run.run_id)?;
    let has_begun = errand::will_have_begun(project, &run.run_id);
    pool.forget(&run.run_id).map_err(trouble)?;
    pool.withdraw(&run.run_id).map_err(trouble)?;
    pool.forget_refusal(&run.run_id).map_err(trouble)?;
    if !has_begun {
        return unmake(project, run);
    }
    let run =
        pooled::find(project, run.run_id.as_str(), Suggestion::new("run cancel").of(&run.run_id))?;
    if run.status.is_some_and(|status| !status.is_final()) {
        let choice = RunChoice { run: Some(run.run_id.to_string()) };
        let cancel = run_cancel::Request {
            run: choice,
            reason: request.reason.clone(),
            wait: request.wait.clone(),
        };
        let home = project.home_of(&run.run_id)?;
        let canceled =
            run_cancel::run_cancel(home.as_ref().unwrap_or(project), caller, &cancel, told);
        // It may have come to its end meanwhile.
        let is_over = || project.store.glance(&run.run_id).is_ok_and(|it| it.run.status.is_final());
        canceled.map(drop).or_else(|error| if is_over() { Ok(()) } else { Err(error) })?;
    }
    // It may have come to another end meanwhile: then its worktree is still wanted.
    let status = Some(project.store.glance(&run.run_id)?.run.status);
    let mut removed = RemovedWorktree::default();
    if !request.keep_worktree && status == Some(RunStatus::Canceled) {
        leave::remove_worktree(project, &run.run_id, &mut removed)?;
    }
    Ok(CanceledRun { run_id: run.run_id, key: run.key, status, removed })
}

/// A run that never began leaves nothing but what somebody put into its worktree: that is saved.
fn unmake(project: &Project, run: PooledRun) -> Result<CanceledRun, Error> {
    let mut removed = RemovedWorktree::default();
    if let Some(order) = &run.order {
        worktree::unmake(project, order, &mut removed)?;
    }
    Ok(CanceledRun { run_id: run.run_id, key: run.key, status: None, removed })
}
