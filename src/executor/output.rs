//! What an agent printed, read for what it used: line by line, with bounded memory.
//! Broken lines are no reason to lose the rest; what cannot be read is unknown.

use super::denied::Denied;
use super::documents::first_document;
use super::documents::next_line;
use super::pointer::Pointer;
use super::pointer::Pointers;
use super::transient::Seen;
use super::transient::Transient;
use super::usage::Usage;
use super::usage::model_name;
use crate::files::Log;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io;
use std::io::BufRead;
use std::io::BufReader;

/// The longest error text that is kept, in characters.
const ERROR_CHARACTERS_MAX: usize = 500;

/// Where the output of an agent reports its usage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentOutput {
    #[expect(missing_docs, reason = "its type says it, and schemas would repeat it")]
    pub format: Format,
    /// Where to find the cost in US dollars.
    #[serde(default)]
    cost_usd: Pointers,
    /// Where to find the input tokens, including those read from a cache.
    #[serde(default)]
    input_tokens: Pointers,
    /// Where to find the output tokens.
    #[serde(default)]
    output_tokens: Pointers,
    /// Where to find the input tokens read from a cache.
    #[serde(default)]
    cached_input_tokens: Pointers,
    /// Where to find the agent's own session id; the last one in the output counts.
    #[serde(default)]
    session: Pointers,
    /// Where to find the model. A line selected by `match` counts, else the first one with a model; a
    /// suffix such as `[1m]` is left out.
    #[serde(default)]
    model: Pointers,
    /// Where `true` means that the agent failed, on the lines selected by `match`.
    #[serde(default)]
    is_error: Pointers,
    /// Where to find the error message. It is read if `is_error` is true; without `is_error` it is
    /// read from any line and means that the agent failed.
    #[serde(default)]
    error: Pointers,
    /// Values that a line must have at these pointers for its figures to count; all lines count by
    /// default.
    #[serde(default, rename = "match")]
    chosen: BTreeMap<Pointer, Json>,
    /// How to combine the figures of several lines.
    #[serde(default)]
    pub counts: Counts,
    /// Where earlier lines report usage so far, for an agent that reports the total only at its
    /// end. They count until the total is reported.
    #[serde(default)]
    live: Option<Live>,
    /// Values that a line has if the agent ended because the budget passed to it was spent.
    #[serde(default)]
    budget_spent: BTreeMap<Pointer, Json>,
    /// Where the output reports what the agent was not permitted to do.
    #[serde(default)]
    denied: Option<Denied>,
    /// How to recognize transient failures: they do not count toward `retry`; the gate is tried again after a
    /// pause.
    #[serde(default)]
    pub(super) transient: Transient,
}

/// Where the lines before the last report the usage of each step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Live {
    /// Values that such a line must have at these pointers.
    #[serde(default, rename = "match")]
    chosen: BTreeMap<Pointer, Json>,
    /// Where to find the id of a step; lines with the same id report the same step, and lines without
    /// one are added up.
    #[serde(default)]
    step: Pointers,
    /// Where to find the input tokens, including those read from a cache.
    #[serde(default)]
    input_tokens: Pointers,
    /// Where to find the output tokens.
    #[serde(default)]
    output_tokens: Pointers,
    /// Where to find the input tokens read from a cache.
    #[serde(default)]
    cached_input_tokens: Pointers,
}

/// The most steps that are told apart; later ones are left out, so that memory stays bounded.
const STEPS_MAX: usize = 100_000;

/// What an output has told up to some line.
#[derive(Debug, Default)]
pub(super) struct Told {
    has_json: bool,
    usage: Usage,
    steps: BTreeMap<String, Usage>,
    /// What lines told that name no step.
    unnamed: Usage,
    signs: Signs,
}

/// What an output tells beside figures.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// Whether the agent ended because the budget that it was given is spent.
    pub(super) is_budget_spent: bool,
    /// What it was not permitted to do.
    pub(super) denied: Vec<String>,
    pub(super) transient: Seen,
    /// Whether it printed what its format says.
    pub(super) has_json: bool,
}

