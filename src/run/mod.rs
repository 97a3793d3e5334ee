//! A run: the fold of its events. `apply` is the whole transition table, the same
//! for a live run and for one read back; an event that does not fit is refused.

mod amend;
mod attempt;
mod attempt_status;
mod fan_out;
mod gate;
mod lifecycle;
mod producer;
mod session;
mod time;
mod versions;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use crate::workflow::GateStatus;
pub use attempt_status::AttemptStatus;
pub use gate::Attempt;
pub use gate::Declined;
pub use gate::GateState;
pub use gate::Outage;
pub use lifecycle::About;
pub use lifecycle::EarlyEnd;
pub use lifecycle::Happening;
pub use producer::Producer;
pub use session::Session;
pub use time::Spent;
pub use time::TimeSpent;

use crate::budget::Budget;
use crate::check::Baseline;
use crate::clock::Moment;
use crate::definition::Frozen;
use crate::event::Approved;
use crate::event::Checkpoint;
use crate::event::Event;
use crate::event::EventKind;
use crate::event::Invocation;
use crate::event::Note;
use crate::event::NoteKind;
use crate::event::PauseCause;
use crate::event::Range;
use crate::event::Reused;
use crate::event::RunStarted;
use crate::event::RunStatus;
use crate::event::SignedDecision;
use crate::event::SignedHead;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::phase::Phase;
use std::collections::BTreeMap;

/// An event that cannot follow the ones before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IllegalEvent(String);

/// One execution of a workflow.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Run {
    /// What it was begun with, as amendments made it since.
    pub started: RunStarted,
    /// When it began.
    pub started_at: Moment,
    /// When it came to its end.
    pub finished_at: Option<Moment>,
    /// How it stands.
    pub status: RunStatus,
    /// Why, where somebody or something said.
    pub reason: Option<String>,
    /// Why it stands still, where it is paused.
    pub pause: Option<PauseCause>,
    /// What it comes to once nothing is at work any more, where that is decided.
    pub ending: Option<EarlyEnd>,
    /// How many events it is the fold of.
    pub events: usize,
    /// Gates and instances that something has happened to, by id.
    pub gates: BTreeMap<GateId, GateState>,
    /// The calls, in the order in which they ended.
    pub invocations: Vec<Invocation>,
    /// What `unchanged` compares with, by the baseline's key.
    pub baselines: BTreeMap<String, Baseline>,
    /// Its signed ends, the first one first.
    pub signed_heads: Vec<SignedHead>,
    /// What people decided and signed, in its order.
    pub signed_decisions: Vec<SignedDecision>,
    /// The sittings, in their order; at most the last one goes on.
    pub sessions: Vec<Session>,
    /// What was sealed, and when.
    pub checkpoints: Vec<(Moment, Checkpoint)>,
    /// What was said about the work, in its order.
    pub notes: Vec<(Moment, Note)>,
    /// Which of its gates it does.
    pub range: Range,
    /// What the run may spend.
    pub budget: Budget,
    /// The first invocation that counts towards the budgets of gates and agents.
    pub shares_from: usize,
    /// Texts that amendments took out of the definition: the record keeps them.
    pub retired: Vec<Frozen>,
    /// How many attempts of a gate were made under an earlier definition of it.
    pub amended: BTreeMap<GateId, usize>,
    /// How often the definition was amended.
    pub amendments: usize,
    /// How far the work has come, as gates or somebody said.
    pub phase: Option<Phase>,
    /// The lifecycle, for `RUN.json`.
    pub lifecycle: Vec<Happening>,
    /// The phases that gates begin: to look through all gates for each would cost long runs dear.
    phases: BTreeMap<String, Phase>,
}

impl Run {
    /// Begins with the first event of a journal, which tells what the run is.
    pub fn begin(at: Moment, event: &Event) -> Result<Self, IllegalEvent> {
        let Event::RunStarted(started) = event else {
            return Err(illegal(
                event,
                &format!("the first event of a run must be {}", EventKind::RunStarted),
            ));
        };
        let mut run = Self {
            started: (**started).clone(),
            started_at: at,
            finished_at: None,
            status: RunStatus::Running,
            reason: None,
            pause: None,
            ending: None,
            events: 1,
            gates: BTreeMap::new(),
            invocations: Vec::new(),
            baselines: started.baselines.clone(),
            signed_heads: Vec::new(),
            signed_decisions: Vec::new(),
            sessions: Vec::new(),
            checkpoints: Vec::new(),
            notes: Vec::new(),
            range: Range::default(),
            budget: started.budget,
            shares_from: 0,
            amendments: 0,
            phase: None,
            retired: Vec::new(),
            amended: BTreeMap::new(),
            lifecycle: Vec::new(),
            phases: attempt::phases(&started.gates),
        };
        run.note(at, event);
        Ok(run)
    }

