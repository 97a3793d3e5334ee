//! What to do next, by rules in one place and from the state of a run: after every
//! change and every failure; after mere reads it is empty.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::next;
use crate::clock;
use crate::event::Question;
use crate::id::GateId;
use crate::id::RunId;
use crate::standing::LockWait;
use crate::standing::NextStep;
use crate::standing::Waiting;
use crate::suggestion::AtHand;
use crate::suggestion::OPEN;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use serde::Serialize;
use std::collections::BTreeMap;

/// Next steps, as words and as commands that can be pasted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Instructions {
    /// What to do next, in words.
    pub next_actions: Vec<String>,
    /// Commands that can be pasted.
    pub suggested_commands: Vec<String>,
    /// Facts about the run, by name.
    pub context_reminder: BTreeMap<String, String>,
    /// What the commands need not name.
    #[serde(skip)]
    at_hand: AtHand,
    /// The commands as data, for a face whose callers type none.
    #[serde(skip)]
    suggestions: Vec<Suggestion>,
}

impl Instructions {
    /// From how a run stands, for whoever has this at hand.
    pub fn of(standing: &Standing, at_hand: AtHand) -> Self {
        let mut next = Self::beside(at_hand);
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
    pub fn after(error: &Error, at_hand: &AtHand, of_run: Self) -> Self {
        let command = error.command().map(|command| command.line(at_hand));
        let mut commands: Vec<String> = command.into_iter().collect();
        commands.extend(of_run.suggested_commands);
        let mut known = Vec::new();
        commands.retain(|command| {
            let is_new = !known.contains(command);
            known.push(command.clone());
            is_new
        });
        let suggestions = error.command().into_iter().chain(of_run.suggestions).collect();
        Self { suggested_commands: commands, suggestions, ..of_run }
    }

    /// The commands, for a face whose callers type none.
    pub fn suggestions(&self) -> &[Suggestion] {
        &self.suggestions
    }

    /// Where something is missing that was listed already: the same again, once it is added.
    pub fn again(of_run: Self, again: &[Suggestion]) -> Self {
        let next_actions = vec!["Add what is missing, then try again.".to_owned()];
        let suggested_commands = again.iter().map(|again| again.line(&of_run.at_hand)).collect();
        Self { next_actions, suggested_commands, suggestions: again.to_vec(), ..of_run }
    }

    /// After something that concerns no run.
    pub fn to(action: impl Into<String>, commands: impl IntoIterator<Item = Suggestion>) -> Self {
        let mut next = Self::default();
        next.say(action);
        commands.into_iter().for_each(|command| next.suggest(&command));
        next
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
        let of = |command| Suggestion::new(command).of(run);
        let at = |command, gate| of(command).at(gate);
        match step {
            NextStep::Work(waiting) => self.work(run, waiting),
            NextStep::Approve(waiting) => self.approve(run, waiting),
            NextStep::Decide(waiting) => self.decide(run, waiting),
            NextStep::Answer(waiting) => self.answer(run, waiting),
            NextStep::SeeChild(waiting) => self.see_child(run, waiting),
            NextStep::Expire(waiting) => self.expire(standing, waiting),
            NextStep::Mend { gate, reason, refused: false } => {
                self.say(format!("Fix gate {gate}: {reason}"));
            }
            NextStep::Mend { gate, reason, refused: true } => self.say(format!(
                "Gate {gate} refused: {reason}. Change the work it judged, then resume."
            )),
            NextStep::Rewrite { gate, reason } => self.rewrite(run, gate, reason),
            NextStep::Amend(paths) => self.amend(standing, paths),
            NextStep::Redo { gate, reason } => {
                self.say(format!("Gate {gate} failed: {reason}. Fix it, then redo the gate."));
                self.suggest(&at("gate redo", gate).option("reason", OPEN_WORDS));
            }
            NextStep::RaiseBudget => self.raise_budget(standing),
            NextStep::Resume => {
                self.say("The run is paused. Resume it.");
                self.suggest(&take_up(standing));
            }
            NextStep::GoFurther => self.go_further(run),
            NextStep::TakeUp => self.suggest(&take_up(standing)),
            NextStep::Drive => {
                self.say("No process drives the run. Resume it.");
                self.suggest(&take_up(standing));
            }
            NextStep::Watch(gate) => self.watch(run, *gate),
            NextStep::WaitForLock(wait) => self.wait_for_lock(wait),
            NextStep::ActLater(waiting) => self.act_later(run, waiting),
            NextStep::Follow => {
                self.say("The run continues now. See what it waits for.");
                self.suggest(&of("next"));
            }
            NextStep::Start { gate, failed } => {
                self.say(match failed {
                    Some(reason) => format!("Fix gate {gate}: {reason}"),
                    None => format!("Start gate {gate}."),
                });
                self.suggest(&at("gate start", gate));
            }
            NextStep::Complete => {
                self.say("No gates are left to start. Complete the run.");
                self.suggest(&of("run complete"));
            }
            NextStep::CompleteSession => {
                self.say("All gates are done. Complete the session to end the run.");
                let key = &standing.here.key;
                self.suggest(&Suggestion::new("session complete").of_key(run, key));
            }
            NextStep::GiveUp => {
                self.say("Or end the run as failed.");
                self.suggest(&of("run complete").option("status", "FAILED"));
            }
            NextStep::Show => self.suggest(&of("run show")),
            NextStep::Report => {
                self.say("Report your progress.");
                self.suggest(&of("update").word(OPEN_WORDS));
            }
        }
    }

    fn rewrite(&mut self, run: &RunId, gate: &GateId, reason: &str) {
        self.say(format!(
            "Gate {gate} could not start: {reason}. Fix its definition, apply the change, then resume."
        ));
        self.suggest(&Suggestion::new("run amend").of(run));
    }

    fn answer(&mut self, run: &RunId, waiting: &Waiting) {
        let asked = waiting.question.as_ref().map(Question::in_words).unwrap_or_default();
        self.say(format!("Answer the question of gate {}: {asked}", waiting.gate));
        self.suggest(&Suggestion::new("forward").word(run.as_str()).word(OPEN_WORDS));
    }

    fn see_child(&mut self, run: &RunId, waiting: &Waiting) {
        self.say(format!("Gate {} waits for its child run.", waiting.gate));
        self.suggest(&Suggestion::new("status").of(waiting.child.as_ref().unwrap_or(run)));
    }

    fn amend(&mut self, standing: &Standing, paths: &[String]) {
        let paths = paths.join(", ");
        self.say(format!("The run still uses the originals of changed files: {paths}."));
        if standing.can_amend {
            self.suggest(&Suggestion::new("run amend").of(&standing.run_id));
        }
    }

    fn go_further(&mut self, run: &RunId) {
        self.say(
            "The run reached the gate that it stops after. Name a later gate, or remove the limit.",
        );
        self.suggest(&Suggestion::new("run resume").of(run).option("until", "end"));
    }

    fn wait_for_lock(&mut self, wait: &LockWait) {
        self.say(format!("Gate {} {}.", wait.gate, wait.words()));
        if let Some(holder) = &wait.held_by {
            self.suggest(&Suggestion::new("status").of(&holder.run));
        }
    }

    fn watch(&mut self, run: &RunId, gate: Option<&GateId>) {
        let gate = gate.map(|gate| format!(" Gate {gate} is running.")).unwrap_or_default();
        self.say(format!("Another process drives the run.{gate}"));
        self.suggest(&Suggestion::new("status").of(run));
    }

    fn raise_budget(&mut self, standing: &Standing) {
        let run = &standing.run_id;
        let reason = standing.reason.as_deref().unwrap_or("a budget is spent");
        let raised = if let Some((around, key)) = &standing.here.bound_by {
            self.say(format!(
                "The budget of `{key}` stopped the run: {reason}. Raise that \
                 budget, then resume the run."
            ));
            around
        } else {
            self.say(format!("A budget stopped the run: {reason}. Raise it to continue."));
            run
        };
        // Without a run named it adds up all of them.
        self.suggest(&Suggestion::new("cost").option("run", raised.as_str()));
        self.suggest(&Suggestion::new("run resume").of(raised).option("budget", OPEN));
    }

    /// Adds something to do, in words.
    pub fn say(&mut self, action: impl Into<String>) {
        self.next_actions.push(action.into());
    }

    /// Adds what another program is asked, as it can be pasted.
    pub fn suggest_other(&mut self, line: impl Into<String>) {
        self.suggested_commands.push(line.into());
    }

    /// Nothing yet, for whoever has this at hand.
    pub fn beside(at_hand: AtHand) -> Self {
        Self { at_hand, ..Self::default() }
    }

    /// Adds a command, as it can be pasted, unless it is there.
    pub fn suggest(&mut self, command: &Suggestion) {
        let line = command.line(&self.at_hand);
        if !self.suggested_commands.contains(&line) {
            self.suggested_commands.push(line);
            self.suggestions.push(command.clone());
        }
    }
}

/// What takes a run up again: at one that somebody has sat at, one sits down, unless one does; one that
/// a worker drove is given to a worker again.
pub(super) fn take_up(standing: &Standing) -> Suggestion {
    if standing.here.was_left {
        Suggestion::new("session resume").word(&standing.here.key)
    } else if standing.here.is_pooled {
        Suggestion::new("restart").word(&standing.here.key)
    } else {
        Suggestion::new("run resume").of(&standing.run_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::event::RunStatus;
    use crate::ops::DrivenBy;
    use crate::ops::Here;
    use crate::standing::FailedGate;

    #[test]
    fn what_the_error_advises_comes_first_and_nothing_twice() {
        let choose = Suggestion::new("use").word("RUN");
        let of_run = Instructions::to("Go on.", [Suggestion::new("next"), choose.clone()]);
        let error = Error::usage("no").advise_command(choose);
        let next = Instructions::after(&error, &AtHand::default(), of_run);
        assert_eq!(next.next_actions, ["Go on."]);
        assert_eq!(next.suggested_commands, ["orch use RUN", "orch next"]);
        let words = Error::usage("no").advise("see `orch use`");
        assert!(
            Instructions::after(&words, &AtHand::default(), Instructions::default()).is_empty()
        );
    }

    fn standing(status: RunStatus, here: Here) -> Standing {
        Standing {
            run_id: RunId::new("20260101T000000Z", "x", "abcdef"),
            status,
            reason: None,
            pause: None,
            waiting: Vec::new(),
            lock_waits: Vec::new(),
            head: Digest::of(""),
            problems: Vec::new(),
            unsigned: None,
            failed: Vec::new(),
            differs: Vec::new(),
            can_amend: false,
            committed: true,
            here,
        }
    }

    fn commands(status: RunStatus, here: Here) -> Vec<String> {
        let next = Instructions::of(&standing(status, here), AtHand::default());
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
        let held = Here { driver: DrivenBy::Another, ..driven.clone() };
        assert_eq!(running(held), ["orch status --run R"]);
        let failed = GateId::parse("b").unwrap();
        let stuck = |here| Standing {
            failed: vec![FailedGate {
                gate: failed.clone(),
                reason: "broken".to_owned(),
                declined: None,
            }],
            ..standing(RunStatus::Waiting, here)
        };
        let next = Instructions::of(&stuck(driven.clone()), AtHand::default());
        let words =
            ["Gate b failed: broken. Fix it, then redo the gate.", "Or end the run as failed."];
        assert_eq!(next.next_actions, words);
        let end = next.suggested_commands.last().unwrap();
        assert!(end.ends_with("--status FAILED"), "{end}");
        assert_eq!(running(by_hand.clone()), ["orch gate start --run R --gate a"]);
        assert_eq!(running(Here::default()), ["orch run complete --run R"]);
        let sitting = Here { session: Some(2), ..by_hand };
        let last = "orch update --run R \"…\"";
        assert_eq!(running(sitting.clone()), ["orch gate start --run R --gate a", last]);
        let told = Instructions::of(&standing(RunStatus::Running, sitting), AtHand::default())
            .context_reminder;
        assert_eq!(told.get("session").map(String::as_str), Some("2"));
    }
}
