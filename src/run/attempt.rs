//! The transitions of attempts: begun, waiting, ended, cut off, called off.

use super::Attempt;
use super::AttemptStatus;
use super::Declined;
use super::GateState;
use super::GateStatus;
use super::IllegalEvent;
use super::Outage;
use super::Run;
use super::illegal;
use super::time::Counting;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Judged;
use crate::event::PlannedGate;
use crate::event::Question;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::event::digests_of;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::phase::Phase;
use std::collections::BTreeMap;

/// The phases that gates begin.
pub(super) fn phases(gates: &[PlannedGate]) -> BTreeMap<String, Phase> {
    gates.iter().filter_map(|planned| Some((planned.gate.to_string(), planned.phase?))).collect()
}

impl Run {
    pub(super) fn start(
        &mut self,
        at: Moment,
        event: &Event,
        started: &GateStarted,
    ) -> Result<(), IllegalEvent> {
        let events = self.events;
        let is_adopted = self.range.adopts(&started.gate);
        let gate = self.state(&started.gate);
        let expected = u32::try_from(gate.attempts.len()).unwrap_or(u32::MAX).saturating_add(1);
        if started.attempt != expected {
            return Err(illegal(event, &format!("expected attempt {expected}")));
        }
        if gate.status == GateStatus::Running {
            return Err(illegal(event, "the gate is already RUNNING"));
        }
        gate.begun = events;
        if !gate.feedback.is_empty() {
            gate.told.insert(started.attempt, gate.feedback.clone());
        }
        gate.turn_to(GateStatus::Running, events);
        gate.waits_for = None;
        gate.reused = None;
        gate.is_kept = false;
        gate.is_adopted = is_adopted;
        gate.approval = None;
        // Most gates have one attempt, and long runs have many gates.
        gate.attempts.reserve_exact(1);
        gate.attempts.push(Attempt::begin(at, started));
        gate.turn_clock(at, Some(Counting::Active));
        self.status = RunStatus::Running;
        self.phase = self.phases.get(started.gate.base()).copied().or(self.phase);
        Ok(())
    }

    pub(super) fn wait(
        &mut self,
        at: Moment,
        event: &Event,
        attempt: &AttemptId,
        (waits_for, judged): (WaitsFor, Option<&Judged>),
    ) -> Result<(), IllegalEvent> {
        // A decision is waited for after the attempt has ended.
        if waits_for != WaitsFor::Decision {
            let open = self.open_attempt(event, attempt)?;
            open.status = AttemptStatus::Waiting;
            if let Some(judged) = judged {
                fill(open, judged);
            }
        }
        let events = self.events;
        let state = self.state(&attempt.gate);
        state.turn_to(GateStatus::Waiting, events);
        if waits_for == WaitsFor::Decision {
            // Whoever decides that it is done again means the agent whose work it is.
            state.fallback = None;
        }
        state.waits_for = Some(waits_for);
        state.waits_since = Some(at);
        state.turn_clock(at, Some(Counting::of(waits_for)));
        Ok(())
    }

    /// A call begins: the first of an attempt, or one more of a command that is asked again.
    pub(super) fn begin_call(
        &mut self,
        event: &Event,
        attempt: &AttemptId,
        call: &InvocationId,
    ) -> Result<(), IllegalEvent> {
        let open = self.open_attempt(event, attempt)?;
        open.invocation_ids.push(call.clone());
        open.status = AttemptStatus::Running;
        let events = self.events;
        let state = self.state(&attempt.gate);
        if state.polled_at.take().is_some() {
            state.turn_to(GateStatus::Running, events);
        }
        Ok(())
    }

    /// A command is asked again later.
    pub(super) fn poll(
        &mut self,
        at: Moment,
        event: &Event,
        attempt: &AttemptId,
    ) -> Result<(), IllegalEvent> {
        self.open_attempt(event, attempt)?.status = AttemptStatus::Waiting;
        let events = self.events;
        let state = self.state(&attempt.gate);
        state.turn_to(GateStatus::Waiting, events);
        state.waits_for = None;
        state.polled_at = Some(at);
        state.turn_clock(at, Some(Counting::Waiting));
        Ok(())
    }