    /// The state after one more event, or why it cannot follow.
    pub fn apply(&mut self, at: Moment, event: &Event) -> Result<(), IllegalEvent> {
        let id = AttemptId::new;
        self.events += 1;
        match event {
            Event::RunStarted(_) => return Err(illegal(event, "the run has already started")),
            Event::RunResumed { retried } => self.resume(at, event, retried)?,
            Event::RunAmended(amended) => self.amend(at, event, amended)?,
            Event::RunWaiting { .. } => self.stop(event, RunStatus::Waiting, None)?,
            Event::RunPaused { reason, cause } => self.pause(at, event, (*cause, reason))?,
            Event::RunCompleted { status, reason } => {
                self.complete(at, event, *status, reason.as_ref())?;
            }
            Event::GateExpanded { .. } => self.expand(event),
            Event::GateSkipped { gate, reason } => self.set(gate, GateStatus::Skipped, reason),
            Event::GateGathered { gate, passed } => self.gather(gate, *passed),
            Event::GateStarted(started) => self.start(at, event, started)?,
            Event::InvocationStarted { invocation_id, gate, attempt, .. } => {
                self.begin_call(event, &id(gate, *attempt), invocation_id)?;
            }
            Event::GatePolled { gate, attempt } => self.poll(at, event, &id(gate, *attempt))?,
            Event::InvocationRecorded(invocation) => self.record_invocation(invocation),
            Event::GateWaiting { gate, attempt, waits_for, judged } => {
                self.wait(at, event, &id(gate, *attempt), (*waits_for, judged.as_ref()))?;
            }
            Event::ChildEnded { .. } => self.end_child(event)?,
            Event::GateAnswered { gate, answers } => {
                self.state(gate).answers.extend(answers.clone());
            }
            Event::GateApproved { gate, attempt, approval } => {
                self.approve(event, &id(gate, *attempt), approval)?;
            }
            Event::GateHandedIn { gate, attempt, by } => {
                self.open_attempt(event, &id(gate, *attempt))?.hand_in(by);
            }
            Event::GatePassed { gate, attempt, judged } => {
                self.end(at, event, &id(gate, *attempt), (AttemptStatus::Pass, judged))?;
                self.baselines.extend(judged.baselines.clone());
            }
            Event::GateFailed { gate, attempt, reason, judged } => {
                self.fail(at, event, &id(gate, *attempt), (reason, judged))?;
            }
            Event::GateInterrupted { gate, attempt, .. } => {
                self.interrupt(at, event, &id(gate, *attempt))?;
            }
            Event::GateEscalated { .. } => self.escalate(at, event)?,
            Event::GateReplied { .. } => self.reply(at, event)?,
            Event::DecisionSigned(decided) => self.signed_decisions.push((**decided).clone()),
            Event::GateWaived { gate, by, reason } => {
                self.waive(at, gate, &format!("{reason} (waived by {by})"));
            }
            Event::GatesReopened { .. } => self.open_again(at, event),
            Event::GateJumped { .. } => self.jump(at, event),
            Event::GateRedone { .. } => self.redo(at, event)?,
            Event::RunEnding { .. } => self.be_ending(at, event)?,
            Event::GateRerecorded { gate, judged, .. } => self.rerecord(event, gate, judged)?,
            Event::GatesReused { gates } => self.reuse(gates),
            Event::AgentGiven { texts, .. } => self.started.definition.extend(texts.clone()),
            Event::HeadSigned(signed) => self.signed_heads.push(signed.clone()),
            Event::SessionStarted(started) => self.sit_down(at, event, started)?,
            Event::SessionReady { session } => self.be_ready(event, *session)?,
            Event::SessionEnded { session, status, reason, seen_at } => {
                self.end_session(event, *session, (*status, reason.as_ref()), (at, *seen_at))?;
            }
            Event::CheckpointSealed(checkpoint) => self.seal(at, event, checkpoint)?,
            Event::Noted(note) => self.note_down(at, note),
            Event::GateEstimated { gate, estimate_s, .. } => self.estimate(gate, *estimate_s),
            Event::RangeSet(range) => self.range.clone_from(range),
            Event::BudgetSet { budget, .. } => self.set_budget(*budget),
        }
        self.note(at, event);
        Ok(())
    }

