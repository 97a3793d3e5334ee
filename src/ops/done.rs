//! Finish the current gate, unless something is missing; what is missing is listed,
//! and the work goes on.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateReply;
use super::Project;
use super::amendment;
use super::choose;
use super::gate_finish;
use super::note;
use crate::advance;
use crate::check;
use crate::check::WorkRemark;
use crate::event::Event;
use crate::event::NoteKind;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `done`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
// Its fields stand beside those of the request it holds, whose group has the same name.
#[cfg_attr(feature = "cli", group(skip))]
pub struct Request {
    /// Summary of the work; quotes are optional unless the shell needs them.
    #[cfg_attr(feature = "cli", arg(value_name = "SUMMARY", num_args = 0..))]
    #[serde(default)]
    pub summary: Vec<String>,
    /// The gate, its answers and how to continue.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub finish: gate_finish::Request,
}

/// Whether it is done.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Reply {
    /// The attempt has ended; the state of its gate.
    Done(Box<GateReply>),
    /// The process that drives the run judges it when this work ends.
    HandedOver(note::Reply),
    /// Something is missing; nothing was ended.
    Missing(Missing),
}

/// What keeps the work from being done.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Missing {
    /// The run's id.
    pub run_id: RunId,
    /// The gate of the work.
    pub gate: GateId,
    /// What its contract finds missing or wrong.
    pub missing: Vec<Finding>,
    /// Files that differ from the run's frozen definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
    /// What can be said at once so that it is there.
    #[serde(skip)]
    pub asks_for: Vec<WorkRemark>,
}

/// What somebody can say at once about findings of what is missing.
pub(super) fn asks_for(missing: &[Finding]) -> Vec<WorkRemark> {
    let mut remarks = Vec::new();
    for kind in missing.iter().filter_map(|finding| check::kind(&finding.check)) {
        remarks.extend((kind.asks_for)().filter(|remark| !remarks.contains(remark)));
    }
    remarks
}

/// Judges the gate at hand; the attempt ends only where nothing is missing.
pub fn done(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let id = choose::open_run(project, caller, &request.finish.gate.run)?;
    let summary = request.summary.join(" ");
    let mut driver = match Driver::take(project, &id) {
        Err(Error::Held { .. }) if caller.is_at_work() => {
            return hand_over(project, caller, id, request.finish.gate.gate.as_deref(), &summary);
        }
        taken => taken?,
    };
    let gate = choose::gate(&driver, caller, request.finish.gate.gate.as_deref())?;
    if advance::expire(&mut driver, &gate)? {
        let reply = gate_finish::go_on(driver, caller, &gate, &request.finish.drive)?;
        return Ok(Reply::Done(Box::new(reply)));
    }
    let attempt = gate_finish::waiting_attempt(&driver, caller, &gate)?;
    let answers =
        gate_finish::answers((&driver.workflow, &project.folder), &gate, &request.finish.answers)?;
    sum_up(&mut driver, caller, &gate, &summary)?;
    let judged = advance::judge_held(&driver, &gate)?;
    let missing: Vec<Finding> = judged.errors().cloned().collect();
    // A refusal is an answer like another: nothing is missing.
    if !missing.is_empty() && !judged.is_refusal() {
        let asks_for = asks_for(&missing);
        let differs = amendment::differs(project, driver.run());
        return Ok(Reply::Missing(Missing { run_id: id, gate, missing, differs, asks_for }));
    }
    gate_finish::hand_in(
        &mut driver,
        (caller, None),
        AttemptId::new(&gate, attempt),
        (judged, answers),
    )?;
    let reply = gate_finish::go_on(driver, caller, &gate, &request.finish.drive)?;
    Ok(Reply::Done(Box::new(reply)))
}

/// Who works for the driver of a run cannot hand in what the driver judges by itself, but says what
/// it comes to.
fn hand_over(
    project: &Project,
    caller: &Caller,
    id: RunId,
    gate: Option<&str>,
    summary: &str,
) -> Result<Reply, Error> {
    let run = project.store.read(&id)?.run;
    let gate = choose::gate_of(project, caller, &run, gate)?;
    let kind = NoteKind::Summary;
    let said = note::said(project, caller, &run, (kind, Some(gate)), summary)?;
    note::hand_over(project, caller, &id, &said)?;
    let (gate, text) = (said.gate, said.text);
    Ok(Reply::HandedOver(note::Reply {
        run_id: id,
        gate,
        kind,
        text,
        handed_over: true,
        overrun: None,
    }))
}

/// Writes down what the work comes to, where something was said.
pub(super) fn sum_up(
    driver: &mut Driver<'_>,
    caller: &Caller,
    gate: &GateId,
    summary: &str,
) -> Result<(), Error> {
    if summary.trim().is_empty() {
        return Ok(());
    }
    let (kind, gate) = (NoteKind::Summary, Some(gate.clone()));
    let said = note::said(driver.project, caller, driver.run(), (kind, gate), summary)?;
    driver.append(&[Event::Noted(said)])
}
