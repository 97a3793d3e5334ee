//! A person refuses what passed; the reason is a finding.

use super::Caller;
use super::Driver;
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
use crate::advance;
use crate::caller::asker;
use crate::event::Decision;
use crate::work::WorkReport;
use crate::work::WorkResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `gate_reject`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
    /// What is wrong; passed on to the next attempt.
    #[cfg_attr(feature = "cli", arg(long))]
    pub reason: String,
    /// How to continue the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub drive: DriveRequest,
}

/// Refuses a reason that says nothing, before a person is asked for their word.
pub fn refuse_blank(request: &Request) -> Result<(), Error> {
    reason::refuse_blank(&*request.reason, reason::of_gate("gate reject", &request.gate))
}

/// Refuses where nothing waits for approval: then nobody is asked who they are.
pub fn refuse_unasked(project: &Project, caller: &Caller, request: &Request) -> Result<(), Error> {
    let id = choose::run(project, caller, &request.gate.run)?;
    let run = project.store.read(&id)?.run;
    let gate = gate_approve::gate_of(project, caller, &run, &request.gate)?;
    gate_approve::refuse_other(&id, &run, &gate)
}

/// Fails an attempt that waits for approval.
pub fn gate_reject(
    project: &Project,
    caller: &Caller,
    request: &Request,
    person: &Person,
) -> Result<GateReply, Error> {
    refuse_blank(request)?;
    asker::refuse_agents(project, caller)?;
    let id = choose::run(project, caller, &request.gate.run)?;
    let mut driver = Driver::take(project, &id)?;
    let gate = gate_approve::gate_of(project, caller, driver.run(), &request.gate)?;
    gate_approve::refuse_other(&id, driver.run(), &gate)?;
    let attempt = driver.run().attempt_id(&gate);
    let saw = gate_approve::digests(driver.run(), &gate);
    let decision = Decision::Rejected { reason: request.reason.clone(), saw };
    signed_decision::record(&mut driver, &attempt, decision, person)?;
    let result = WorkResult::said_to_fail(&format!("rejected by {}", person.by), &request.reason);
    advance::settle(&mut driver, &WorkReport { attempt, invocation: None, result })?;
    gate_finish::go_on(driver, caller, &gate, &request.drive)
}
