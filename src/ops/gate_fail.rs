//! `orch gate fail`: end an attempt as failed, with a reason.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Project;
use super::choose;
use super::gate_finish;
use super::run::DriveRequest;
use crate::advance;
use crate::event::WaitsFor;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::work::WorkReport;
use crate::work::WorkResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What `orch gate fail` takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
    /// What is wrong; the next attempt is told.
    #[cfg_attr(feature = "cli", arg(long))]
    pub reason: String,
    /// How the run goes on.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub drive: DriveRequest,
}

/// Fails the open attempt of a gate; retries and `on_fail` follow as the workflow says.
pub fn gate_fail(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<GateReply, Error> {
    let id = choose::run(project, caller, &request.gate.run)?;
    let mut driver = Driver::take(project, &id)?;
    let gate = choose::gate(&driver, caller, request.gate.gate.as_deref())?;
    if waits_for(&driver, &gate) == Some(WaitsFor::Decision) {
        advance::refuse(&mut driver, &gate, &request.reason)?;
    } else {
        let attempt = gate_finish::waiting_attempt(&driver, &gate)?;
        let result = WorkResult::said_to_fail("gate fail", &request.reason);
        let ended =
            WorkReport { attempt: AttemptId::new(&gate, attempt), invocation: None, result };
        advance::settle(&mut driver, &ended)?;
    }
    gate_finish::go_on(&mut driver, caller, &gate, &request.drive)
}

fn waits_for(driver: &Driver<'_>, gate: &GateId) -> Option<WaitsFor> {
    driver.run().gate(gate).and_then(|state| state.waits_for)
}
