//! `orch run cancel`: end a run that is no longer wanted.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::choose;
use super::reason;
use super::run_complete;
use super::run_complete::Completion;
use super::take_over;
use super::take_over::HearsStop;
use super::take_over::Wait;
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
    let taken = take_over::take(project, caller, (&id, &request.wait), told)?;
    run_complete::complete(caller, taken.driver, Completion::Canceled, request.reason.clone())
}
