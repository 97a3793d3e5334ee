//! Where a drive has come to, for whoever asked for it.

use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::files::Lock;
use crate::id::GateId;
use crate::id::RunId;
use crate::next;
use crate::next::Step;
use crate::run::GateStatus;
use crate::run::Run;
use crate::store::record::Head;
use crate::workflow::Workflow;
use serde::Serialize;
use std::time::Duration;

use super::packet;
use crate::site::Driver;
use crate::site::Site;

/// Where a drive has come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    pub run_id: RunId,
    pub status: RunStatus,
    pub reason: Option<String>,
    /// Why it stands still, where it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<PauseCause>,
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
    /// What a reminder tells beside it.
    #[serde(skip)]
    pub here: Here,
}

/// Where whoever works on the run is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Here {
    pub key: String,
    /// Whether `orch run` drives it, or somebody step by step.
    pub is_driven: bool,
    pub driver: DrivenBy,
    /// The gate that waits, is at work or comes next.
    pub gate: Option<GateId>,
    /// How long that gate has been open to this moment; without one, all gates together.
    pub elapsed: Duration,
    /// The gates that can begin.
    pub ready: Vec<GateId>,
    /// The sitting that goes on.
    pub session: Option<u32>,
    /// Whether somebody has sat at it, and nobody sits at it now.
    pub was_left: bool,
}

/// Who drives a run now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DrivenBy {
    #[default]
    Nobody,
    /// This process goes on with it.
    This,
    Another,
}

impl Outcome {
    pub fn has_failed(&self, gate: &GateId) -> bool {
        self.failed.iter().any(|(failed, _)| failed == gate)
    }
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
    let problems = driver.problems();
    let outcome = outcome_of(driver.site, &driver.workflow, driver.run(), driver.head());
    let (committed, unsigned) =
        (driver.site.uncommitted.is_none() && problems.is_empty(), driver.unsigned.clone());
    // The one who holds it is here.
    let here = Here { driver: DrivenBy::Nobody, ..outcome.here };
    Outcome { problems, unsigned, committed, here, ..outcome }
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
            packet: packet.exists().then(|| site.shown(&packet.path())),
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
        pause: run.pause,
        waiting: waiting.collect(),
        head: head.sha256,
        problems: Vec::new(),
        unsigned: None,
        failed: failed.collect(),
        committed: site.uncommitted.is_none(),
        here: here(site, workflow, run),
    }
}

fn here(site: &Site, workflow: &Workflow, run: &Run) -> Here {
    let mut ready = Vec::new();
    for step in next::next(workflow, run) {
        match step {
            Step::Start { gate, .. } | Step::Expand(gate) => ready.push(gate),
            Step::Skip { .. }
            | Step::Jump { .. }
            | Step::Gather { .. }
            | Step::Refuse { .. }
            | Step::Finish(_) => {}
        }
    }
    let mut at_work =
        [GateStatus::Waiting, GateStatus::Running].into_iter().flat_map(|is| run.gates_in(is));
    let gate = at_work.next().or(ready.first()).cloned();
    let now = site.clock.now();
    let spent = match gate.as_ref().and_then(|gate| run.gate(gate)) {
        Some(state) => state.time.until(now),
        None => run.spent(now),
    };
    let id = &run.started.run_id;
    let is_driven = run.status == RunStatus::Running && site.store.is_held(id);
    let is_kept = run.session().is_some() && Lock::is_held(&site.store.session_lock(id));
    Here {
        key: run.started.key.clone(),
        is_driven: run.started.driven,
        driver: if is_driven { DrivenBy::Another } else { DrivenBy::Nobody },
        gate,
        elapsed: spent.active + spent.waiting,
        ready,
        session: run.session().map(|session| session.number),
        was_left: !run.sessions.is_empty() && !is_kept,
    }
}
