//! Where a drive has come to, for whoever asked for it.

use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
use crate::next;
use crate::next::Step;
use crate::record::Head;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Workflow;
use serde::Serialize;

use super::super::Driver;
use super::super::Site;
use super::packet;

/// Where a drive has come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    pub run_id: RunId,
    pub status: RunStatus,
    pub reason: Option<String>,
    pub waiting: Vec<Waiting>,
    /// The head of the run's hash chain.
    pub head: crate::digest::Digest,
    /// Why records were not committed, where they were not.
    pub problems: Vec<String>,
    /// Why the end of the run is not signed, where it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsigned: Option<String>,
    /// The gates that failed, each with why.
    pub failed: Vec<(GateId, String)>,
    pub committed: bool,
    /// The gates that can be begun by hand, in a run that is taken through so.
    #[serde(skip)]
    pub by_hand: Option<Vec<GateId>>,
}

/// A gate that needs a person or an agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Waiting {
    pub gate: GateId,
    pub name: String,
    pub attempt: u32,
    pub waits_for: WaitsFor,
    /// The packet, relative to the project.
    pub packet: Option<String>,
    /// The outputs that it names, for an approval.
    pub artifacts: Vec<String>,
    /// The questions that must be answered with it.
    pub asks: Vec<String>,
}

/// The questions of a gate's form that have no answer of their own.
fn asks(workflow: &Workflow, gate: &GateId) -> Vec<String> {
    let form = workflow.gate(gate).map(|gate| gate.answers.as_slice()).unwrap_or_default();
    form.iter().filter(|input| input.is_required()).map(|input| input.name.clone()).collect()
}

/// The gates that have failed or can begin now.
fn startable(workflow: &Workflow, run: &Run) -> Vec<GateId> {
    let mut gates: Vec<GateId> = run.gates_in(GateStatus::Fail).cloned().collect();
    for step in next::next(workflow, run) {
        let Step::Start { gate, .. } = step else { continue };
        if !gates.contains(&gate) {
            gates.push(gate);
        }
    }
    gates
}

/// Where the run stands now.
pub fn outcome(driver: &Driver<'_>) -> Outcome {
    let problems = driver.problems.clone();
    let outcome = outcome_of(driver.site, &driver.workflow, driver.run(), driver.head());
    let (committed, unsigned) =
        (driver.site.uncommitted.is_none() && problems.is_empty(), driver.unsigned.clone());
    Outcome { problems, unsigned, committed, ..outcome }
}

/// Where a run stands that was only read.
pub fn outcome_of(site: &Site, workflow: &Workflow, run: &Run, head: Head) -> Outcome {
    let id = &run.started.run_id;
    let waiting = run.gates_in(GateStatus::Waiting).filter_map(|gate| {
        let state = run.gate(gate)?;
        let attempt = state.attempt()?;
        let packet = packet::path(site, id, gate);
        Some(Waiting {
            gate: gate.clone(),
            name: workflow.gate(gate)?.name.clone(),
            attempt: attempt.attempt,
            waits_for: state.waits_for?,
            packet: crate::files::exists(&packet).then(|| site.shown(&packet)),
            artifacts: attempt.artifacts.iter().map(|artifact| artifact.path.clone()).collect(),
            asks: asks(workflow, gate),
        })
    });
    let failed = run.gates_in(GateStatus::Fail).filter_map(|id| {
        let reason = run.gate(id)?.attempt()?.failure_reason.clone()?;
        Some((id.clone(), reason))
    });
    Outcome {
        run_id: id.clone(),
        status: run.status,
        reason: run.reason.clone(),
        waiting: waiting.collect(),
        head: head.sha256,
        problems: Vec::new(),
        unsigned: None,
        failed: failed.collect(),
        committed: site.uncommitted.is_none(),
        by_hand: (!run.started.driven).then(|| startable(workflow, run)),
    }
}
