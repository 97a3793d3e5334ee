//! What a run tells of others: a person who is asked, and its child runs.

use super::lines::Lines;
use crate::check::plain_text;
use crate::event::Event;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::run::GateStatus;

/// How many child runs have a line that moves: more would not fit a screen.
const FOLLOWED_MAX: usize = 6;

impl Lines {
    /// A child run is followed as long as it takes, and the screen says so.
    pub(super) fn follow(&mut self, gate: &GateId, waits_for: WaitsFor) {
        if waits_for == WaitsFor::ChildRun && self.live.moving() < FOLLOWED_MAX {
            self.live.at_work(gate, &format!("{gate} waits for {waits_for}"));
        }
    }

    /// What somebody else is asked, or did.
    pub(super) fn of_others(&mut self, event: &Event) {
        if let Event::ChildEnded { gate, child, .. } = event {
            self.told(&format!("{gate}: run {} {}", child.run, child.status));
        }
        if let Event::GateEscalated { gate, attempt, question } = event {
            let asked = format!("asks: {}", plain_text(&question.in_words()));
            self.end(gate, GateStatus::Waiting, *attempt, Some(&asked));
        }
        if let Event::GateRedone { gate, reason, .. } = event {
            self.told(&format!("redoing {gate}: {}", plain_text(reason)));
        }
    }
}

/// The gates, or how many there are from which to which.
pub(super) fn named(gates: &[GateId]) -> String {
    let names: Vec<&str> = gates.iter().map(GateId::as_str).collect();
    match names.as_slice() {
        [first, .., last] if names.len() > 4 => {
            format!("{} gates, {first} to {last}", names.len())
        }
        _ => names.join(", "),
    }
}