impl Told {
    /// The figures of the whole, else those of its steps together.
    pub(super) fn usage(&self) -> Usage {
        let usage = self.usage.clone();
        let has_figures = usage.cost_usd.is_some()
            || usage.input_tokens.is_some()
            || usage.output_tokens.is_some();
        if has_figures {
            return usage;
        }
        self.steps.values().fold(usage.plus(&self.unnamed), Usage::plus)
    }
}

/// The format of an agent's output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object; lines before it are ignored.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// Plain text without figures.
    #[default]
    Text,
}

/// How to combine the figures of several lines, and of several calls in one session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Counts {
    /// The last line has the total of the call.
    #[default]
    Last,
    /// Every line has its own figures, which are added up.
    Sum,
    /// The last line has the total of the whole session, including earlier calls.
    Delta,
}

impl AgentOutput {
    /// Whether it can tell money.
    pub fn tells_cost(&self) -> bool {
        self.format != Format::Text && !self.cost_usd.is_empty()
    }

    /// Whether it can tell tokens, in and out.
    pub fn tells_tokens(&self) -> bool {
        let whole = !self.input_tokens.is_empty() && !self.output_tokens.is_empty();
        let steps = self
            .live
            .as_ref()
            .is_some_and(|live| !live.input_tokens.is_empty() && !live.output_tokens.is_empty());
        self.format != Format::Text && (whole || steps)
    }

    /// Reads what was printed. Where it holds no JSON, the report may stand among the errors.
    pub(super) fn read_logs(&self, printed: &Log, errors: &Log) -> io::Result<(Usage, Signs)> {
        let read = |log: &Log, format| self.told(BufReader::new(log.reader_from(0)), format);
        let mut told = read(printed, self.format)?;
        if !told.has_json && self.format != Format::Text {
            told = read(errors, Format::Json)?;
        }
        Ok(self.concluded(told))
    }

