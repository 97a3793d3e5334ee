//! A run: the fold of its events. `apply` is the whole transition table, the same
//! for a live run and for one read back; an event that does not fit is refused.

mod gate;
mod lifecycle;

pub use gate::Attempt;
pub use gate::AttemptStatus;
pub use gate::GateState;
pub use gate::GateStatus;

use crate::check::Baseline;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Invocation;
use crate::event::Item;
use crate::event::Judged;
use crate::event::Reused;
use crate::event::RunStarted;
use crate::event::RunStatus;
use crate::event::SignedHead;
use crate::event::WaitsFor;
use crate::id::GateId;
use lifecycle::lifecycle;
use std::collections::BTreeMap;

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
    pub signed_heads: Vec<SignedHead>,
    /// The lifecycle, for `RUN.json`: time, name, gate, attempt.
    pub lifecycle: Vec<(Moment, &'static str, Option<GateId>, Option<u32>)>,
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
            signed_heads: Vec::new(),
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
                self.refuse_open(event, *status)?;
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
            Event::GateHandedIn { gate, attempt, by } => {
                self.open_attempt(event, gate, *attempt)?.hand_in(by);
            }
            Event::GatePassed { gate, attempt, judged } => {
                self.end(at, event, (gate, *attempt), (AttemptStatus::Pass, judged))?;
                self.baselines.extend(judged.baselines.clone());
            }
            Event::GateFailed { gate, attempt, reason, judged } => {
                self.end(at, event, (gate, *attempt), (AttemptStatus::Fail, judged))?;
                self.fail(gate, reason, judged);
            }
            Event::GateInterrupted { gate, attempt, reason, findings } => {
                self.open_attempt(event, gate, *attempt)?.findings.clone_from(findings);
                self.interrupt(at, event, (gate, *attempt), reason)?;
            }
            Event::GateWaived { gate, by, reason } => {
                self.set(gate, GateStatus::Waived, &format!("{reason} (waived by {by})"));
            }
            Event::GatesReopened { gates, reason } => self.reopen(at, gates, reason),
            Event::GateJumped { from, to, reopened, findings } => {
                self.reopen(at, reopened, &format!("{from} failed and went back to {to}"));
                self.state(from).visits += 1;
                self.state(to).feedback.clone_from(findings);
            }
            Event::GateRerecorded { gate, judged, .. } => self.rerecord(event, gate, judged)?,
            Event::GatesReused { gates } => self.reuse(gates),
            Event::HeadSigned(signed) => self.signed_heads.push(signed.clone()),
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

    fn reopen(&mut self, at: Moment, gates: &[GateId], reason: &str) {
        for gate in gates {
            self.cancel_attempt(at, gate);
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
        // Most gates have one attempt, and long runs have many gates.
        gate.attempts.reserve_exact(1);
        gate.attempts.push(Attempt::begin(at, started));
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
        let gates: Vec<GateId> = self.gates.keys().cloned().collect();
        for gate in gates {
            if self.cancel_attempt(at, &gate) {
                self.open(&gate, GateStatus::NotStarted, "canceled");
            }
        }
    }

    /// Ends an attempt that is not wanted any more; says whether there was one.
    fn cancel_attempt(&mut self, at: Moment, gate: &GateId) -> bool {
        let open = self.gates.get_mut(gate).and_then(|gate| gate.attempts.last_mut());
        let Some(open) = open.filter(|open| open.finished_at.is_none()) else { return false };
        open.status = AttemptStatus::Canceled;
        open.finished_at = Some(at);
        true
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

fn fill(attempt: &mut Attempt, judged: &Judged) {
    attempt.artifacts.clone_from(&judged.artifacts);
    attempt.validations.clone_from(&judged.validations);
    attempt.findings.clone_from(&judged.findings);
}

fn illegal(event: &Event, why: &str) -> IllegalEvent {
    let name = lifecycle(event).map_or("the event", |(name, _, _)| name);
    IllegalEvent(format!("{name} cannot stand here: {why}"))
}
