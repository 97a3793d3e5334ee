//! The lifecycle of a run: taken up, paused, done again, ended; and as `RUN.json` lists it.

use super::Declined;
use super::GateState;
use super::GateStatus;
use super::IllegalEvent;
use super::Run;
use super::illegal;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::EventKind;
use crate::event::PauseCause;
use crate::event::PlannedGate;
use crate::event::RunStatus;
use crate::event::SessionStatus;
use crate::event::WaitsFor;
use crate::event::digests_of;
use crate::executor::ExecutorKind;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;

/// Something that happened in a run, as `RUN.json` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Happening {
    /// When.
    pub at: Moment,
    /// What.
    pub kind: EventKind,
    /// To what.
    pub about: About,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum About {
    /// The run itself.
    Run,
    /// A gate.
    Gate(GateId),
    /// One attempt at a gate.
    Attempt(AttemptId),
}

impl About {
    /// The gate, if it is about one.
    pub fn gate(&self) -> Option<&GateId> {
        match self {
            Self::Run => None,
            Self::Gate(gate) => Some(gate),
            Self::Attempt(attempt) => Some(&attempt.gate),
        }
    }

    /// The number of the attempt, if it is about one.
    pub fn number(&self) -> Option<u32> {
        match self {
            Self::Run | Self::Gate(_) => None,
            Self::Attempt(attempt) => Some(attempt.number),
        }
    }
}

/// What an event is about that `RUN.json` lists. Most of what is left out stands elsewhere in it.
pub(super) fn listed(event: &Event) -> Option<About> {
    let of_attempt = |gate, number| About::Attempt(AttemptId::new(gate, number));
    Some(match event {
        Event::RunStarted(_)
        | Event::RunResumed { .. }
        | Event::RunAmended(_)
        | Event::RunWaiting { .. }
        | Event::RunPaused { .. }
        | Event::RunCompleted { .. }
        | Event::RunEnding { .. }
        | Event::GatesReopened { .. }
        | Event::GatesReused { .. }
        | Event::AgentGiven { .. }
        | Event::HeadSigned(_)
        | Event::SessionStarted(_)
        | Event::SessionEnded { .. }
        | Event::CheckpointSealed(_) => About::Run,
        Event::GateExpanded { gate, .. }
        | Event::GateSkipped { gate, .. }
        | Event::GateGathered { gate, .. }
        | Event::GateWaived { gate, .. }
        | Event::GateRedone { gate, .. }
        | Event::GateJumped { from: gate, .. } => About::Gate(gate.clone()),
        Event::GateStarted(started) => of_attempt(&started.gate, started.attempt),
        Event::DecisionSigned(decided) => of_attempt(&decided.gate, decided.attempt),
        Event::InvocationRecorded(invocation) => of_attempt(&invocation.gate, invocation.attempt),
        Event::GateWaiting { gate, attempt, .. }
        | Event::GatePolled { gate, attempt }
        | Event::ChildEnded { gate, attempt, .. }
        | Event::GateApproved { gate, attempt, .. }
        | Event::GatePassed { gate, attempt, .. }
        | Event::GateFailed { gate, attempt, .. }
        | Event::GateInterrupted { gate, attempt, .. }
        | Event::GateEscalated { gate, attempt, .. }
        | Event::GateReplied { gate, attempt, .. }
        | Event::GateRerecorded { gate, attempt, .. } => of_attempt(gate, *attempt),
        Event::InvocationStarted { .. }
        | Event::GateAnswered { .. }
        | Event::GateHandedIn { .. }
        | Event::SessionReady { .. }
        | Event::Noted(_)
        | Event::GateEstimated { .. }
        | Event::RangeSet(_)
        | Event::BudgetSet { .. } => return None,
    })
}

/// The end that a run comes to before its last gate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EarlyEnd {
    /// What it comes to.
    pub status: RunStatus,
    /// Why, where somebody said.
    pub reason: Option<String>,
    /// The gate that ended it; a person did otherwise.
    pub gate: Option<GateId>,
}

impl Run {
    pub(super) fn resume(
        &mut self,
        at: Moment,
        event: &Event,
        retried: &[GateId],
    ) -> Result<(), IllegalEvent> {
        self.stop(event, RunStatus::Running, None)?;
        self.start_clocks(at);
        self.finished_at = None;
        // Whoever has the run go on wants it tried now.
        for state in self.gates.values_mut() {
            state.outage = None;
        }
        for id in retried {
            let refused = self.state(id).refused.take();
            self.open(id, GateStatus::NotStarted, "resumed");
            let state = self.state(id);
            state.visits = 0;
            state.refused = refused;
        }
        Ok(())
    }

