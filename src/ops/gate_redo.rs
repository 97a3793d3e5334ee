//! A person opens a gate again, and everything that depends on it.

use super::Caller;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Project;
use super::amendment;
use super::choose;
use super::gate_finish;
use super::reason;
use super::run::DriveRequest;
use crate::caller::asker;
use crate::event::Event;
use crate::event::RunStatus;
use crate::next;
use crate::project::cut_off;
use crate::run::GateStatus;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `gate_redo`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
    /// Reason, for the record and the next attempt.
    #[cfg_attr(feature = "cli", arg(long))]
    pub reason: String,
    /// How to continue the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub drive: DriveRequest,
}

/// Opens a gate that has ended, and all that follows from it, with all their tries and jumps; then the
/// run goes on, also one that had passed or failed. The reply tells how it then stands.
pub fn gate_redo(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<GateReply, Error> {
    reason::refuse_blank(&*request.reason, reason::of_gate("gate redo", &request.gate))?;
    asker::refuse_agents(project, caller)?;
    let (mut driver, gate) = choose::held(project, caller, &request.gate)?;
    if driver.run().status == RunStatus::Canceled {
        return Err(Error::usage(format!(
            "run {} is CANCELED; its gates cannot be redone",
            driver.id()
        ))
        .advise_command(Suggestion::new("run").word(&driver.run().started.workflow)));
    }
    match driver.run().status_of(&gate) {
        GateStatus::Pass
        | GateStatus::Fail
        | GateStatus::Skipped
        | GateStatus::Waived
        | GateStatus::Waiting => {}
        status @ (GateStatus::NotStarted | GateStatus::Running | GateStatus::Stale) => {
            return Err(Error::usage(format!("gate {gate} is {status}; it is not done yet"))
                .advise_command(Suggestion::new("run resume").of(driver.id())));
        }
    }
    let reopened = next::followed_by(&driver.workflow, driver.run(), &gate);
    let mut events = cut_off::all_cut_off(&driver);
    let (by, reason) = (caller.identity(project)?, request.reason.clone());
    events.push(Event::GateRedone { gate: gate.clone(), reopened, by, reason });
    driver.append(&events)?;
    if !driver.run().started.driven {
        return gate_finish::go_on(driver, caller, &gate, &request.drive);
    }
    let differs = amendment::differs(project, driver.run());
    let run = gate_finish::drive_on(&mut driver, caller, &request.drive)?;
    let passed = run.status != RunStatus::Failed;
    let reply = GateReply { passed, differs, run, ..gate_finish::reply(&mut driver, &gate)? };
    gate_finish::let_go(driver, caller, &request.drive)?;
    Ok(reply)
}
