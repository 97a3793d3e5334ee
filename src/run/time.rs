//! How long a gate was worked on, and how long it waited, by the moments of its events.

use super::GateState;
use super::Run;
use crate::clock::Moment;
use crate::event::WaitsFor;
use std::time::Duration;

/// What somebody does with a gate while its clock runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// An executor is at work, or the packet is with whoever does the work.
    Active,
    /// The work lies there for a word of approval or a decision, or a child run does it.
    Waiting,
}

/// A gate's time, active and waiting apart. It stands still while the run is paused.
#[derive(Debug, Clone, Copy, Default)]
pub struct TimeSpent {
    active: Duration,
    waiting: Duration,
    turned: Option<(Moment, Counting)>,
}

impl TimeSpent {
    /// The time up to a moment, that of a clock that still runs included.
    pub fn until(mut self, now: Moment) -> Spent {
        self.turn(now, None);
        Spent { active: self.active, waiting: self.waiting }
    }

    /// Counts what has passed, and goes on with another phase or none.
    pub(super) fn turn(&mut self, at: Moment, phase: Option<Counting>) {
        if let Some((since, before)) = self.turned.take() {
            let passed = at.since(since);
            match before {
                Counting::Active => self.active += passed,
                Counting::Waiting => self.waiting += passed,
            }
        }
        self.turned = phase.map(|phase| (at, phase));
    }
}

/// Time as it was counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// How long it was worked on.
    pub active: Duration,
    /// How long it waited for a word.
    pub waiting: Duration,
}

impl GateState {
    /// Turns the clock of the gate, and that of its attempt, which stands still from its end on.
    pub(super) fn turn_clock(&mut self, at: Moment, phase: Option<Counting>) {
        self.time.turn(at, phase);
        if let Some(last) = self.attempts.last_mut() {
            last.time.turn(at, phase.filter(|_| last.finished_at.is_none()));
        }
    }
}

impl Counting {
    /// What waiting for somebody means.
    pub(super) fn of(waits_for: WaitsFor) -> Self {
        match waits_for {
            WaitsFor::Person | WaitsFor::Agent => Self::Active,
            WaitsFor::Approval | WaitsFor::Decision | WaitsFor::ChildRun | WaitsFor::Answer => {
                Self::Waiting
            }
        }
    }
}

impl Run {
    /// The run stops: all clocks stand still.
    pub(super) fn stop_clocks(&mut self, at: Moment) {
        for state in self.gates.values_mut() {
            state.turn_clock(at, None);
        }
    }

    /// Whoever worked was not seen after this moment: what the clocks count since is nobody's.
    pub(super) fn cut_clocks(&mut self, seen: Moment) {
        for state in self.gates.values_mut() {
            state.turn_clock(seen, None);
        }
    }

    /// The run goes on: the clocks of what waits go on.
    pub(super) fn start_clocks(&mut self, at: Moment) {
        for state in self.gates.values_mut() {
            if let Some(waits_for) = state.waits_for {
                state.turn_clock(at, Some(Counting::of(waits_for)));
            }
        }
    }

    /// The time of all gates together.
    pub fn spent(&self, now: Moment) -> Spent {
        self.gates.values().map(|state| state.time.until(now)).fold(Spent::default(), |sum, one| {
            Spent { active: sum.active + one.active, waiting: sum.waiting + one.waiting }
        })
    }
}