    pub(super) fn end(
        &mut self,
        at: Moment,
        event: &Event,
        attempt: &AttemptId,
        (status, judged): (AttemptStatus, &Judged),
    ) -> Result<(), IllegalEvent> {
        let events = self.events;
        let open = self.open_attempt(event, attempt)?;
        open.status = status;
        open.finished_at = Some(at);
        open.ended = events;
        fill(open, judged);
        let state = self.state(&attempt.gate);
        state.tries += 1;
        state.interruptions = 0;
        state.outage = None;
        state.waits_for = None;
        state.turn_clock(at, None);
        state.feedback.clear();
        state.sent_back_by.clear();
        let passed = status == AttemptStatus::Pass;
        state.turn_to(if passed { GateStatus::Pass } else { GateStatus::Fail }, events);
        state.made = events;
        state.polled_at = None;
        state.declined = if passed {
            None
        } else if judged.given_up {
            Some(Declined::GivenUp)
        } else if judged.unusable {
            Some(Declined::Unusable)
        } else if !judged.trespassed.is_empty() {
            Some(Declined::Trespassed)
        } else {
            judged.is_refusal().then_some(Declined::Refused)
        };
        if state.declined == Some(Declined::Refused) {
            state.refused_at = events;
        }
        if passed {
            state.refused = None;
        }
        Ok(())
    }

    pub(super) fn fail(
        &mut self,
        at: Moment,
        event: &Event,
        attempt: &AttemptId,
        (reason, judged): (&str, &Judged),
    ) -> Result<(), IllegalEvent> {
        let waited = self.gates.get(&attempt.gate).and_then(|state| state.waits_for);
        let rejected = (waited == Some(WaitsFor::Approval))
            .then(|| self.gates.get(&attempt.gate).map(|state| digests_of(state.artifacts())))
            .flatten();
        self.end(at, event, attempt, (AttemptStatus::Fail, judged))?;
        let state = self.state(&attempt.gate);
        // A person refused what was there: the next round answers that.
        if let Some(rejected) = rejected.filter(|rejected| !rejected.is_empty()) {
            state.round = state.next_attempt();
            state.refused = Some(rejected);
        }
        state.approval = None;
        state.feedback = judged.all_findings().cloned().collect();
        if let Some(attempt) = state.attempts.last_mut() {
            attempt.failure_reason = Some(reason.to_owned());
        }
        Ok(())
    }

    pub(super) fn interrupt(
        &mut self,
        at: Moment,
        event: &Event,
        attempt: &AttemptId,
    ) -> Result<(), IllegalEvent> {
        let Event::GateInterrupted { reason, findings, retry_at, fallback, .. } = event else {
            return Ok(());
        };
        let open = self.open_attempt(event, attempt)?;
        open.findings.clone_from(findings);
        open.status = AttemptStatus::Interrupted;
        open.finished_at = Some(at);
        open.failure_reason = Some(reason.clone());
        let events = self.events;
        let state = self.state(&attempt.gate);
        match (fallback, *retry_at) {
            // Another agent has troubles of its own.
            (Some(_), _) => {
                state.outage = None;
                state.fallback.clone_from(fallback);
            }
            (None, None) => state.interruptions += 1,
            (None, Some(retry_at)) => {
                let (since, failures) =
                    state.outage.map_or((at, 0), |outage| (outage.since, outage.failures));
                state.outage = Some(Outage { since, failures: failures + 1, retry_at });
            }
        }
        state.turn_clock(at, None);
        state.waits_for = None;
        state.turn_to(GateStatus::NotStarted, events);
        Ok(())
    }

    /// The child run that did the work is over.
    pub(super) fn end_child(&mut self, event: &Event) -> Result<(), IllegalEvent> {
        let Event::ChildEnded { gate, attempt, child } = event else { return Ok(()) };
        let open = self.open_attempt(event, &AttemptId::new(gate, *attempt))?;
        open.child_end = Some(child.clone());
        Ok(())
    }

    /// The question that an attempt left to a person.
    pub fn question(&self, attempt: &AttemptId) -> Option<&Question> {
        let mut attempts = self.gate(&attempt.gate)?.attempts.iter();
        attempts.find(|it| it.attempt == attempt.number)?.question.as_deref()
    }

