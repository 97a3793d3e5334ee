//! What to do next, told from where a run stands by rules in one place: after every
//! change and every failure; after mere reads it is empty.

use super::Outcome;
use super::Waiting;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use serde::Serialize;
use std::collections::BTreeMap;

/// Next steps, as words and as commands that can be pasted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Instructions {
    pub next_actions: Vec<String>,
    pub suggested_commands: Vec<String>,
    pub context_reminder: BTreeMap<String, String>,
}

impl Instructions {
    /// From where a run stands.
    pub fn of(outcome: &Outcome) -> Self {
        let mut next = Self::default();
        let run = &outcome.run_id;
        next.context_reminder.insert("run".to_owned(), run.to_string());
        next.context_reminder.insert("status".to_owned(), outcome.status.to_string());
        if let Some(waiting) = outcome.waiting.first() {
            next.context_reminder.insert("gate".to_owned(), waiting.gate.to_string());
        }
        // Where a run has ended, nobody works on.
        for waiting in outcome.waiting.iter().filter(|_| !outcome.status.is_end()) {
            next.wait(run.as_str(), waiting);
        }
        match outcome.status {
            RunStatus::Failed => {
                for (gate, reason) in &outcome.failed {
                    next.say(format!("Mend gate {gate}: {reason}"));
                }
                next.command(format!("orch run resume --run {run}"));
            }
            RunStatus::Paused => {
                next.say("The run is paused; take it up again.");
                next.command(format!("orch run resume --run {run}"));
            }
            RunStatus::Running if outcome.waiting.is_empty() => next.go_on(outcome),
            RunStatus::Passed => next.command(format!("orch run show --run {run}")),
            RunStatus::Running | RunStatus::Waiting | RunStatus::Canceled => {}
        }
        next
    }

    /// A run that nobody is at is taken up, or, if it is gone through by hand, its next gates begin.
    fn go_on(&mut self, outcome: &Outcome) {
        let run = &outcome.run_id;
        let Some(gates) = &outcome.by_hand else {
            return self.command(format!("orch run resume --run {run}"));
        };
        for gate in gates {
            if let Some((_, reason)) = outcome.failed.iter().find(|(failed, _)| failed == gate) {
                self.say(format!("Mend gate {gate}: {reason}"));
            }
            self.command(format!("orch gate start --run {run} --gate {gate}"));
        }
    }

    fn wait(&mut self, run: &str, waiting: &Waiting) {
        let gate = &waiting.gate;
        match waiting.waits_for {
            WaitsFor::Person | WaitsFor::Agent => {
                let packet = waiting.packet.as_deref().unwrap_or("its packet");
                self.say(format!("Do the work of gate {gate} as {packet} says."));
                self.command(format!("orch gate check --run {run} --gate {gate}"));
                let answers: Vec<String> =
                    waiting.asks.iter().map(|name| format!(" --answer {name}=…")).collect();
                let answers = answers.concat();
                self.command(format!("orch gate finish --run {run} --gate {gate}{answers}"));
            }
            WaitsFor::Approval => {
                let read = match waiting.artifacts.as_slice() {
                    [] => "looks at what was done".to_owned(),
                    artifacts => format!("reads {}", artifacts.join(", ")),
                };
                self.say(format!("A person {read} and approves gate {gate}, or rejects it."));
                self.command(format!("orch gate approve --run {run} --gate {gate}"));
                self.command(format!("orch gate reject --run {run} --gate {gate} --reason \"…\""));
            }
            WaitsFor::Decision => {
                self.say(format!(
                    "Gate {gate} was cut off; see what it left behind, then do it again or fail it."
                ));
                self.command(format!("orch gate start --run {run} --gate {gate}"));
                self.command(format!("orch gate fail --run {run} --gate {gate} --reason \"…\""));
            }
        }
    }

    pub fn say(&mut self, action: impl Into<String>) {
        self.next_actions.push(action.into());
    }

    pub fn command(&mut self, command: impl Into<String>) {
        self.suggested_commands.push(command.into());
    }
}
