//! A run: the fold of its events. `apply` is the whole transition table, the same
//! for a live run and for one read back; an event that does not fit is refused.

use crate::check::Baseline;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Approved;
use crate::event::Artifact;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Invocation;
use crate::event::Item;
use crate::event::Judged;
use crate::event::Recipe;
use crate::event::Reused;
use crate::event::RunStarted;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::finding::Validation;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// An event that cannot follow the ones before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IllegalEvent(String);

/// One execution of a workflow.
#[derive(Debug, Clone)]
pub struct Run {
    pub started: RunStarted,
    pub started_at: Moment,
    pub finished_at: Option<Moment>,
    pub status: RunStatus,
    pub reason: Option<String>,
    /// Gates and instances that something has happened to, by id.
    pub gates: BTreeMap<GateId, GateState>,
    pub invocations: Vec<Invocation>,
    /// What `unchanged` compares with, by the baseline's key.
    pub baselines: BTreeMap<String, Baseline>,
    /// The lifecycle, for `RUN.json`: time, name, gate, attempt.
    pub lifecycle: Vec<(Moment, &'static str, Option<GateId>, Option<u32>)>,
}

/// Where a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GateStatus {
    #[default]
    NotStarted,
    Running,
    Waiting,
    Pass,
    Fail,
    Skipped,
    Stale,
    Waived,
}

impl GateStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "NOT_STARTED",
            Self::Running => "RUNNING",
            Self::Waiting => "WAITING",
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Skipped => "SKIPPED",
            Self::Stale => "STALE",
            Self::Waived => "WAIVED",
        }
    }

    /// Whether gates that need this one may start.
    pub fn satisfies(self) -> bool {
        match self {
            Self::Pass | Self::Skipped | Self::Waived => true,
            Self::NotStarted | Self::Running | Self::Waiting | Self::Fail | Self::Stale => false,
        }
    }
}

impl fmt::Display for GateStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A gate, or one instance of it, as far as the run has come.
#[derive(Debug, Clone, Default)]
pub struct GateState {
    pub status: GateStatus,
    pub attempts: Vec<Attempt>,
    /// Tries since the gate was last opened; interrupted ones are not counted.
    pub tries: u32,
    /// Interruptions in a row.
    pub interruptions: u32,
    /// Jumps that started here.
    pub visits: u32,
    /// What the next attempt is told.
    pub feedback: Vec<Finding>,
    pub answers: Values,
    pub approval: Option<Approved>,
    pub waits_for: Option<WaitsFor>,
    /// The instances of a fan-out, once they are known.
    pub items: Option<Vec<Item>>,
    /// Why it was skipped, waived or opened again.
    pub reason: Option<String>,
    pub reused: Option<Reused>,
}

impl GateState {
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// The files that the gate's result stands on.
    pub fn artifacts(&self) -> &[Artifact] {
        match (&self.reused, self.attempts.last()) {
            (Some(reused), _) => &reused.artifacts,
            (None, Some(attempt)) => &attempt.artifacts,
            (None, None) => &[],
        }
    }

    /// Who did the work that stands: agent name and session.
    pub fn producer(&self) -> (Option<&str>, Option<&str>) {
        match (&self.reused, self.attempts.last()) {
            (Some(reused), _) => (reused.agent.as_deref(), None),
            (None, Some(attempt)) => (attempt.agent.as_deref(), attempt.session.as_deref()),
            (None, None) => (None, None),
        }
    }
}

/// How an attempt ended, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttemptStatus {
    Running,
    Waiting,
    Pass,
    Fail,
    Interrupted,
    Canceled,
}

