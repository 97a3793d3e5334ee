//! What an agent printed, read for what it used: line by line, with bounded memory.
//! Broken lines are no reason to lose the rest; what cannot be read is unknown.

use super::pointer::Pointer;
use super::pointer::Pointers;
use super::usage::Usage;
use crate::files::Log;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;

/// A longer line, or a longer single document, is left out.
const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The longest error text that is kept, in characters.
const ERROR_CHARACTERS_MAX: usize = 500;

/// Where the output of an agent reports its usage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the keys as a person writes them")]
pub struct Output {
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
    /// Where to find the model; the first line with one counts.
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
}

/// Where the lines before the last report the usage of each step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Live {
    /// Values that such a line must have at these pointers.
    #[serde(default, rename = "match")]
    chosen: BTreeMap<Pointer, Json>,
    /// Where to find the id of a step; lines with the same id report the same step.
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
        self.steps.values().fold(usage, Usage::plus)
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

impl Output {
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

    /// Whether it can tell which model answered.
    pub fn tells_model(&self) -> bool {
        self.format != Format::Text && !self.model.is_empty()
    }

    /// Reads what was printed.
    pub fn read_log(&self, printed: &Log) -> io::Result<Usage> {
        self.read(BufReader::new(printed.reader_from(0)))
    }

