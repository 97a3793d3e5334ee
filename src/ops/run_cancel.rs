//! `orch run cancel`: end a run that is no longer wanted.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::run_complete;
use super::run_complete::Completion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `orch run cancel`.
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
}

/// Cancels a run; one that is canceled already stays so.
pub fn run_cancel(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Standing, Error> {
    let request = run_complete::Request {
        run: request.run.clone(),
        status: Completion::Canceled,
        reason: request.reason.clone(),
    };
    run_complete::run_complete(project, caller, &request)
}