    /// A gate or an instance that something has happened to.
    pub fn gate(&self, id: &GateId) -> Option<&GateState> {
        self.gates.get(id)
    }

    /// The latest attempt at a gate; its number is 0 where none has begun.
    pub fn attempt_id(&self, gate: &GateId) -> AttemptId {
        let attempt = self.gate(gate).and_then(|state| state.attempt());
        AttemptId::new(gate, attempt.map_or(0, |attempt| attempt.attempt))
    }

    /// How a gate stands.
    pub fn status_of(&self, id: &GateId) -> GateStatus {
        self.gates.get(id).map_or(GateStatus::NotStarted, |gate| gate.status)
    }

    /// Whether somebody should be at work on it: a driver, or whoever began a gate by hand.
    pub fn wants_a_driver(&self) -> bool {
        let is_at_work = self.started.driven || self.gates_in(GateStatus::Running).next().is_some();
        self.status == RunStatus::Running && is_at_work
    }

    /// Gates in this state, in the order of their ids.
    pub fn gates_in(&self, status: GateStatus) -> impl Iterator<Item = &GateId> {
        self.gates.iter().filter(move |(_, gate)| gate.status == status).map(|(id, _)| id)
    }

    fn state(&mut self, id: &GateId) -> &mut GateState {
        let place = self.gates.len();
        self.gates.entry(id.clone()).or_insert_with(|| GateState { place, ..GateState::default() })
    }

    fn approve(
        &mut self,
        event: &Event,
        attempt: &AttemptId,
        approval: &Approved,
    ) -> Result<(), IllegalEvent> {
        let approval = Some(Box::new(approval.clone()));
        self.open_attempt(event, attempt)?.approval.clone_from(&approval);
        self.state(&attempt.gate).approval = approval;
        Ok(())
    }

    /// A note may say how far the work has come.
    fn note_down(&mut self, at: Moment, note: &Note) {
        let phase = (note.kind == NoteKind::Phase).then(|| Phase::parse(&note.text));
        self.phase = phase.flatten().or(self.phase);
        self.notes.push((at, note.clone()));
    }

    fn reopen(&mut self, at: Moment, gates: &[GateId], reason: &str) {
        for gate in gates {
            self.cancel_attempt(at, gate);
            self.open(gate, GateStatus::Stale, reason);
        }
    }

    fn reuse(&mut self, gates: &[Reused]) {
        for reused in gates {
            let events = self.events;
            let state = self.state(&reused.gate);
            state.begun = events;
            state.made = events;
            state.turn_to(GateStatus::Pass, events);
            state.answers.clone_from(&reused.answers);
            state.reused = Some(Box::new(reused.clone()));
        }
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

    fn estimate(&mut self, gate: &GateId, estimate_s: u64) {
        self.state(gate).estimate_s = Some(estimate_s);
    }

    /// What is not bounded anew stays bounded as it was.
    fn set_budget(&mut self, budget: Budget) {
        self.budget = budget.or(self.budget);
        self.shares_from = self.invocations.len();
        // Whoever gives more has seen what was cut off.
        for state in self.gates.values_mut() {
            state.interruptions = 0;
            state.outage = None;
        }
    }

    /// Opens a gate for a new round of tries.
    fn open(&mut self, id: &GateId, status: GateStatus, reason: &str) {
        let Some(gate) = self.gates.get_mut(id) else { return };
        gate.turn_to(status, self.events);
        gate.round = gate.next_attempt();
        gate.refused = None;
        gate.declined = None;
        gate.is_kept = false;
        gate.polled_at = None;
        gate.tries = 0;
        gate.interruptions = 0;
        gate.outage = None;
        gate.fallback = None;
        gate.waits_for = None;
        gate.approval = None;
        gate.reused = None;
        gate.items = None;
        gate.reason = Some(reason.to_owned());
    }

    fn set(&mut self, id: &GateId, status: GateStatus, reason: &str) {
        let events = self.events;
        let gate = self.state(id);
        gate.begun = events;
        gate.turn_to(status, events);
        gate.reason = Some(reason.to_owned());
        gate.waits_for = None;
    }

    fn note(&mut self, at: Moment, event: &Event) {
        if let Some(about) = lifecycle::listed(event) {
            self.lifecycle.push(Happening { at, kind: event.into(), about });
        }
    }
}

fn illegal(event: &Event, why: &str) -> IllegalEvent {
    let kind = EventKind::from(event);
    IllegalEvent(format!("unexpected event {kind}: {why}"))
}
