//! What somebody can do next, as data: a command, the run and gate that it is about, and what else it
//! takes; and words around such commands. All else says what it advises by these, and only here do
//! they become a line to type, which names only what the bare command would not mean.

use crate::id::GateId;
use crate::id::RunId;
use serde::Serialize;
use serde::Serializer;
use std::fmt;
use std::fmt::Write as _;

/// A command that can be given next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Its words, such as `gate approve`.
    command: &'static str,
    run: Option<RunId>,
    gate: Option<GateId>,
    /// The key of the run, for a command about the sittings at it.
    key: Option<String>,
    arguments: Vec<Argument>,
}

/// What else a command takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// A word of its own, such as a workflow's name.
    Word(String),
    /// An option and its value.
    Option(String, String),
    /// An option that takes no value.
    Flag(&'static str),
}

/// What to do about something: words, and between them what can be typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Words(String),
    Command(Suggestion),
    Argument(Argument),
    /// A call of another program.
    Program(Vec<String>),
}

/// What a command means that names neither run nor gate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtHand {
    /// The run.
    pub run: Option<RunId>,
    /// The gate of that run.
    pub gate: Option<GateId>,
}

/// A value that whoever types has to find.
pub const OPEN: &str = "…";

/// Words that whoever types has to find.
pub const OPEN_WORDS: &str = "\"…\"";

impl Suggestion {
    /// This command, which so far takes nothing.
    pub fn new(command: &'static str) -> Self {
        Self { command, run: None, gate: None, key: None, arguments: Vec::new() }
    }

    /// Of this run.
    #[must_use]
    pub fn of(self, run: &RunId) -> Self {
        Self { run: Some(run.clone()), ..self }
    }

    /// At this gate.
    #[must_use]
    pub fn at(self, gate: &GateId) -> Self {
        Self { gate: Some(gate.clone()), ..self }
    }

    /// About the sittings at the run of this key.
    #[must_use]
    pub fn at_key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// About the sittings at this run, which has this key.
    #[must_use]
    pub fn of_key(self, run: &RunId, key: impl Into<String>) -> Self {
        self.of(run).at_key(key)
    }

    /// With a word of its own, such as a workflow's name.
    #[must_use]
    pub fn word(self, word: impl Into<String>) -> Self {
        self.with(Argument::Word(word.into()))
    }

    /// With an option and its value.
    #[must_use]
    pub fn option(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with(Argument::Option(name.into(), value.into()))
    }

    /// With an option that takes no value.
    #[must_use]
    pub fn flag(self, name: &'static str) -> Self {
        self.with(Argument::Flag(name))
    }

    fn with(mut self, argument: Argument) -> Self {
        self.arguments.push(argument);
        self
    }

    /// Its words, such as `gate approve`.
    pub fn command(&self) -> &'static str {
        self.command
    }

    /// The run that it is about.
    pub fn run(&self) -> Option<&RunId> {
        self.run.as_ref()
    }

    /// The gate that it is about.
    pub fn gate(&self) -> Option<&GateId> {
        self.gate.as_ref()
    }

    /// What else it takes.
    pub fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// The command as it is typed where this is at hand.
    pub fn line(&self, at_hand: &AtHand) -> String {
        let mut line = format!("orch {}", self.command);
        let is_run_at_hand = self.run.is_none() || self.run == at_hand.run;
        // A command that takes a key names the run by that.
        let is_keyed = self.key.is_some();
        if let Some(run) = self.run.as_ref().filter(|_| !is_run_at_hand && !is_keyed) {
            let _ = write!(line, " --run {run}");
        }
        let is_gate_at_hand = is_run_at_hand && self.gate == at_hand.gate;
        if let Some(gate) = self.gate.as_ref().filter(|_| !is_gate_at_hand) {
            let _ = write!(line, " --gate {}", shell_word(gate.as_str()));
        }
        let is_key_at_hand = self.run.is_some() && is_run_at_hand;
        if let Some(key) = self.key.as_ref().filter(|_| !is_key_at_hand) {
            let _ = write!(line, " --epic {}", shell_word(key));
        }
        for argument in &self.arguments {
            let _ = write!(line, " {argument}");
        }
        line
    }
}

/// With the run and the gate named: it means the same wherever it is typed.
impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(&AtHand::default()))
    }
}