/// One try of a gate.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub attempt: u32,
    pub status: AttemptStatus,
    pub started_at: Moment,
    pub finished_at: Option<Moment>,
    pub executor: String,
    pub agent: Option<String>,
    pub session: Option<String>,
    pub prompt_sha256: Option<Digest>,
    pub required_outputs: Vec<String>,
    pub recipe: Option<Recipe>,
    pub reuse: Option<String>,
    pub invocation_ids: Vec<InvocationId>,
    pub artifacts: Vec<Artifact>,
    pub validations: Vec<Validation>,
    pub findings: Vec<Finding>,
    pub approval: Option<Approved>,
    pub failure_reason: Option<String>,
}

impl Run {
    /// Begins with the first event of a journal, which tells what the run is.
    pub fn begin(at: Moment, event: &Event) -> Result<Self, IllegalEvent> {
        let Event::RunStarted(started) = event else {
            return Err(illegal(event, "the first event of a run is RUN_STARTED"));
        };
        let mut run = Self {
            started: (**started).clone(),
            started_at: at,
            finished_at: None,
            status: RunStatus::Running,
            reason: None,
            gates: BTreeMap::new(),
            invocations: Vec::new(),
            baselines: started.baselines.clone(),
            lifecycle: Vec::new(),
        };
        run.note(at, event);
        Ok(run)
    }

    /// The state after one more event, or why it cannot follow.
    pub fn apply(&mut self, at: Moment, event: &Event) -> Result<(), IllegalEvent> {
        match event {
            Event::RunStarted(_) => return Err(illegal(event, "the run has begun already")),
            Event::RunResumed { retried } => self.resume(event, retried)?,
            Event::RunWaiting { .. } => self.stop(event, RunStatus::Waiting, None)?,
            Event::RunPaused { reason } => self.stop(event, RunStatus::Paused, Some(reason))?,
            Event::RunCompleted { status, reason } => {
                self.stop(event, *status, reason.as_ref())?;
                self.complete(at);
            }
            Event::GateExpanded { gate, items } => self.expand(gate, items),
            Event::GateSkipped { gate, reason } => self.set(gate, GateStatus::Skipped, reason),
            Event::GateGathered { gate, passed } => {
                let status = if *passed { GateStatus::Pass } else { GateStatus::Fail };
                self.set(gate, status, "its instances are done");
            }
            Event::GateStarted(started) => self.start(at, event, started)?,
            Event::InvocationStarted { invocation_id, gate, attempt } => {
                let id = invocation_id.clone();
                self.open_attempt(event, gate, *attempt)?.invocation_ids.push(id);
            }
            Event::InvocationRecorded(invocation) => self.record_invocation(invocation),
            Event::GateWaiting { gate, attempt, waits_for, judged } => {
                self.wait(event, (gate, *attempt), *waits_for, judged.as_ref())?;
            }
            Event::GateAnswered { gate, answers } => {
                self.state(gate).answers.extend(answers.clone());
            }
            Event::GateApproved { gate, attempt, approval } => {
                self.open_attempt(event, gate, *attempt)?.approval = Some(approval.clone());
                self.state(gate).approval = Some(approval.clone());
            }
            Event::GatePassed { gate, attempt, judged } => {
                self.end(at, event, (gate, *attempt), (AttemptStatus::Pass, judged))?;
                self.baselines.extend(judged.baselines.clone());
            }
            Event::GateFailed { gate, attempt, reason, judged } => {
                self.end(at, event, (gate, *attempt), (AttemptStatus::Fail, judged))?;
                self.fail(gate, reason, judged);
            }
            Event::GateInterrupted { gate, attempt, reason } => {
                self.interrupt(at, event, (gate, *attempt), reason)?;
            }
            Event::GateWaived { gate, by, reason } => {
                self.set(gate, GateStatus::Waived, &format!("{reason} (waived by {by})"));
            }
            Event::GatesReopened { gates, reason } => self.reopen(gates, reason),
            Event::GateJumped { from, to, reopened, findings } => {
                self.reopen(reopened, &format!("{from} failed and went back to {to}"));
                self.state(from).visits += 1;
                self.state(to).feedback.clone_from(findings);
            }
            Event::GateRerecorded { gate, judged, .. } => self.rerecord(event, gate, judged)?,
            Event::GatesReused { gates } => self.reuse(gates),
        }
        self.note(at, event);
        Ok(())
    }

