//! Pausing a run from outside its drive: it stays as it is until it is resumed.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::choose;
use crate::advance;
use crate::event::PauseCause;
use crate::event::RunStatus;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The run, and why it is paused.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Request {
    /// Which run.
    #[serde(flatten)]
    pub run: RunChoice,
    /// Reason, for the record.
    pub reason: String,
    /// Cause of the pause.
    pub cause: PauseCause,
}

impl Default for Request {
    fn default() -> Self {
        let reason = "paused by a person".to_owned();
        Self { run: RunChoice::default(), reason, cause: PauseCause::default() }
    }
}

/// Pauses a run. One that is over or paused already stays so.
pub fn run_pause(project: &Project, caller: &Caller, request: &Request) -> Result<Standing, Error> {
    let id = choose::run(project, caller, &request.run)?;
    let mut driver = Driver::take(project, &id)?;
    match driver.run().status {
        RunStatus::Running | RunStatus::Waiting => {
            advance::pause(&mut driver, request.cause, &request.reason)?;
        }
        RunStatus::Paused | RunStatus::Passed | RunStatus::Failed | RunStatus::Canceled => {}
    }
    Ok(advance::standing(&driver))
}
