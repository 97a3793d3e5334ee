//! Where a drive has come to, for whoever asked for it.

use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
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
    /// The gates that failed, each with why.
    pub failed: Vec<(GateId, String)>,
    pub committed: bool,
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

/// Where the run stands now.
pub fn outcome(driver: &Driver<'_>) -> Outcome {
    let problems = driver.problems.clone();
    let outcome = outcome_of(driver.site, &driver.workflow, driver.run(), driver.head());
    Outcome {
        committed: driver.site.uncommitted.is_none() && problems.is_empty(),
        problems,
        ..outcome
    }
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
        failed: failed.collect(),
        committed: site.uncommitted.is_none(),
    }
}
