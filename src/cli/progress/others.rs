//! What a run tells of others: a person who is asked, and its child runs.

use super::lines::Lines;
use crate::check::plain_text;
use crate::event::Event;
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
