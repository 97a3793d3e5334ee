//! What a run tells of others: a person who is asked, and its child runs.

use super::lines::Lines;
use crate::check::plain_text;
use crate::event::Event;
use crate::id::GateId;
use crate::run::GateStatus;

impl Lines {
    /// What somebody else is asked, or did.
    pub(super) fn of_others(&mut self, event: &Event) {
        if let Event::ChildEnded { gate, child, .. } = event {
            self.told(&format!("{gate}: run {} {}", child.run, child.status));
        }
        if let Event::GateEscalated { gate, attempt, question } = event {
            let asked = format!("asks: {}", plain_text(&question.in_words()));
            self.end(gate, GateStatus::Waiting, *attempt, Some(&asked));
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