    pub(super) fn read(&self, mut printed: impl BufRead) -> io::Result<Usage> {
        let mut told = Told::default();
        match self.format {
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
        let mut usage = told.usage();
        if !told.has_json && self.format != Format::Text {
            usage.unread = Some("its output is not JSON".into());
        }
        Ok(usage)
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
            live.take(&mut told.steps, json);
        }
        let usage = &mut told.usage;
        usage.session = self.session.text(json).or(usage.session.take());
        if usage.model.is_none() {
            let models = self.model.texts(json);
            usage.model = (!models.is_empty()).then(|| models.join(", "));
        }
        let counts = is_chosen(&self.chosen, json);
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

    /// The text of a failure on one line, bounded: it goes into the record.
    fn error_text(&self, json: &Json) -> Option<String> {
        let text = self.error.text(json)?;
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = words.chars().filter(|letter| !letter.is_control() && !is_bidi(*letter));
        let text: String = shown.take(ERROR_CHARACTERS_MAX).collect();
        (!text.is_empty()).then_some(text)
    }
}

impl Live {
    fn take(&self, steps: &mut BTreeMap<String, Usage>, json: &Json) {
        if !is_chosen(&self.chosen, json) {
            return;
        }
        // A step without a name is told once.
        let step =
            self.step.text(json).unwrap_or_else(|| format!("{} without a name", steps.len()));
        if steps.len() < STEPS_MAX || steps.contains_key(&step) {
            let told = Usage {
                input_tokens: self.input_tokens.count(json),
                output_tokens: self.output_tokens.count(json),
                cached_input_tokens: self.cached_input_tokens.count(json),
                ..Usage::default()
            };
            steps.insert(step, told);
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

/// Reads the next line without its end into `line`, which is left empty for a line that is too
/// long; `false` at the end of the text.
fn next_line(printed: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let (mut is_any, mut is_too_long) = (false, false);
    loop {
        let bytes = printed.fill_buf()?;
        if bytes.is_empty() {
            return Ok(is_any);
        }
        is_any = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        is_too_long |= line.len() + part.len() > DOCUMENT_BYTES_MAX;
        if is_too_long {
            line.clear();
        } else {
            line.extend_from_slice(part);
        }
        let used = end.map_or(bytes.len(), |end| end + 1);
        printed.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// The JSON object that begins on the first line which looks like one; `None` where it is broken.
fn first_document(printed: impl BufRead) -> io::Result<Option<Json>> {
    let mut text = Vec::new();
    printed.take(DOCUMENT_BYTES_MAX as u64 + 1).read_to_end(&mut text)?;
    let mut rest = text.as_slice();
    while !rest.trim_ascii_start().starts_with(b"{") {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            return Ok(None);
        };
        rest = &rest[end + 1..];
    }
    let mut documents = serde_json::Deserializer::from_slice(rest).into_iter();
    Ok(documents.next().and_then(Result::ok))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::source::Source;

    fn read(output: &str, printed: &[u8]) -> Usage {
        let output: Output = document::read(&Source::new("a", output)).unwrap();
        output.read(printed).unwrap()
    }

    const LINES: &str = "format = 'jsonl'\ncost_usd = '/usd'\nsession = '/id'\nerror = '/error'";

    #[test]
    fn broken_and_endless_lines_are_left_out() {
        let mut printed =
            b"{\"usd\": 1}\nnot json\n{\"usd\": 2, \"id\": \"s\"}\n{\"usd\": ".to_vec();
        assert_eq!(read(LINES, &printed).cost_usd, Some(2.0));
        printed.extend(std::iter::repeat_n(b'1', DOCUMENT_BYTES_MAX));
        printed.extend(b"}\n{\"usd\": 3}");
        let usage = read(LINES, &printed);
        assert_eq!((usage.cost_usd, usage.session.as_deref()), (Some(3.0), Some("s")));
        let nothing = read(LINES, b"");
        assert_eq!(nothing.unread.as_deref(), Some("its output is not JSON"));
        assert_eq!(nothing, Usage { unread: nothing.unread.clone(), ..Usage::default() });
    }

    #[test]
    fn a_single_document_may_follow_other_lines_and_must_be_whole() {
        let output = "format = 'json'\ninput_tokens = '/in'";
        let tokens = |printed: &str| read(output, printed.as_bytes()).input_tokens;
        assert_eq!(tokens("Loaded.\n {\n\"in\":\n 7}\nbye"), Some(7));
        assert_eq!(tokens("{\"in\": 7"), None);
        assert_eq!(tokens("nothing"), None);
    }

    #[test]
    fn lines_add_up_or_the_last_one_counts() {
        let printed = b"{\"usd\": 1, \"n\": 1}\n{\"usd\": 2}\n{\"other\": 0, \"n\": 1}";
        assert_eq!(read(LINES, printed).cost_usd, Some(2.0));
        assert_eq!(read(&format!("{LINES}\ncounts = 'sum'"), printed).cost_usd, Some(3.0));
        let chosen = format!("{LINES}\ncounts = 'sum'\nmatch = {{ '/n' = 1 }}");
        assert_eq!(read(&chosen, printed).cost_usd, Some(1.0));
        assert_eq!(read("format = 'text'", printed), Usage::default());
    }

    #[test]
    fn steps_count_until_the_whole_is_told() {
        let output = "format = 'jsonl'\nmatch = { '/type' = 'whole' }\ninput_tokens = '/in'\n\
            [live]\nmatch = { '/type' = 'step' }\nstep = '/id'\ninput_tokens = '/in'";
        let printed = "{\"type\":\"step\",\"id\":\"a\",\"in\":3}\n{\"type\":\"step\",\"id\":\"a\",\"in\":4}\n\
            {\"type\":\"step\",\"id\":\"b\",\"in\":5}\n{\"type\":\"step\",\"in\":1}\n";
        assert_eq!(read(output, printed.as_bytes()).input_tokens, Some(10));
        let whole = format!("{printed}{{\"type\":\"whole\",\"in\":9}}\n");
        assert_eq!(read(output, whole.as_bytes()).input_tokens, Some(9));
    }

    #[test]
    fn an_error_is_one_bounded_line_without_escapes() {
        let error = "a\\u001b[31m\\n b\\u202e".to_owned() + &"x".repeat(1000);
        let error = read(LINES, format!("{{\"error\": \"{error}\"}}").as_bytes()).error.unwrap();
        assert!(error.starts_with("a[31m bx"), "{error}");
        assert_eq!(error.chars().count(), ERROR_CHARACTERS_MAX);
    }
}