    pub fn gate(&self, id: &GateId) -> Option<&GateState> {
        self.gates.get(id)
    }

    pub fn status_of(&self, id: &GateId) -> GateStatus {
        self.gates.get(id).map_or(GateStatus::NotStarted, |gate| gate.status)
    }

    /// Gates in this state, in the order of their ids.
    pub fn gates_in(&self, status: GateStatus) -> impl Iterator<Item = &GateId> {
        self.gates.iter().filter(move |(_, gate)| gate.status == status).map(|(id, _)| id)
    }

    fn state(&mut self, id: &GateId) -> &mut GateState {
        self.gates.entry(id.clone()).or_default()
    }

    fn resume(&mut self, event: &Event, retried: &[GateId]) -> Result<(), IllegalEvent> {
        self.stop(event, RunStatus::Running, None)?;
        self.finished_at = None;
        for id in retried {
            self.open(id, GateStatus::NotStarted, "resumed");
        }
        Ok(())
    }

    /// Sets the run's own status; one that has passed or was canceled stays so.
    fn stop(
        &mut self,
        event: &Event,
        status: RunStatus,
        reason: Option<&String>,
    ) -> Result<(), IllegalEvent> {
        if matches!(self.status, RunStatus::Passed | RunStatus::Canceled) {
            return Err(illegal(event, &format!("the run is {}", self.status)));
        }
        self.status = status;
        self.reason = reason.cloned();
        Ok(())
    }

    fn complete(&mut self, at: Moment) {
        self.finished_at = Some(at);
        if self.status == RunStatus::Canceled {
            self.cancel_attempts(at);
        }
    }

    fn expand(&mut self, gate: &GateId, items: &[Item]) {
        self.state(gate).items = Some(items.to_vec());
        for item in items {
            self.state(&item.gate);
        }
    }

    fn reopen(&mut self, gates: &[GateId], reason: &str) {
        for gate in gates {
            self.open(gate, GateStatus::Stale, reason);
        }
    }

    fn reuse(&mut self, gates: &[Reused]) {
        for reused in gates {
            let state = self.state(&reused.gate);
            state.status = GateStatus::Pass;
            state.answers.clone_from(&reused.answers);
            state.reused = Some(reused.clone());
        }
    }

