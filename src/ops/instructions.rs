//! What to do next, told from where a run stands by rules in one place: after every
//! change and every failure; after mere reads it is empty.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::Waiting;
use super::next;
use crate::clock;
use crate::finding::Finding;
use crate::id::RunId;
use crate::standing::NextStep;
use serde::Serialize;
use std::collections::BTreeMap;

/// Next steps, as words and as commands that can be pasted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Instructions {
    /// What to do, in words.
    pub next_actions: Vec<String>,
    /// What to type, as it can be pasted.
    pub suggested_commands: Vec<String>,
    /// What the run is and how it stands, by name.
    pub context_reminder: BTreeMap<String, String>,
}

impl Instructions {
    /// From how a run stands.
    pub fn of(standing: &Standing) -> Self {
        let mut next = Self::default();
        next.remind(standing);
        for step in standing.next_steps() {
            next.tell(standing, &step);
        }
        next
    }

    /// From where the run stands that is meant; empty where none is or its state cannot be read.
    pub fn of_run(project: &Project, caller: &Caller, choice: &RunChoice) -> Self {
        next::next(project, caller, choice).map(|reply| reply.instructions).unwrap_or_default()
    }

    /// After a command that was not carried out: what its error advises, then where the run stands
    /// that it was about.
    pub fn after(error: &Error, of_run: Self) -> Self {
        let mut commands = error.commands();
        commands.extend(of_run.suggested_commands);
        let mut known = Vec::new();
        commands.retain(|command| {
            let is_new = !known.contains(command);
            known.push(command.clone());
            is_new
        });
        Self { suggested_commands: commands, ..of_run }
    }

    /// Where something is missing that a run needs: that first, then the same again.
    pub fn missing(of_run: Self, missing: &[Finding], again: String) -> Self {
        let next_actions = missing.iter().map(ToString::to_string).collect();
        Self { next_actions, suggested_commands: vec![again], ..of_run }
    }

