//! Pausing a run from outside its drive: it stays as it is until somebody takes it up.

use super::Driver;
use super::Error;
use super::RunChoice;
use super::Site;
use super::Standing;
use super::choose;
use crate::advance;
use crate::event::PauseCause;
use crate::event::RunStatus;

/// The run, and why it is paused.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub run: RunChoice,
    /// For the record: `paused by a person`.
    pub reason: String,
    pub cause: PauseCause,
}

/// Pauses a run. One that is over or paused already stays so.
pub fn run_pause(site: &Site, request: &Request) -> Result<Standing, Error> {
    let id = choose::run(site, &request.run)?;
    let mut driver = Driver::take(site, &id)?;
    match driver.run().status {
        RunStatus::Running | RunStatus::Waiting => {
            advance::pause(&mut driver, request.cause, &request.reason)?;
        }
        RunStatus::Paused | RunStatus::Passed | RunStatus::Failed | RunStatus::Canceled => {}
    }
    Ok(advance::standing(&driver))
}
