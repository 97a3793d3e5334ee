//! End a convoy, and with it the runs for its keys. All worktrees and
//! branches stay: work may lie there that is wanted.

use super::Caller;
use super::Error;
use super::Project;
use super::cancel;
use super::convoy_status;
use super::convoy_status::Convoy;
use super::take_over::HearsStop;
use super::take_over::Wait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `convoy_cancel`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Name of the convoy, run id, or a unique part of one; defaults to the newest.
    #[cfg_attr(feature = "cli", arg(value_name = "NAME"))]
    #[serde(default)]
    pub name: Option<String>,
    /// Reason, for the record.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub reason: Option<String>,
    /// How long to wait.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub wait: Wait,
}

/// Cancels the convoy; workers end its runs.
pub fn convoy_cancel(
    project: &Project,
    caller: &Caller,
    request: &Request,
    told: HearsStop<'_>,
) -> Result<Convoy, Error> {
    let meant = convoy_status::Request { name: request.name.clone() };
    let run = convoy_status::find(project, &meant)?;
    let cancel = cancel::Request {
        key: run.run_id.to_string(),
        reason: request.reason.clone(),
        keep_worktree: true,
        wait: request.wait.clone(),
    };
    let canceled = cancel::cancel(project, caller, &cancel, told)?;
    let meant = convoy_status::Request { name: Some(run.run_id.to_string()) };
    match convoy_status::convoy_status(project, &meant) {
        // Nothing is left of a run that never began.
        Err(Error::NotFound { .. }) if canceled.status.is_none() => {
            Ok(Convoy { run, children: Vec::new() })
        }
        convoy => convoy,
    }
}