    /// Sets the run's own status; one that has passed or was canceled stays so.
    pub(super) fn stop(
        &mut self,
        event: &Event,
        status: RunStatus,
        reason: Option<&String>,
    ) -> Result<(), IllegalEvent> {
        self.refuse_ended(event)?;
        self.status = status;
        self.reason = reason.cloned();
        self.pause = None;
        Ok(())
    }

    pub(super) fn be_ending(&mut self, at: Moment, event: &Event) -> Result<(), IllegalEvent> {
        let Event::RunEnding { status, reason, gate } = event else { return Ok(()) };
        self.refuse_ended(event)?;
        if let Some(gate) = gate {
            self.set(gate, GateStatus::Pass, &format!("it ends the run as {status}"));
        }
        if self.ending.is_none() {
            // Whom the end leaves waiting is not needed any more, however long it takes to clean up.
            self.cancel_attempts(at, |state| state.status == GateStatus::Waiting);
        }
        let (status, reason, gate) = (*status, reason.clone(), gate.clone());
        self.ending = Some(EarlyEnd { status, reason, gate });
        Ok(())
    }

    /// Opens gates again; what one of them did may stand as it lies there.
    pub(super) fn open_again(&mut self, at: Moment, event: &Event) {
        let Event::GatesReopened { gates, reason, kept } = event else { return };
        self.reopen(at, gates, reason);
        if let Some(kept) = kept {
            self.state(kept).is_kept = true;
        }
    }

    /// Lets a gate be, with those of its instances that have not passed.
    pub(super) fn waive(&mut self, at: Moment, gate: &GateId, reason: &str) {
        let items = self.gates.get(gate).and_then(|state| state.items.clone());
        let mut waived = vec![gate.clone()];
        waived.extend(items.into_iter().flatten().map(|item| item.gate));
        waived.retain(|id| id == gate || !self.status_of(id).satisfies());
        for id in waived {
            self.cancel_attempt(at, &id);
            self.set(&id, GateStatus::Waived, reason);
            self.state(&id).turn_clock(at, None);
        }
    }

    /// Goes back: what is opened again by it begins a round, and inner loops count anew.
    pub(super) fn jump(&mut self, at: Moment, event: &Event) {
        let Event::GateJumped { from, to, reopened, findings, also, anew } = event else { return };
        let asking: Vec<&GateId> = std::iter::once(from).chain(also).collect();
        let is_refused = asking.iter().any(|gate| self.gates.get(*gate).is_some_and(has_refused));
        let answering = answering(&asking, to, reopened);
        // Of many instances none need differ of which nobody said that it was refused.
        let is_meant = |id: &GateId| id == to || asking.iter().any(|gate| gate.is_of_item_of(id));
        let refused = |id| {
            let state = self.gates.get(id)?;
            let now = (is_refused && is_meant(id)).then(|| digests_of(state.artifacts()));
            // What a person rejected stays so on the way back to the gate itself.
            now.or_else(|| state.refused.clone().filter(|_| asking.contains(&id)))
        };
        let refused: Vec<_> = answering.iter().map(|id| refused(id).unwrap_or_default()).collect();
        self.reopen(at, reopened, &format!("{from} failed and went back to {to}"));
        // What they found goes along; none of them has it to mend.
        for gate in reopened {
            let state = self.state(gate);
            state.feedback.clear();
            state.sent_back_by.clear();
        }
        for gate in anew {
            self.state(gate).visits = 0;
        }
        for gate in &asking {
            self.state(gate).visits += 1;
        }
        for (gate, refused) in answering.iter().zip(refused) {
            let goal = self.state(gate);
            goal.feedback.clone_from(findings);
            goal.sent_back_by = asking.iter().map(|gate| (*gate).clone()).collect();
            goal.refused = (!refused.is_empty()).then_some(refused);
        }
    }

