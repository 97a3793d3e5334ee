//! A run stays as it is until it is resumed.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::choose;
use super::reason;
use super::session_state;
use super::take_over;
use super::take_over::HearsStop;
use super::take_over::Wait;
use crate::advance;
use crate::caller::asker;
use crate::event::PauseCause;
use crate::event::RunStatus;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `run_pause`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default)]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Reason, for the record.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = Self::default().reason))]
    pub reason: String,
    /// Cause of the pause.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub cause: PauseCause,
    /// How long to wait.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub wait: Wait,
}

impl Default for Request {
    fn default() -> Self {
        let reason = "paused by a person".to_owned();
        let (cause, wait) = (PauseCause::default(), Wait::default());
        Self { run: RunChoice::default(), reason, cause, wait }
    }
}

/// Pauses a run. One that is over or paused already stays so; a process that drives it is asked to
/// stop first, and `told` hears of that.
pub fn run_pause(
    project: &Project,
    caller: &Caller,
    request: &Request,
    told: HearsStop<'_>,
) -> Result<Standing, Error> {
    reason::refuse_blank(&*request.reason, reason::of_run("run pause", &request.run))?;
    let id = choose::run(project, caller, &request.run)?;
    asker::refuse_workers_of_others(project, caller, &id)?;
    stop(project, caller, request, told)
}

/// The same for a worker, whom the run's parent asks.
pub(super) fn stop(
    project: &Project,
    caller: &Caller,
    request: &Request,
    told: HearsStop<'_>,
) -> Result<Standing, Error> {
    let id = choose::run(project, caller, &request.run)?;
    let taken = take_over::take(project, caller, (&id, &request.wait), told)?;
    pause(taken.driver, request, taken.has_stopped)
}

/// The same of a run that nobody drives; one that is held stays so.
pub fn pause_where_free(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Standing, Error> {
    reason::refuse_blank(&*request.reason, reason::of_run("run pause", &request.run))?;
    let id = choose::run(project, caller, &request.run)?;
    pause(Driver::take(project, &id)?, request, false)
}

fn pause(mut driver: Driver<'_>, request: &Request, was_driven: bool) -> Result<Standing, Error> {
    let pauses = match driver.run().status {
        RunStatus::Running | RunStatus::Waiting => true,
        // Whoever drove it wrote that it was interrupted, and could not know why.
        RunStatus::Paused => {
            // A worker gives a run that machines share back before it is granted to be paused.
            let was_driven = was_driven || driver.project.share.is_some();
            was_driven && driver.run().pause == Some(PauseCause::Signal)
        }
        RunStatus::Passed | RunStatus::Failed | RunStatus::Canceled => false,
    };
    if pauses {
        advance::pause(&mut driver, request.cause, &request.reason)?;
        advance::tell_others(&driver)?;
        session_state::write(driver.project, driver.id())?;
    }
    Ok(advance::standing(&driver))
}
