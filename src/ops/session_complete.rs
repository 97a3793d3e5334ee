//! End the session and its run, unless something is missing.

use super::Caller;
use super::Driver;
use super::Error;
use super::Person;
use super::Project;
use super::Standing;
use super::current;
use super::done;
use super::gate_finish;
use super::reason;
use super::session;
use super::session::Epic;
use crate::advance;
use crate::check::WorkRemark;
use crate::drive;
use crate::event::Event;
use crate::event::SessionStatus;
use crate::event::WaitsFor;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::sitting;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `session_complete`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub epic: Epic,
    /// Summary of the work.
    #[cfg_attr(feature = "cli", arg(long, value_name = "TEXT"))]
    pub summary: Option<String>,
    /// Complete it although something is missing, for this reason (interactive terminal only).
    #[cfg_attr(feature = "cli", arg(long, value_name = "REASON"))]
    pub force: Option<String>,
}

/// Whether the run has ended.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Reply {
    /// The run has ended.
    Complete(Box<Standing>),
    /// Something is missing; the session goes on.
    Missing(SessionMissing),
}

/// What is missing before the run can end.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct SessionMissing {
    /// The run's id.
    pub run_id: RunId,
    /// The run's key.
    pub epic: String,
    /// What is missing before the run can end.
    pub missing: Vec<Finding>,
    /// What can be said at once so that nothing is missing.
    #[serde(skip)]
    pub asks_for: Vec<WorkRemark>,
}

/// Refuses a reason that says nothing, before a person is asked for their word.
pub fn refuse_blank(request: &Request) -> Result<(), Error> {
    let command = reason::of_epic("session complete", &request.epic);
    reason::refuse_blank_option("force", request.force.as_deref(), command)
}

/// Ends the session and the run. If a person forces it, open gates are waived.
pub fn session_complete(
    project: &Project,
    caller: &Caller,
    request: &Request,
    person: Option<&Person>,
) -> Result<Reply, Error> {
    refuse_blank(request)?;
    let id = request.epic.run(project, caller)?;
    let mut driver = Driver::take(project, &id)?;
    if driver.run().session().is_none() {
        return Err(session::nobody_sits(&driver));
    }
    let missing = finish_last(&mut driver, caller, request.summary.as_deref())?;
    if !missing.is_empty() {
        let (Some(person), Some(reason)) = (person, &request.force) else {
            let epic = driver.run().started.key.clone();
            let asks_for = done::asks_for(&missing);
            return Ok(Reply::Missing(SessionMissing { run_id: id, epic, missing, asks_for }));
        };
        let waived = open_gates(&driver).into_iter().map(|gate| Event::GateWaived {
            gate,
            by: person.by.clone(),
            reason: reason.clone(),
        });
        driver.append(&waived.collect::<Vec<_>>())?;
    }
    let ended = sitting::ended(&driver, SessionStatus::Completed, request.summary.clone());
    driver.append(&ended.into_iter().collect::<Vec<_>>())?;
    sitting::end_keeping(project, &id);
    let standing = drive::drive(&mut driver, &session::limits())?;
    current::end(project, caller, driver.run());
    Ok(Reply::Complete(Box::new(standing)))
}

/// Hands in the only gate that is open, where a person works on it; gives what is missing.
fn finish_last(
    driver: &mut Driver<'_>,
    caller: &Caller,
    summary: Option<&str>,
) -> Result<Vec<Finding>, Error> {
    // What has changed since it passed is open again, and the sitting goes on.
    advance::look_at_all(driver)?;
    let open = open_gates(driver);
    let [gate] = open.as_slice() else { return Ok(missing_of(driver, &open)) };
    let state = driver.run().gate(gate);
    if state.and_then(|state| state.waits_for) != Some(WaitsFor::Person) {
        return Ok(missing_of(driver, &open));
    }
    if advance::expire(driver, gate)? {
        return Ok(missing_of(driver, &open));
    }
    let attempt = gate_finish::waiting_attempt(driver, caller, gate)?;
    done::sum_up(driver, caller, gate, summary.unwrap_or_default())?;
    let judged = advance::judge_held(driver, gate)?;
    let missing: Vec<Finding> = judged.errors().cloned().collect();
    if missing.is_empty() {
        gate_finish::hand_in(
            driver,
            (caller, None),
            AttemptId::new(gate, attempt),
            (judged, Values::new()),
        )?;
    }
    // It may wait for an approval now.
    let open = open_gates(driver);
    Ok(if missing.is_empty() { missing_of(driver, &open) } else { missing })
}

fn open_gates(driver: &Driver<'_>) -> Vec<GateId> {
    let gates = driver.workflow.gates.iter().map(|gate| gate.id.clone());
    gates.filter(|gate| !driver.run().status_of(gate).satisfies()).collect()
}

/// A finding for each gate that is open.
fn missing_of(driver: &Driver<'_>, open: &[GateId]) -> Vec<Finding> {
    let run = driver.run();
    let finding = |gate: &GateId| {
        let state = run.gate(gate);
        let waits = state.and_then(|state| state.waits_for);
        let reason = state.and_then(|state| state.attempt()?.failure_reason.clone());
        let status = run.status_of(gate);
        let more = waits.map(|waits_for| format!(": it waits for {waits_for}"));
        let more = more.or_else(|| reason.map(|reason| format!(": {reason}")));
        Finding::of("gate", format!("{gate} is {status}{}", more.unwrap_or_default()))
    };
    open.iter().map(finding).collect()
}