    /// Opens a gate and all that follows from it as if nothing had been tried, also of a run that has
    /// passed.
    pub(super) fn redo(&mut self, at: Moment, event: &Event) -> Result<(), IllegalEvent> {
        let Event::GateRedone { gate, reopened, by, reason } = event else { return Ok(()) };
        if self.status == RunStatus::Canceled {
            return Err(illegal(event, "the run is CANCELED"));
        }
        let reason = format!("{reason} (redone by {by})");
        self.reopen(at, reopened, &reason);
        for gate in reopened {
            let state = self.state(gate);
            state.visits = 0;
            // A person may have the same bytes audited again.
            state.refused_at = 0;
        }
        self.range.adopted.retain(|adopted| adopted.as_str() != gate.base());
        for gate in answering(&[], gate, reopened) {
            let state = self.state(&gate);
            state.feedback = vec![Finding::of("redo", reason.clone())];
            state.sent_back_by.clear();
        }
        if self.status.is_end() {
            self.start_clocks(at);
        }
        self.finished_at = None;
        self.ending = None;
        self.status = RunStatus::Running;
        self.reason = None;
        self.pause = None;
        Ok(())
    }

    pub(super) fn refuse_ended(&self, event: &Event) -> Result<(), IllegalEvent> {
        if self.status.is_final() {
            return Err(illegal(event, &format!("the run is {}", self.status)));
        }
        Ok(())
    }

    pub(super) fn pause(
        &mut self,
        at: Moment,
        event: &Event,
        (cause, reason): (PauseCause, &String),
    ) -> Result<(), IllegalEvent> {
        self.stop(event, RunStatus::Paused, Some(reason))?;
        self.pause = Some(cause);
        self.stop_clocks(at);
        Ok(())
    }

    pub(super) fn complete(
        &mut self,
        at: Moment,
        event: &Event,
        status: RunStatus,
        reason: Option<&String>,
    ) -> Result<(), IllegalEvent> {
        self.refuse_open(event, status)?;
        self.stop(event, status, reason)?;
        self.finished_at = Some(at);
        self.stop_clocks(at);
        // Whoever ends a run leaves nobody sitting at it.
        if let Some(session) = self.sessions.last_mut().filter(|last| last.status.is_live()) {
            session.status = SessionStatus::Completed;
            session.ended_at = Some(at);
        }
        let is_given_up = self.status == RunStatus::Canceled || self.ending.is_some();
        // The child runs of a run that is over are canceled with it.
        self.cancel_attempts(at, |state| {
            is_given_up || state.waits_for == Some(WaitsFor::ChildRun)
        });
        Ok(())
    }

    /// Whether a gate of the plan keeps the run from passing.
    pub fn is_open(&self, plan: &PlannedGate) -> bool {
        let status = self.status_of(&plan.gate);
        !(status.satisfies() || plan.is_ignored && status == GateStatus::Fail)
    }

    /// A run passes with every gate of its plan or at one that ends it, and not otherwise, whoever
    /// says so.
    pub(super) fn refuse_open(&self, event: &Event, status: RunStatus) -> Result<(), IllegalEvent> {
        let is_ended_by_gate = self
            .ending
            .as_ref()
            .is_some_and(|ending| ending.status == RunStatus::Passed && ending.gate.is_some());
        let mut planned = self.started.gates.iter().filter(|_| !is_ended_by_gate);
        match planned.find(|plan| self.is_open(plan)) {
            Some(open) if status == RunStatus::Passed => {
                let (gate, is) = (&open.gate, self.status_of(&open.gate));
                Err(illegal(event, &format!("gate {gate} is {is}, so the run has not passed")))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Whether a gate that failed has refused the work that it was about. A command says so by its exit code
/// and a person by their word; an agent may have failed to do its own.
/// Whom a jump is an answer for: its goal, and of a fan-out the instances of the items that it came
/// from, or all where it came from no item.
fn answering(asking: &[&GateId], to: &GateId, reopened: &[GateId]) -> Vec<GateId> {
    let instances = || reopened.iter().filter(|id| *id != to && id.base() == to.as_str());
    let is_of = |id: &GateId| asking.iter().any(|gate| gate.is_of_item_of(id));
    let is_for_none = |gate: &&GateId| !instances().any(|id| gate.is_of_item_of(id));
    let is_for_all = asking.is_empty() || asking.iter().any(is_for_none);
    let answering = instances().filter(|id| is_for_all || is_of(id));
    std::iter::once(to).chain(answering).cloned().collect()
}

fn has_refused(state: &GateState) -> bool {
    let executor = state.attempt().map(|attempt| attempt.executor);
    executor != Some(ExecutorKind::Agent) || state.declined == Some(Declined::Refused)
}