    /// What a whole stream tells, and whether it holds JSON.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn told_by(&self, printed: impl BufRead) -> io::Result<(Usage, bool)> {
        let (usage, signs) = self.concluded(self.told(printed, self.format)?);
        Ok((usage, signs.has_json))
    }

    #[cfg(test)]
    pub(super) fn read(&self, printed: impl BufRead) -> io::Result<(Usage, Signs)> {
        Ok(self.concluded(self.told(printed, self.format)?))
    }

    fn told(&self, mut printed: impl BufRead, format: Format) -> io::Result<Told> {
        let mut told = Told::default();
        match format {
            Format::Text => {}
            Format::Json => {
                if let Some(json) = first_document(printed)? {
                    self.take(&mut told, &json);
                }
            }
            Format::Jsonl => {
                let mut line = Vec::new();
                while next_line(&mut printed, &mut line)? {
                    if let Ok(json) = serde_json::from_slice(&line) {
                        self.take(&mut told, &json);
                    }
                }
            }
        }
        Ok(told)
    }

    fn concluded(&self, told: Told) -> (Usage, Signs) {
        let mut usage = told.usage();
        if !told.has_json && self.format != Format::Text {
            usage.unread = Some("its output is not JSON".into());
        }
        (usage, Signs { has_json: told.has_json, ..told.signs })
    }

    /// What was printed for people, out of the end of what was printed.
    pub(super) fn words(&self, printed: &str, signs: &Signs) -> String {
        let is_words = |line: &&str| match self.format {
            Format::Text => true,
            Format::Json => !signs.has_json,
            Format::Jsonl => serde_json::from_str::<serde::de::IgnoredAny>(line).is_err(),
        };
        printed.lines().filter(is_words).collect::<Vec<_>>().join("\n")
    }

    /// Why figures that should be there are not, once all is reckoned.
    pub(super) fn unread(&self, usage: &Usage) -> Option<Box<str>> {
        let wanted = [
            (&self.cost_usd, usage.cost_usd.is_some()),
            (&self.input_tokens, usage.input_tokens.is_some()),
            (&self.output_tokens, usage.output_tokens.is_some()),
        ];
        let missing = wanted.iter().filter(|(places, is_known)| !places.is_empty() && !is_known);
        let places: Vec<String> = missing.map(|(places, _)| places.shown()).collect();
        if self.format == Format::Text || places.is_empty() {
            return None;
        }
        let other = || format!("its output has no amount at {}", places.join(", "));
        Some(usage.unread.clone().unwrap_or_else(|| other().into()))
    }

    /// Takes over what one document tells.
    pub(super) fn take(&self, told: &mut Told, json: &Json) {
        told.has_json = true;
        if let Some(live) = &self.live {
            live.take(told, json);
        }
        if let Some(denied) = &self.denied {
            denied.take(&mut told.signs.denied, json);
        }
        self.transient.take(&mut told.signs.transient, json);
        told.signs.is_budget_spent |=
            !self.budget_spent.is_empty() && is_chosen(&self.budget_spent, json);
        let counts = is_chosen(&self.chosen, json);
        let usage = &mut told.usage;
        usage.session = self.session.text(json).or(usage.session.take());
        if usage.model.is_none() || counts {
            usage.model = self.models(json).or(usage.model.take());
        }
        if self.is_error.is_empty() {
            usage.error = self.error_text(json).or(usage.error.take());
        } else if counts {
            let unnamed = || "the agent reported a failure without details".to_owned();
            let is_error = self.is_error.is_true(json);
            usage.error = is_error.then(|| self.error_text(json).unwrap_or_else(unnamed));
        }
        if !counts {
            return;
        }
        let told = Usage {
            cost_usd: self.cost_usd.amount(json),
            input_tokens: self.input_tokens.count(json),
            output_tokens: self.output_tokens.count(json),
            cached_input_tokens: self.cached_input_tokens.count(json),
            ..Usage::default()
        };
        match self.counts {
            Counts::Sum => *usage = std::mem::take(usage).plus(&told),
            Counts::Last | Counts::Delta => {
                usage.cost_usd = told.cost_usd.or(usage.cost_usd);
                usage.input_tokens = told.input_tokens.or(usage.input_tokens);
                usage.output_tokens = told.output_tokens.or(usage.output_tokens);
                usage.cached_input_tokens = told.cached_input_tokens.or(usage.cached_input_tokens);
            }
        }
    }

    /// The models that one document names.
    fn models(&self, json: &Json) -> Option<String> {
        let mut models: Vec<String> = Vec::new();
        for name in self.model.texts(json) {
            let name = model_name(&name);
            if !models.iter().any(|model| model == name) {
                models.push(name.to_owned());
            }
        }
        (!models.is_empty()).then(|| models.join(", "))
    }

    /// The text of a failure.
    fn error_text(&self, json: &Json) -> Option<String> {
        in_one_line(&self.error.text(json)?)
    }
}

/// What a program says of a failure, on one line and bounded: it goes into the record.
pub(super) fn in_one_line(text: &str) -> Option<String> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown = words.chars().filter(|letter| !letter.is_control() && !is_bidi(*letter));
    let text: String = shown.take(ERROR_CHARACTERS_MAX).collect();
    (!text.is_empty()).then_some(text)
}

impl Live {
    fn take(&self, told: &mut Told, json: &Json) {
        if !is_chosen(&self.chosen, json) {
            return;
        }
        let usage = Usage {
            input_tokens: self.input_tokens.count(json),
            output_tokens: self.output_tokens.count(json),
            cached_input_tokens: self.cached_input_tokens.count(json),
            ..Usage::default()
        };
        match self.step.text(json) {
            None => told.unnamed = std::mem::take(&mut told.unnamed).plus(&usage),
            Some(step) if told.steps.len() < STEPS_MAX || told.steps.contains_key(&step) => {
                told.steps.insert(step, usage);
            }
            Some(_) => {}
        }
    }
}

fn is_chosen(chosen: &BTreeMap<Pointer, Json>, json: &Json) -> bool {
    chosen.iter().all(|(place, value)| place.values(json).contains(value))
}

/// Marks that turn the direction of a text, with which it shows as something else.
fn is_bidi(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
