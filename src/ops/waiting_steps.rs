//! What to do about a gate that waits for somebody.

use super::Instructions;
use super::Standing;
use super::Waiting;
use super::instructions::take_up;
use crate::id::RunId;
use crate::suggestion::OPEN;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;

/// How many files a person is told to read by name.
const FILES_MAX: usize = 8;

impl Instructions {
    pub(super) fn work(&mut self, run: &RunId, waiting: &Waiting) {
        let gate = &waiting.gate;
        let packet = waiting.packet.as_deref().unwrap_or("its packet");
        let until = until(waiting);
        self.say(format!("Do the work of gate {gate} as described in {packet}{until}."));
        let at = |command| Suggestion::new(command).of(run).at(gate);
        self.suggest(&at("gate check"));
        let answer = |finish: Suggestion, name| finish.option("answer", format!("{name}={OPEN}"));
        // What is missing fails `gate finish`, and costs a try.
        let finish = waiting.asks.iter().fold(at("done"), answer);
        if waiting.asks_for_update {
            self.suggest(&at("update").word(OPEN_WORDS));
        }
        let summary = waiting.asks_for_summary.then_some(OPEN_WORDS);
        self.suggest(&summary.into_iter().fold(finish, Suggestion::word));
    }

    pub(super) fn approve(&mut self, run: &RunId, waiting: &Waiting) {
        let gate = &waiting.gate;
        let shown = waiting.shows.iter().filter(|path| !waiting.artifacts.contains(path));
        let files: Vec<&str> = waiting.artifacts.iter().chain(shown).map(String::as_str).collect();
        let read = match files.as_slice() {
            [] => "review the work".to_owned(),
            files if files.len() > FILES_MAX => {
                let more = files.len() - FILES_MAX;
                format!("read {} and {more} more files", files[..FILES_MAX].join(", "))
            }
            files => format!("read {}", files.join(", ")),
        };
        let until = until(waiting);
        self.say(format!("A person must {read}, then approve or reject gate {gate}{until}."));
        let at = |command| Suggestion::new(command).of(run).at(gate);
        self.suggest(&at("gate approve"));
        self.suggest(&at("gate reject").option("reason", OPEN_WORDS));
    }

    pub(super) fn decide(&mut self, run: &RunId, waiting: &Waiting) {
        let gate = &waiting.gate;
        let reason = waiting.reason.as_ref().map(|reason| format!(": {reason}"));
        let reason = reason.unwrap_or_default();
        self.say(if waiting.is_outage {
            format!(
                "Gate {gate} could not reach what it needs{reason}. Start it again once that is \
                 back, or fail it."
            )
        } else {
            format!(
                "Gate {gate} was interrupted{reason}. Check what it left behind, then start it \
                 again or fail it."
            )
        });
        let at = |command| Suggestion::new(command).of(run).at(gate);
        self.suggest(&at("gate start"));
        self.suggest(&at("gate fail").option("reason", OPEN_WORDS));
    }

    pub(super) fn expire(&mut self, standing: &Standing, waiting: &Waiting) {
        let reason = waiting.deadline.map(|deadline| deadline.reason(waiting.waits_for));
        let reason = reason.unwrap_or_default();
        let gate = &waiting.gate;
        self.say(format!("Gate {gate} was {reason}. Its attempt fails when the run continues."));
        self.suggest(&if standing.here.is_driven {
            take_up(standing)
        } else {
            Suggestion::new("done").of(&standing.run_id).at(gate)
        });
    }

    pub(super) fn act_later(&mut self, run: &RunId, waiting: &Waiting) {
        let (gate, waits_for) = (&waiting.gate, waiting.waits_for);
        self.say(format!(
            "Gate {gate} is waiting for {waits_for}. To act on it now, pause the run first."
        ));
        self.suggest(&Suggestion::new("run pause").of(run));
    }
}

/// The time that is left for it, where a person was given one.
fn until(waiting: &Waiting) -> String {
    let deadline = waiting.deadline.map(|deadline| format!(", {}", deadline.words()));
    deadline.unwrap_or_default()
}