    fn start(
        &mut self,
        at: Moment,
        event: &Event,
        started: &GateStarted,
    ) -> Result<(), IllegalEvent> {
        let gate = self.state(&started.gate);
        let expected = u32::try_from(gate.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        if started.attempt != expected {
            return Err(illegal(event, &format!("attempt {expected} comes next")));
        }
        if gate.status == GateStatus::Running {
            return Err(illegal(event, "the gate runs already"));
        }
        gate.status = GateStatus::Running;
        gate.waits_for = None;
        gate.reused = None;
        gate.approval = None;
        gate.attempts.push(Attempt {
            attempt: started.attempt,
            status: AttemptStatus::Running,
            started_at: at,
            finished_at: None,
            executor: started.executor.clone(),
            agent: started.agent.clone(),
            session: started.session.clone(),
            prompt_sha256: started.prompt_sha256,
            required_outputs: started.required_outputs.clone(),
            recipe: started.recipe.clone(),
            reuse: started.reuse.clone(),
            invocation_ids: Vec::new(),
            artifacts: Vec::new(),
            validations: Vec::new(),
            findings: Vec::new(),
            approval: None,
            failure_reason: None,
        });
        self.status = RunStatus::Running;
        Ok(())
    }

    fn wait(
        &mut self,
        event: &Event,
        (gate, attempt): (&GateId, u32),
        waits_for: WaitsFor,
        judged: Option<&Judged>,
    ) -> Result<(), IllegalEvent> {
        // A decision is waited for after the attempt has ended.
        if waits_for != WaitsFor::Decision {
            let open = self.open_attempt(event, gate, attempt)?;
            open.status = AttemptStatus::Waiting;
            if let Some(judged) = judged {
                fill(open, judged);
            }
        }
        let state = self.state(gate);
        state.status = GateStatus::Waiting;
        state.waits_for = Some(waits_for);
        Ok(())
    }

    fn end(
        &mut self,
        at: Moment,
        event: &Event,
        (gate, attempt): (&GateId, u32),
        (status, judged): (AttemptStatus, &Judged),
    ) -> Result<(), IllegalEvent> {
        let open = self.open_attempt(event, gate, attempt)?;
        open.status = status;
        open.finished_at = Some(at);
        fill(open, judged);
        let state = self.state(gate);
        state.tries += 1;
        state.interruptions = 0;
        state.waits_for = None;
        state.feedback.clear();
        state.status =
            if status == AttemptStatus::Pass { GateStatus::Pass } else { GateStatus::Fail };
        Ok(())
    }

    fn fail(&mut self, gate: &GateId, reason: &str, judged: &Judged) {
        let state = self.state(gate);
        state.approval = None;
        state.feedback = judged.all_findings().cloned().collect();
        if let Some(attempt) = state.attempts.last_mut() {
            attempt.failure_reason = Some(reason.to_owned());
        }
    }

    fn interrupt(
        &mut self,
        at: Moment,
        event: &Event,
        (gate, attempt): (&GateId, u32),
        reason: &str,
    ) -> Result<(), IllegalEvent> {
        let open = self.open_attempt(event, gate, attempt)?;
        open.status = AttemptStatus::Interrupted;
        open.finished_at = Some(at);
        open.failure_reason = Some(reason.to_owned());
        let state = self.state(gate);
        state.interruptions += 1;
        state.waits_for = None;
        state.status = GateStatus::NotStarted;
        Ok(())
    }

    fn rerecord(
        &mut self,
        event: &Event,
        gate: &GateId,
        judged: &Judged,
    ) -> Result<(), IllegalEvent> {
        let state = self.gates.get_mut(gate).ok_or_else(|| illegal(event, "no such gate"))?;
        state.approval = None;
        match (&mut state.reused, state.attempts.last_mut()) {
            (Some(reused), _) => reused.artifacts.clone_from(&judged.artifacts),
            (None, Some(attempt)) => fill(attempt, judged),
            (None, None) => return Err(illegal(event, "the gate has no attempt")),
        }
        Ok(())
    }

    fn record_invocation(&mut self, invocation: &Invocation) {
        let state = self.state(&invocation.gate);
        if let Some(attempt) =
            state.attempts.iter_mut().find(|attempt| attempt.attempt == invocation.attempt)
        {
            if !attempt.invocation_ids.contains(&invocation.invocation_id) {
                attempt.invocation_ids.push(invocation.invocation_id.clone());
            }
            if invocation.session.is_some() {
                attempt.session.clone_from(&invocation.session);
            }
        }
        self.invocations.push(invocation.clone());
    }

    fn cancel_attempts(&mut self, at: Moment) {
        for gate in self.gates.values_mut() {
            if let Some(attempt) = gate.attempts.last_mut()
                && attempt.finished_at.is_none()
            {
                attempt.status = AttemptStatus::Canceled;
                attempt.finished_at = Some(at);
                gate.status = GateStatus::NotStarted;
                gate.waits_for = None;
            }
        }
    }

    /// Opens a gate for a new round of tries.
    fn open(&mut self, id: &GateId, status: GateStatus, reason: &str) {
        let Some(gate) = self.gates.get_mut(id) else { return };
        gate.status = status;
        gate.tries = 0;
        gate.interruptions = 0;
        gate.waits_for = None;
        gate.approval = None;
        gate.reused = None;
        gate.items = None;
        gate.reason = Some(reason.to_owned());
    }

    fn set(&mut self, id: &GateId, status: GateStatus, reason: &str) {
        let gate = self.state(id);
        gate.status = status;
        gate.reason = Some(reason.to_owned());
        gate.waits_for = None;
    }

    fn open_attempt(
        &mut self,
        event: &Event,
        gate: &GateId,
        attempt: u32,
    ) -> Result<&mut Attempt, IllegalEvent> {
        let open = self.gates.get_mut(gate).and_then(|gate| gate.attempts.last_mut());
        open.filter(|open| open.attempt == attempt && open.finished_at.is_none())
            .ok_or_else(|| illegal(event, &format!("attempt {attempt} of {gate} is not open")))
    }

    fn note(&mut self, at: Moment, event: &Event) {
        if let Some((name, gate, attempt)) = lifecycle(event) {
            self.lifecycle.push((at, name, gate.cloned(), attempt));
        }
    }
}

/// The events that `RUN.json` lists, by the names of the record's format.
fn lifecycle(event: &Event) -> Option<(&'static str, Option<&GateId>, Option<u32>)> {
    Some(match event {
        Event::RunStarted(_) => ("RUN_STARTED", None, None),
        Event::RunResumed { .. } => ("RUN_RESUMED", None, None),
        Event::RunWaiting { .. } => ("RUN_WAITING", None, None),
        Event::RunPaused { .. } => ("RUN_PAUSED", None, None),
        Event::RunCompleted { .. } => ("RUN_COMPLETED", None, None),
        Event::GateExpanded { gate, .. } => ("GATE_EXPANDED", Some(gate), None),
        Event::GateSkipped { gate, .. } => ("GATE_SKIPPED", Some(gate), None),
        Event::GateGathered { gate, .. } => ("GATE_GATHERED", Some(gate), None),
        Event::GateStarted(started) => ("GATE_STARTED", Some(&started.gate), Some(started.attempt)),
        Event::InvocationRecorded(invocation) => {
            ("INVOCATION_RECORDED", Some(&invocation.gate), Some(invocation.attempt))
        }
        Event::GateWaiting { gate, attempt, .. } => ("GATE_WAITING", Some(gate), Some(*attempt)),
        Event::GateApproved { gate, attempt, .. } => ("GATE_APPROVED", Some(gate), Some(*attempt)),
        Event::GatePassed { gate, attempt, .. } => ("GATE_PASSED", Some(gate), Some(*attempt)),
        Event::GateFailed { gate, attempt, .. } => ("GATE_FAILED", Some(gate), Some(*attempt)),
        Event::GateInterrupted { gate, attempt, .. } => {
            ("GATE_INTERRUPTED", Some(gate), Some(*attempt))
        }
        Event::GateWaived { gate, .. } => ("GATE_WAIVED", Some(gate), None),
        Event::GatesReopened { .. } => ("GATES_REOPENED", None, None),
        Event::GateJumped { from, .. } => ("GATE_JUMPED", Some(from), None),
        Event::GateRerecorded { gate, attempt, .. } => {
            ("GATE_RERECORDED", Some(gate), Some(*attempt))
        }
        Event::GatesReused { .. } => ("GATES_REUSED", None, None),
        Event::InvocationStarted { .. } | Event::GateAnswered { .. } => return None,
    })
}

fn fill(attempt: &mut Attempt, judged: &Judged) {
    attempt.artifacts.clone_from(&judged.artifacts);
    attempt.validations.clone_from(&judged.validations);
    attempt.findings.clone_from(&judged.findings);
}

fn illegal(event: &Event, why: &str) -> IllegalEvent {
    let name = lifecycle(event).map_or("the event", |(name, _, _)| name);
    IllegalEvent(format!("{name} cannot stand here: {why}"))
}

/// Findings that made something fail.
pub fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error)
}
