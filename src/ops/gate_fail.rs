//! End an attempt as failed, with a reason.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Project;
use super::choose;
use super::gate_finish;
use super::reason;
use super::run::DriveRequest;
use crate::advance;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::run::GateStatus;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use crate::work;
use crate::work::WorkReport;
use crate::work::WorkResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `gate_fail`.
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

/// What came of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Reply {
    /// The attempt has failed; the state of its gate.
    Failed(Box<GateReply>),
    /// The process that drives the run fails the attempt when its executor has ended.
    HandedOver(HandedOver),
}

/// The attempt whose executor gave up.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct HandedOver {
    /// The run's id.
    pub run_id: RunId,
    /// The gate that was given up.
    pub gate: GateId,
    /// The number of the attempt.
    pub attempt: u32,
    /// The reason.
    pub reason: String,
}

/// Fails the open attempt of a gate; retries and `on_fail` follow as the workflow says. An audit that
/// cannot be done has refused nothing: it is neither tried again nor does it send anything back.
pub fn gate_fail(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    reason::refuse_blank(&*request.reason, reason::of_gate("gate fail", &request.gate))?;
    let id = choose::run(project, caller, &request.gate.run)?;
    let mut driver = match Driver::take(project, &id) {
        Err(Error::Held { .. }) if caller.is_at_work() => {
            return give_up(project, caller, id, request);
        }
        taken => taken?,
    };
    let gate = choose::gate(&driver, caller, request.gate.gate.as_deref())?;
    let is_paused = driver.run().status == RunStatus::Paused;
    if waits_for(&driver, &gate) == Some(WaitsFor::Decision) {
        let result = WorkResult::failed(Finding::of("gate", &request.reason));
        advance::refuse(&mut driver, &gate, result)?;
    } else {
        let attempt = gate_finish::waiting_attempt(&driver, caller, &gate)?;
        let result = WorkResult::given_up(&request.reason);
        let ended =
            WorkReport { attempt: AttemptId::new(&gate, attempt), invocation: None, result };
        advance::settle(&mut driver, &ended)?;
    }
    // A paused run stays paused until somebody resumes it: what failed is not tried again before.
    let reply = if is_paused {
        driver.commit(Some(&gate), true)?;
        gate_finish::reply(&mut driver, &gate)?
    } else {
        gate_finish::go_on(driver, caller, &gate, &request.drive)?
    };
    Ok(Reply::Failed(Box::new(reply)))
}

/// Who works for the driver of a run leaves word that the work cannot be done.
fn give_up(
    project: &Project,
    caller: &Caller,
    id: RunId,
    request: &Request,
) -> Result<Reply, Error> {
    let run = project.store.read(&id)?.run;
    let gate = choose::gate_of(project, caller, &run, request.gate.gate.as_deref())?;
    if choose::own_gate(caller, &run).as_ref() != Some(&gate) {
        let message = format!("this agent works on another gate; it cannot fail gate {gate}");
        let own = Suggestion::new("gate fail").option("reason", OPEN_WORDS);
        return Err(Error::usage(message).advise_command(own));
    }
    let state = run.gate(&gate).filter(|state| state.status == GateStatus::Running);
    let Some(attempt) = state.and_then(|state| state.attempt()) else {
        return Err(Error::usage(format!("gate {gate} is {}, not RUNNING", run.status_of(&gate))));
    };
    let attempt = attempt.attempt;
    let reason = request.reason.trim();
    let logs = work::attempt_folder(&project.store.logs(&id), &AttemptId::new(&gate, attempt));
    work::give_up(&logs, reason).map_err(|source| Error::disk(&logs, source))?;
    Ok(Reply::HandedOver(HandedOver { run_id: id, gate, attempt, reason: reason.to_owned() }))
}

fn waits_for(driver: &Driver<'_>, gate: &GateId) -> Option<WaitsFor> {
    driver.run().gate(gate).and_then(|state| state.waits_for)
}