    /// After something that concerns no run.
    pub fn to(action: impl Into<String>, commands: impl IntoIterator<Item = String>) -> Self {
        Self {
            next_actions: vec![action.into()],
            suggested_commands: commands.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.next_actions.is_empty()
            && self.suggested_commands.is_empty()
            && self.context_reminder.is_empty()
    }

    fn remind(&mut self, standing: &Standing) {
        let here = &standing.here;
        let mut remember = |name: &str, value: String| {
            self.context_reminder.insert(name.to_owned(), value);
        };
        remember("run", standing.run_id.to_string());
        remember("active_task", here.key.clone());
        remember("status", standing.status.to_string());
        remember("time_elapsed", clock::in_words(here.elapsed));
        if let Some(gate) = &here.gate {
            remember("gate", gate.to_string());
        }
        if let Some(session) = here.session {
            remember("session", session.to_string());
        }
    }

    fn tell(&mut self, standing: &Standing, step: &NextStep<'_>) {
        let run = &standing.run_id;
        match step {
            NextStep::Work(waiting) => self.work(run, waiting),
            NextStep::Approve(waiting) => self.approve(run, waiting),
            NextStep::Decide(gate) => {
                self.say(format!(
                    "Gate {gate} was cut off; see what it left behind, then do it again or fail it."
                ));
                self.command(format!("orch gate start --run {run} --gate {gate}"));
                self.command(format!("orch gate fail --run {run} --gate {gate} --reason \"…\""));
            }
            NextStep::Mend { gate, reason } => self.say(format!("Mend gate {gate}: {reason}")),
            NextStep::RaiseBudget => {
                self.say("A budget is reached; give the run more, or leave it as it is.");
                self.command(format!("orch cost --run {run}"));
                self.command(format!("orch run resume --run {run} --budget …"));
            }
            NextStep::Resume => {
                self.say("The run is paused; take it up again.");
                self.command(take_up(standing));
            }
            NextStep::GoFurther => {
                self.say("The run came as far as it was to; name a later gate, or lift the bound.");
                self.command(format!("orch run resume --run {run} --until end"));
            }
            NextStep::TakeUp => self.command(take_up(standing)),
            NextStep::Drive => {
                self.say("Nobody drives the run; take it up again.");
                self.command(take_up(standing));
            }
            NextStep::Watch(gate) => {
                let gate = gate.map(|gate| format!(" Gate {gate} is at work."));
                self.say(format!("Another process drives the run.{}", gate.unwrap_or_default()));
                self.command(format!("orch status --run {run}"));
            }
            NextStep::Start { gate, failed } => {
                self.say(match failed {
                    Some(reason) => format!("Mend gate {gate}: {reason}"),
                    None => format!("Begin gate {gate}."),
                });
                self.command(format!("orch gate start --run {run} --gate {gate}"));
            }
            NextStep::Complete => {
                self.say("No gate is left to begin; end the run.");
                self.command(format!("orch run complete --run {run}"));
            }
            NextStep::Show => self.command(format!("orch run show --run {run}")),
            NextStep::Report => {
                self.say("Say how far the work has come.");
                self.command(format!("orch update --run {run} \"…\""));
            }
        }
    }

    fn work(&mut self, run: &RunId, waiting: &Waiting) {
        let gate = &waiting.gate;
        let packet = waiting.packet.as_deref().unwrap_or("its packet");
        let until = until(waiting);
        self.say(format!("Do the work of gate {gate} as {packet} says{until}."));
        self.command(format!("orch gate check --run {run} --gate {gate}"));
        let answers: Vec<String> =
            waiting.asks.iter().map(|name| format!(" --answer {name}=…")).collect();
        let answers = answers.concat();
        self.command(format!("orch gate finish --run {run} --gate {gate}{answers}"));
    }

    fn approve(&mut self, run: &RunId, waiting: &Waiting) {
        let gate = &waiting.gate;
        let shown = waiting.shows.iter().filter(|path| !waiting.artifacts.contains(path));
        let files: Vec<&str> = waiting.artifacts.iter().chain(shown).map(String::as_str).collect();
        let read = match files.as_slice() {
            [] => "looks at what was done".to_owned(),
            files => format!("reads {}", files.join(", ")),
        };
        let until = until(waiting);
        self.say(format!("A person {read} and approves gate {gate}, or rejects it{until}."));
        self.command(format!("orch gate approve --run {run} --gate {gate}"));
        self.command(format!("orch gate reject --run {run} --gate {gate} --reason \"…\""));
    }

    /// Adds something to do, in words.
    pub fn say(&mut self, action: impl Into<String>) {
        self.next_actions.push(action.into());
    }

    /// Adds a command, as it can be pasted.
    pub fn command(&mut self, command: impl Into<String>) {
        self.suggested_commands.push(command.into());
    }
}

/// The time that is left for it, where a person was given one.
fn until(waiting: &Waiting) -> String {
    let deadline = waiting.deadline.map(|deadline| format!(", {}", deadline.words()));
    deadline.unwrap_or_default()
}

/// What takes a run up again: at one that somebody has sat at, one sits down, unless one does.
fn take_up(standing: &Standing) -> String {
    if !standing.here.was_left {
        return format!("orch run resume --run {}", standing.run_id);
    }
    let key = standing.here.key.replace('\'', "'\\''");
    let is_plain = key.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    if is_plain {
        format!("orch session resume {key}")
    } else {
        format!("orch session resume '{key}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::event::RunStatus;
    use crate::id::GateId;
    use crate::ops::DrivenBy;
    use crate::ops::Here;

    #[test]
    fn what_the_error_advises_comes_first_and_nothing_twice() {
        let mut of_run = Instructions::to("Go on.", ["orch next".to_owned()]);
        of_run.command("orch use RUN");
        let error = Error::usage("no").advise_command("orch use RUN");
        let next = Instructions::after(&error, of_run);
        assert_eq!(next.next_actions, ["Go on."]);
        assert_eq!(next.suggested_commands, ["orch use RUN", "orch next"]);
        let words = Error::usage("no").advise("see `orch use`");
        assert!(Instructions::after(&words, Instructions::default()).is_empty());
    }

    fn standing(status: RunStatus, here: Here) -> Standing {
        Standing {
            run_id: RunId::new("20260101T000000Z", "x", "abcdef"),
            status,
            reason: None,
            pause: None,
            waiting: Vec::new(),
            head: Digest::of(""),
            problems: Vec::new(),
            unsigned: None,
            failed: Vec::new(),
            committed: true,
            here,
        }
    }

    fn commands(status: RunStatus, here: Here) -> Vec<String> {
        let next = Instructions::of(&standing(status, here));
        let run = "run_20260101T000000Z_x_abcdef";
        next.suggested_commands.iter().map(|command| command.replace(run, "R")).collect()
    }

    #[test]
    fn a_run_that_goes_on_says_by_whose_hand() {
        let running = |here| commands(RunStatus::Running, here);
        let gate = GateId::parse("a").unwrap();
        let by_hand = Here { ready: vec![gate], ..Here::default() };
        let driven = Here { is_driven: true, ..Here::default() };
        assert_eq!(running(driven.clone()), ["orch run resume --run R"]);
        let held = Here { driver: DrivenBy::Another, ..driven };
        assert_eq!(running(held), ["orch status --run R"]);
        assert_eq!(running(by_hand.clone()), ["orch gate start --run R --gate a"]);
        assert_eq!(running(Here::default()), ["orch run complete --run R"]);
        let sitting = Here { session: Some(2), ..by_hand };
        let last = "orch update --run R \"…\"";
        assert_eq!(running(sitting.clone()), ["orch gate start --run R --gate a", last]);
        let told = Instructions::of(&standing(RunStatus::Running, sitting)).context_reminder;
        assert_eq!(told.get("session").map(String::as_str), Some("2"));
    }
}
