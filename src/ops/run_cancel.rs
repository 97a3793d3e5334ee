//! End a run that is no longer wanted.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::choose;
use super::reason;
use super::run_complete;
use super::run_complete::Completion;
use super::session_state;
use super::take_over;
use super::take_over::HearsStop;
use super::take_over::Wait;
use crate::caller::asker;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `run_cancel`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Reason, for the record.
    #[cfg_attr(feature = "cli", arg(long))]
    pub reason: Option<String>,
    /// How long to wait.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub wait: Wait,
}

/// Cancels a run; one that is canceled already stays so. A process that drives it is asked to stop
/// first, and `told` hears of that.
pub fn run_cancel(
    project: &Project,
    caller: &Caller,
    request: &Request,
    told: HearsStop<'_>,
) -> Result<Standing, Error> {
    let command = reason::of_run("run cancel", &request.run);
    reason::refuse_blank(request.reason.as_deref(), command)?;
    let id = choose::run(project, caller, &request.run)?;
    run_complete::refuse_ending(project, caller, &id)?;
    asker::refuse_workers_of_others(project, caller, &id)?;
    end(project, caller, request, told)
}

/// The same for a worker, whom the run's parent asks.
pub(super) fn end(
    project: &Project,
    caller: &Caller,
    request: &Request,
    told: HearsStop<'_>,
) -> Result<Standing, Error> {
    let id = choose::run(project, caller, &request.run)?;
    let taken = take_over::take(project, caller, (&id, &request.wait), told)?;
    let reason = request.reason.clone();
    let standing = run_complete::complete(caller, taken.driver, Completion::Canceled, reason)?;
    session_state::write(project, &id)?;
    Ok(standing)
}
