//! Resume a run, whatever stopped it.

use super::Caller;
use super::Driver;
use super::Error;
use super::Foreword;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::choose;
use super::gate_finish;
use super::run::BudgetRequest;
use super::run::DriveRequest;
use crate::advance;
use crate::caller::asker;
use crate::drive;
use crate::event::Event;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::project::cut_off;
use crate::run::GateStatus;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `run_resume`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Budget of the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub budget: BudgetRequest,
    /// How to drive the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub drive: DriveRequest,
}

/// Resumes a run and drives it; `greet` is called once, in between. A run that has passed or was
/// canceled is left as it is.
pub fn run_resume(
    project: &Project,
    caller: &Caller,
    request: &Request,
    greet: &mut dyn FnMut(&Foreword),
) -> Result<Standing, Error> {
    let id = choose::run(project, caller, &request.run)?;
    asker::refuse_workers_of_others(project, caller, &id)?;
    let mut driver = Driver::take(project, &id)?;
    if driver.run().status.is_final() {
        // Its last commit may have been refused, by a full disk for one; nothing is committed twice.
        driver.commit(None, true)?;
        return Ok(advance::standing(&driver));
    }
    super::run::give_agent(&mut driver, caller, &request.drive)?;
    let limits = super::run::limits(&request.drive)?;
    let range = super::run::range(&driver.workflow, &driver.run().range, &request.drive)?;
    advance::refuse_missing_now(&driver, limits.agent.as_deref())?;
    let more = request.budget.event(project, caller)?.into_iter().chain(range);
    driver.append(&more.chain(resumed(&driver)).collect::<Vec<_>>())?;
    if request.budget.budget.is_some() {
        advance::resume_stopped_by_budget(project, driver.run())?;
    }
    greet(&Foreword::on_return(&driver, caller, limits.agent.as_deref())?);
    let standing = if request.drive.detach {
        driver.commit(None, false)?;
        gate_finish::left_to_worker(&driver)
    } else {
        drive::drive(&mut driver, &limits)?
    };
    gate_finish::let_go(driver, caller, &request.drive)?;
    Ok(standing)
}

/// Says what was cut off, and opens what had failed.
pub(super) fn resumed(driver: &Driver<'_>) -> Vec<Event> {
    let mut events = cut_off::all_cut_off(driver);
    let retried: Vec<GateId> = match driver.run().status {
        RunStatus::Failed => driver.run().gates_in(GateStatus::Fail).cloned().collect(),
        RunStatus::Running
        | RunStatus::Waiting
        | RunStatus::Paused
        | RunStatus::Passed
        | RunStatus::Canceled => Vec::new(),
    };
    events.push(Event::RunResumed { retried });
    events
}