impl Argument {
    /// An option and its value.
    pub fn option(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Option(name.into(), value.into())
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(&shell_word(word)),
            Self::Option(name, value) => write!(f, "--{name} {}", shell_word(value)),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

impl Advice {
    /// A call of another program.
    pub fn program(words: &[&str]) -> Self {
        Self(vec![Part::Program(words.iter().map(|word| (*word).to_owned()).collect())])
    }

    /// Each of these, with words between them.
    pub fn joined(all: impl IntoIterator<Item = impl Into<Self>>, between: &str) -> Self {
        let mut whole = Self::default();
        for (number, one) in all.into_iter().enumerate() {
            whole = if number == 0 { whole } else { whole.then(between) }.then(one);
        }
        whole
    }

    /// This, and then that.
    #[must_use]
    pub fn then(mut self, next: impl Into<Self>) -> Self {
        self.0.extend(next.into().0);
        self
    }

    /// The same for a command that takes the run as a word and has no `--run`.
    #[must_use]
    pub fn with_runs_as_words(mut self) -> Self {
        for part in &mut self.0 {
            if let Part::Argument(Argument::Option(name, run)) = part
                && name == "run"
            {
                *part = Part::Argument(Argument::Word(std::mem::take(run)));
            }
        }
        self
    }

    /// The command that it begins with.
    pub fn command(&self) -> Option<&Suggestion> {
        match self.0.first()? {
            Part::Command(command) => Some(command),
            Part::Words(_) | Part::Argument(_) | Part::Program(_) => None,
        }
    }

    /// As it is read where this is at hand.
    pub fn words(&self, at_hand: &AtHand) -> String {
        let part = |part: &Part| match part {
            Part::Words(words) => words.clone(),
            Part::Command(command) => command.line(at_hand),
            Part::Argument(argument) => argument.to_string(),
            Part::Program(words) => {
                words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" ")
            }
        };
        self.0.iter().map(part).collect()
    }
}

/// With run and gate named: it means the same wherever it is read.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(&AtHand::default()))
    }
}

impl Serialize for Advice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<String> for Advice {
    fn from(words: String) -> Self {
        Self(vec![Part::Words(words)])
    }
}

impl From<&str> for Advice {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

impl From<Suggestion> for Advice {
    fn from(command: Suggestion) -> Self {
        Self(vec![Part::Command(command)])
    }
}

impl From<Argument> for Advice {
    fn from(argument: Argument) -> Self {
        Self(vec![Part::Argument(argument)])
    }
}

/// A word as a shell takes it for one.
pub fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./@:=…".contains(c);
    if word == OPEN_WORDS || !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_names_what_the_bare_command_would_not_mean() {
        let run = RunId::new("20260101T000000Z", "x", "abcdef");
        let other = RunId::new("20260101T000000Z", "y", "abcdef");
        let gates = ["a", "b[x]"].map(|id| GateId::parse(id).expect("a gate's id"));
        let [a, b] = &gates;
        let reject =
            |gate| Suggestion::new("gate reject").of(&run).at(gate).option("reason", OPEN_WORDS);
        let at_hand = |run: &RunId, gate: &GateId| AtHand {
            run: Some(run.clone()),
            gate: Some(gate.clone()),
        };
        let lines = [
            reject(a).line(&at_hand(&run, a)),
            reject(b).line(&at_hand(&run, a)),
            reject(a).line(&at_hand(&other, a)),
            reject(a).to_string(),
            Suggestion::new("session resume").word("it's mine").to_string(),
            Suggestion::new("session start").at_key("a/b").flag("resume").to_string(),
            Suggestion::new("session complete").of_key(&run, "x").line(&at_hand(&run, a)),
            Suggestion::new("session complete").of_key(&run, "x").line(&at_hand(&other, a)),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        orch gate reject --reason "…"
        orch gate reject --gate 'b[x]' --reason "…"
        orch gate reject --run run_20260101T000000Z_x_abcdef --gate a --reason "…"
        orch gate reject --run run_20260101T000000Z_x_abcdef --gate a --reason "…"
        orch session resume 'it'\''s mine'
        orch session start --epic a/b --resume
        orch session complete
        orch session complete --epic x
        "#);
    }

    #[test]
    fn advice_is_words_around_what_can_be_typed() {
        let run = RunId::new("20260101T000000Z", "x", "abcdef");
        let verify = Suggestion::new("verify").of(&run);
        let advice = Advice::joined([Advice::program(&["mv", "a b", "c"]), verify.into()], " && ");
        let advice = Advice::from("restore it: ").then(advice).then(" or add ");
        let advice = advice.then(Argument::Flag("again"));
        let at_hand = AtHand { run: Some(run.clone()), gate: None };
        let words = "restore it: mv 'a b' c && orch verify or add --again";
        assert_eq!(advice.words(&at_hand), words);
        assert!(advice.to_string().contains(&format!("orch verify --run {run} or")));
        assert_eq!(advice.command(), None);
        assert_eq!(Advice::from(Suggestion::new("next")).command(), Some(&Suggestion::new("next")));
    }
}
