//! A person lets the run pass without a gate, with a name and a reason.

use super::Caller;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Person;
use super::Project;
use super::choose;
use super::gate_approve;
use super::gate_finish;
use super::reason;
use super::run::DriveRequest;
use super::signed_decision;
use crate::caller::asker;
#[cfg(feature = "serve")]
use crate::definition::Definition;
use crate::event::Decision;
use crate::event::Event;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::project::signing;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `gate_waive`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
    /// Why the run may pass without this gate.
    #[cfg_attr(feature = "cli", arg(long))]
    pub reason: String,
    /// How to continue the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub drive: DriveRequest,
}

/// Refuses a reason that says nothing, before a person is asked for their word.
pub fn refuse_blank(request: &Request) -> Result<(), Error> {
    reason::refuse_blank(&*request.reason, reason::of_gate("gate waive", &request.gate))
}

/// Waives a gate that is not at work and has not passed, and goes on.
pub fn gate_waive(
    project: &Project,
    caller: &Caller,
    request: &Request,
    person: &Person,
) -> Result<GateReply, Error> {
    refuse_blank(request)?;
    asker::refuse_agents(project, caller)?;
    let (mut driver, gate) = choose::held(project, caller, &request.gate)?;
    refuse_unwaivable(&driver.workflow, driver.run(), &gate)?;
    let attempt = driver.run().attempt_id(&gate);
    let saw = gate_approve::digests(driver.run(), &gate);
    let decision = Decision::Waived { reason: request.reason.clone(), saw };
    signed_decision::record(&mut driver, &attempt, decision, person)?;
    let mut events = Vec::new();
    if driver.run().status == RunStatus::Failed {
        events.push(Event::RunResumed { retried: Vec::new() });
    }
    let (by, reason) = (person.by.clone(), request.reason.clone());
    events.push(Event::GateWaived { gate: gate.clone(), by, reason });
    driver.append(&events)?;
    gate_finish::go_on(driver, caller, &gate, &request.drive)
}

/// Whether a gate could be waived now.
#[cfg(feature = "serve")]
pub(crate) fn can_waive(run: &Run, gate: &GateId) -> Result<bool, Error> {
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    Ok(refuse_unwaivable(&workflow, run, gate).is_ok())
}

/// Refuses to waive what is at work, done, or not to be passed without a signature.
pub(super) fn refuse_unwaivable(
    workflow: &Workflow,
    run: &Run,
    gate: &GateId,
) -> Result<(), Error> {
    let (status, run_status) = (run.status_of(gate), run.status);
    let is_over = run_status.is_final();
    if is_over || matches!(status, GateStatus::Running | GateStatus::Pass | GateStatus::Waived) {
        return Err(Error::usage(format!(
            "gate {gate} cannot be waived: it is {status}, and the run is {run_status}"
        )));
    }
    if let Some(by) = workflow.gate(gate).and_then(signing::demand) {
        let by = by.join(" or ");
        return Err(Error::usage(format!(
            "gate {gate} requires a signature of {by}; it cannot be waived"
        )));
    }
    Ok(())
}