    /// Whoever worked at it has ended with a question, which a person answers.
    pub(super) fn escalate(&mut self, at: Moment, event: &Event) -> Result<(), IllegalEvent> {
        let Event::GateEscalated { gate, attempt, question } = event else { return Ok(()) };
        let open = self.open_attempt(event, &AttemptId::new(gate, *attempt))?;
        open.status = AttemptStatus::Escalated;
        open.finished_at = Some(at);
        open.question = Some(Box::new(question.clone()));
        let events = self.events;
        let state = self.state(gate);
        state.interruptions = 0;
        state.outage = None;
        state.turn_to(GateStatus::Waiting, events);
        state.waits_for = Some(WaitsFor::Answer);
        state.waits_since = Some(at);
        state.turn_clock(at, Some(Counting::of(WaitsFor::Answer)));
        Ok(())
    }

    /// The question is answered: the gate is open for its next attempt, in the same round.
    pub(super) fn reply(&mut self, at: Moment, event: &Event) -> Result<(), IllegalEvent> {
        let Event::GateReplied { gate, attempt, reply } = event else { return Ok(()) };
        let events = self.events;
        let state = self.state(gate);
        let asked = state.attempts.last_mut().filter(|last| last.attempt == *attempt);
        let asked = asked.filter(|last| last.status == AttemptStatus::Escalated);
        let Some(asked) = asked else { return Err(illegal(event, "the attempt asks nothing")) };
        asked.reply = Some(Box::new(reply.clone()));
        state.turn_to(GateStatus::NotStarted, events);
        state.waits_for = None;
        state.turn_clock(at, None);
        Ok(())
    }

    pub(super) fn rerecord(
        &mut self,
        event: &Event,
        gate: &GateId,
        judged: &Judged,
    ) -> Result<(), IllegalEvent> {
        let events = self.events;
        let state = self.gates.get_mut(gate).ok_or_else(|| illegal(event, "no such gate"))?;
        state.approval = None;
        state.made = events;
        match (&mut state.reused, state.attempts.last_mut()) {
            (Some(reused), _) => reused.artifacts.clone_from(&judged.artifacts),
            (None, Some(attempt)) => fill(attempt, judged),
            (None, None) => return Err(illegal(event, "the gate has no attempt")),
        }
        Ok(())
    }

    /// Ends the attempts of some gates, which are not wanted any more.
    pub(super) fn cancel_attempts(&mut self, at: Moment, of: impl Fn(&GateState) -> bool) {
        let some = self.gates.iter().filter(|(_, state)| of(state));
        let gates: Vec<GateId> = some.map(|(gate, _)| gate.clone()).collect();
        for gate in gates {
            // An attempt that was cut off has ended; its gate still waits for a decision.
            let waits = self.status_of(&gate) == GateStatus::Waiting;
            if self.cancel_attempt(at, &gate) || waits {
                self.open(&gate, GateStatus::NotStarted, "canceled");
            }
        }
    }

    /// Ends an attempt that is not wanted any more; says whether there was one.
    pub(super) fn cancel_attempt(&mut self, at: Moment, gate: &GateId) -> bool {
        let Some(state) = self.gates.get_mut(gate) else { return false };
        let open = state.attempts.last_mut().filter(|open| open.finished_at.is_none());
        let Some(open) = open else { return false };
        open.status = AttemptStatus::Canceled;
        open.finished_at = Some(at);
        state.turn_clock(at, None);
        true
    }

    pub(super) fn open_attempt(
        &mut self,
        event: &Event,
        attempt: &AttemptId,
    ) -> Result<&mut Attempt, IllegalEvent> {
        let AttemptId { gate, number } = attempt;
        let open = self.gates.get_mut(gate).and_then(|gate| gate.attempts.last_mut());
        open.filter(|open| open.attempt == *number && open.finished_at.is_none())
            .ok_or_else(|| illegal(event, &format!("attempt {number} of {gate} is not open")))
    }
}

/// Takes over what was found, in no more room than it needs: a long run holds many attempts, and
/// `clone_from` leaves room for four of each.
#[expect(clippy::assigning_clones, reason = "what it advises is what takes the room")]
fn fill(attempt: &mut Attempt, judged: &Judged) {
    attempt.artifacts = judged.artifacts.clone();
    attempt.trespassed = judged.trespassed.clone();
    attempt.validations = judged.validations.clone();
    attempt.findings = judged.findings.clone();
}
