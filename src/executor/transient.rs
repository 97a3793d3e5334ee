//! Failures of the surroundings, as an agent reports them: a rate limit, an overloaded or broken
//! server, a refused connection. They say nothing about the work and spend no try.

use super::pointer::Pointer;
use super::pointer::Pointers;
use crate::clock;
use crate::clock::Period;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

/// How to tell a transient failure, such as a rate limit or an overloaded server, from a failure of
/// the work. One match is enough.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transient {
    /// Exit codes that mean a transient failure, besides 75.
    #[serde(default)]
    exits: Vec<i32>,
    /// Regular expressions for the values at these JSON pointers; the last line with a value counts.
    #[serde(default)]
    fields: BTreeMap<Pointer, Pattern>,
    /// Regular expressions for the error message. If `error` finds none, they are matched against
    /// the end of what the program printed, except JSON on standard output.
    #[serde(default)]
    text: Vec<Pattern>,
    /// Where to find how long to wait before the next attempt: seconds, or a duration such as `30s`.
    #[serde(default)]
    retry_after: Pointers,
}

/// A regular expression. It is compiled when a text is held against it: every command reads the
/// patterns of all agents, and few need one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

/// What the lines of an output have said about a transient failure so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    fields: BTreeMap<Pointer, bool>,
    pub(super) retry_after: Option<Duration>,
}

impl Transient {
    /// Takes over what one document says.
    pub(super) fn take(&self, seen: &mut Seen, json: &Json) {
        for (place, pattern) in &self.fields {
            let mut values = place.values(json);
            values.retain(|value| !value.is_null());
            if !values.is_empty() {
                let fits = values.iter().any(|value| pattern.fits(value));
                seen.fields.insert(place.clone(), fits);
            }
        }
        let told = self.retry_after.first(json).and_then(|value| pause(&shown(&value)));
        seen.retry_after = told.or(seen.retry_after);
    }

    /// Whether a failure with this exit code and these words is one of the surroundings.
    pub(super) fn fits(&self, seen: &Seen, code: Option<i32>, words: &str) -> bool {
        code.is_some_and(|code| self.exits.contains(&code))
            || seen.fields.values().any(|fits| *fits)
            || self.text.iter().any(|pattern| pattern.is_in(words))
    }

    /// The line of some words by which they tell of such a failure, the last one that does.
    pub(super) fn line<'w>(&self, words: &'w str) -> Option<&'w str> {
        words.lines().rfind(|line| self.text.iter().any(|pattern| pattern.is_in(line)))
    }
}

impl Pattern {
    /// Whether it is found in a value as it is written.
    pub(super) fn fits(&self, value: &Json) -> bool {
        self.is_in(&shown(value))
    }

    /// Whether it is found in a text; one that is too large to compile is found nowhere.
    fn is_in(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(&self.text).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            value.to_string()
        }
    }
}

/// A pause as providers write it: seconds, or a duration.
fn pause(text: &str) -> Option<Duration> {
    let seconds = text.trim().parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
    seconds.or_else(|| clock::parse_duration(text).ok())
}

impl TryFrom<String> for Pattern {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let told = |error: regex_syntax::Error| {
            let report = error.to_string();
            let message = report.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("the regex `{text}` is invalid: {message}")
        };
        regex_syntax::parse(&text).map_err(told)?;
        Ok(Self { text, compiled: OnceLock::new() })
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> String {
        pattern.text
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A regular expression.",
            "type": "string"
        })
    }
}

/// The pauses before something is tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backoff {
    /// The first pause; it doubles with every failure in a row. `5s` by default.
    delay: Option<Period>,
    /// The longest pause, unless the provider asks for more. `5m` by default.
    max_delay: Option<Period>,
    /// How long to keep trying. `1h` by default.
    within: Option<Period>,
}

const DELAY: Duration = Duration::from_secs(5);
const MAX_DELAY: Duration = Duration::from_mins(5);
const WITHIN: Duration = Duration::from_hours(1);

impl Backoff {
    /// The pause after so many failures in a row, the last of which named a pause.
    pub fn pause(&self, failures: u32, retry_after: Option<Duration>) -> Duration {
        let delay = self.delay.map_or(DELAY, Period::duration);
        let max = self.max_delay.map_or(MAX_DELAY, Period::duration);
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
        let pause = delay.saturating_mul(doubled).min(max);
        retry_after.map_or(pause, |named| named.max(delay))
    }

    /// How long tries go on.
    pub fn within(&self) -> Duration {
        self.within.map_or(WITHIN, Period::duration)
    }

    /// These pauses, with what they leave open taken from `below`.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            delay: self.delay.or(below.delay),
            max_delay: self.max_delay.or(below.max_delay),
            within: self.within.or(below.within),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn transient() -> Transient {
        serde_json::from_value(json!({
            "exits": [17], "fields": {"/status": "^(429|5..)$"}, "text": ["(?i)overloaded"],
            "retry_after": "/after"
        }))
        .unwrap()
    }

    fn fits(lines: &[Json], code: i32, words: &str) -> bool {
        let mut seen = Seen::default();
        for line in lines {
            transient().take(&mut seen, line);
        }
        transient().fits(&seen, Some(code), words)
    }

    #[test]
    fn a_code_a_field_or_a_word_is_enough() {
        assert!(fits(&[], 17, "") && !fits(&[], 1, ""));
        assert!(fits(&[], 1, "it is Overloaded") && !fits(&[], 1, "not found"));
        assert!(fits(&[json!({"status": 529})], 1, "") && fits(&[json!({"status": "429"})], 1, ""));
        assert!(!fits(&[json!({"status": 400})], 1, ""));
        // Only the last line that has a value tells what the failure was.
        assert!(!fits(&[json!({"status": 429}), json!({"status": 400}), json!({})], 1, ""));
    }

    #[test]
    fn a_named_pause_is_read_in_seconds_or_as_a_duration() {
        let after = |value: Json| {
            let mut seen = Seen::default();
            transient().take(&mut seen, &json!({"after": value}));
            seen.retry_after
        };
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(
            [after(json!(2)), after(json!("30")), after(json!("2m"))],
            [2, 30, 120].map(seconds)
        );
        assert_eq!([after(json!("soon")), after(json!(-1)), after(json!(null))], [None; 3]);
    }

    #[test]
    fn pauses_grow_up_to_a_bound_or_are_the_named_ones() {
        let backoff: Backoff =
            serde_json::from_value(json!({"delay": "2s", "max_delay": "10s"})).unwrap();
        let pauses = [1, 2, 3, 4, 99].map(|failures| backoff.pause(failures, None).as_secs());
        assert_eq!(pauses, [2, 4, 8, 10, 10]);
        assert_eq!(backoff.pause(1, Some(Duration::from_mins(2))), Duration::from_mins(2));
        assert_eq!(backoff.pause(1, Some(Duration::ZERO)), Duration::from_secs(2));
        assert_eq!(Backoff::default().within(), Duration::from_hours(1));
    }
}
