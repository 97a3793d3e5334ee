//! Syntax errors of TOML in words for who writes definitions, not parsers, and what to write instead.

use super::from_yaml;
use std::ops::Range;

/// What is wrong, and what to write.
pub(super) struct Told {
    pub message: String,
    pub help: Option<String>,
    /// Where it begins, if not where it was noticed.
    pub at: Option<usize>,
}

/// What stands around a place.
struct Around<'t> {
    /// From the start of its line.
    before: &'t str,
    /// To the end of its line.
    rest: &'t str,
    /// The key of its line, where it has one.
    key: &'t str,
}

impl<'t> Around<'t> {
    fn of(text: &'t str, span: &Range<usize>) -> Self {
        let (head, tail) = text.split_at_checked(span.start).unwrap_or((text, ""));
        let before = head.rsplit('\n').next().unwrap_or_default();
        let rest = tail.split('\n').next().unwrap_or_default().trim_end();
        let key = before.split_once('=').map_or("", |(key, _)| key.trim());
        Self { before, rest, key }
    }

    /// The word that begins at the place.
    fn word(&self) -> &'t str {
        self.rest.split([' ', '\t', ',', ']', '}', '#']).next().unwrap_or_default()
    }

    /// The whole line.
    fn line(&self) -> String {
        format!("{}{}", self.before, self.rest).trim().to_owned()
    }

    /// Whether the place is the start of a line that looks like an entry or a header.
    fn is_entry(&self) -> bool {
        let key = self.rest.split_once('=').map(|(key, _)| key.trim_end());
        let is_key = key.is_some_and(|key| !key.is_empty() && key.chars().all(is_bare));
        self.before.trim().is_empty() && (is_key || self.rest.starts_with("[["))
    }

    /// The quote of a string that its line begins and does not end.
    fn open_quote(&self) -> Option<char> {
        let mut open = None;
        let mut letters = self.before.chars();
        while let Some(letter) = letters.next() {
            match open {
                None if letter == '#' => return None,
                None => open = Some(letter).filter(|letter| "\"'".contains(*letter)),
                Some('"') if letter == '\\' => drop(letters.next()),
                Some(quote) if letter == quote => open = None,
                Some(_) => {}
            }
        }
        open
    }

    /// What brackets enclose on its line, with a comma before the place.
    fn with_comma(&self, open: char, close: char) -> Option<String> {
        let begin = self.before.find(open)?;
        let end = self.rest.rfind(close)?;
        let before = self.before[begin..].trim_end();
        Some(format!("{before}, {}", &self.rest[..=end]))
    }

    /// What was written as a value up to the place and behind it.
    fn value(&self) -> String {
        let line = self.line();
        let value = line.split_once('=').map_or("", |(_, value)| value.trim());
        value.split(" #").next().unwrap_or_default().trim().to_owned()
    }
}

/// Puts what the parser says at a place into words.
pub(super) fn told(text: &str, span: &Range<usize>, message: &str) -> Told {
    let around = Around::of(text, span);
    let what = message.split_once(", expected ").map_or(message, |(what, _)| what);
    let (message, help) = match what {
        "key with no value" => key_alone(&around, (text, span)),
        "string values must be quoted" | "invalid boolean" => unquoted(&around),
        "unclosed table" | "unclosed array table" => {
            let header = around.line();
            let name = header.trim_matches(['[', ']']);
            let right =
                if header.starts_with("[[") { format!("[[{name}]]") } else { format!("[{name}]") };
            (format!("the header `{header}` is not closed"), format!("write {right}"))
        }
        "invalid literal string" | "invalid basic string" if around.rest.is_empty() => {
            let quote = if what.contains("literal") { "'" } else { "\"" };
            ("the string is not closed".to_owned(), format!("write {quote} at its end"))
        }
        "invalid multi-line basic string" | "invalid multi-line literal string" => {
            let quote = if what.contains("literal") { "'''" } else { "\"\"\"" };
            ("the string is not closed".to_owned(), format!("write {quote} at its end"))
        }
        "duplicate key" => duplicate(text, span, &around),
        "invalid float" | "invalid integer" | "invalid decimal" if is_nothing(around.word()) => {
            nothing(&around, around.word())
        }
        "invalid float" | "invalid integer" | "invalid decimal" => {
            let is_inside = around.before.contains(['{', '[']);
            let value = if is_inside { around.word().to_owned() } else { around.value() };
            (format!("`{value}` is not a number"), format!("write \"{value}\", in quotes"))
        }
        "unexpected leading zero" => {
            let value = around.value();
            let right = value.trim_start_matches('0');
            (
                format!("`{value}` starts with a zero"),
                format!("write {right}, or \"{value}\", in quotes"),
            )
        }
        "unexpected key or value" => after_value(&around),
        "extra `=`" => ("unexpected second `=`".to_owned(), "write one =".to_owned()),
        "invalid key-value pair" => not_an_entry(&around.line()),
        "missing key for inline table element" if around.before.ends_with('{') => template(&around),
        "missing escaped value" | "too few unicode value digits" | "invalid escape sequence" => (
            "a backslash in double quotes begins an escape".to_owned(),
            "write the text in single quotes, where a backslash is kept".to_owned(),
        ),
        "invalid literal string" | "invalid basic string" => (
            "the string contains a control character".to_owned(),
            "remove the character, or write it as an escape in double quotes".to_owned(),
        ),
        "invalid date" | "invalid time" | "invalid datetime" => {
            let value = around.value();
            (format!("`{value}` is not a date or time"), format!("write \"{value}\", in quotes"))
        }
        what => match within_value(&around, what) {
            Some(told) => told,
            None => return Told { message: message.to_owned(), help: None, at: None },
        },
    };
    let is_multiline = what.starts_with("invalid multi-line");
    let at = is_multiline.then(|| opened(text, what.contains("literal"))).flatten();
    Told { message, help: Some(help), at }
}

/// Where a text of several lines begins that is not closed.
fn opened(text: &str, is_literal: bool) -> Option<usize> {
    text.rfind(if is_literal { "'''" } else { "\"\"\"" })
}

/// A key or a header that is there already.
fn duplicate(text: &str, span: &Range<usize>, around: &Around<'_>) -> (String, String) {
    let name = text.get(span.clone()).unwrap_or_default();
    let message = format!("duplicate key `{name}`");
    if !around.before.trim_start().starts_with('[') {
        return (message, "remove one of the two".to_owned());
    }
    let header = around.line();
    let whole = header.split(['#', ' ']).next().unwrap_or_default();
    let bare = whole.trim_matches(['[', ']']);
    let stands = |header: &str| text.lines().any(|line| line.trim_start().starts_with(header));
    let list = format!("[[{bare}]]");
    let help = if stands(&format!("[{bare}.")) && whole == list {
        format!("write [{bare}.NAME]")
    } else if stands(&list) && stands(&format!("[{bare}]")) {
        format!("write {list} for each of them")
    } else {
        format!("write all its keys below one {whole}")
    };
    (message, help)
}

/// Whether a value is what other languages write for none.
fn is_nothing(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "null" | "none" | "nil" | "~")
}

fn nothing(around: &Around<'_>, value: &str) -> (String, String) {
    let message = format!("`{value}` is not a TOML value");
    let before = around.before.trim_end();
    let Some(before) = before.strip_suffix('=') else {
        return (message, "remove it from the list".to_owned());
    };
    let key = before.trim_end().rsplit([' ', ',', '{']).next().unwrap_or_default();
    (message, format!("remove `{key}`: a key without a value is left out"))
}

/// What is wrong inside a list or an inline table.
fn within_value(around: &Around<'_>, what: &str) -> Option<(String, String)> {
    Some(match what {
        "missing comma between array elements" if around.is_entry() => {
            ("the list above is not closed".to_owned(), "write ] at its end".to_owned())
        }
        "missing comma between key-value pairs" if around.is_entry() => {
            ("the table above is not closed".to_owned(), "write } at its end".to_owned())
        }
        "missing comma between array elements" => (
            format!("a comma is missing before `{}`", around.word()),
            around.with_comma('[', ']').map_or_else(
                || "write [\"a\", \"b\"], with a comma between the items".to_owned(),
                |right| format!("write {right}"),
            ),
        ),
        "unclosed array" | "unclosed inline table" if around.open_quote().is_some() => {
            let quote = around.open_quote().unwrap_or_default();
            ("the string is not closed".to_owned(), format!("write {quote} at its end"))
        }
        "unclosed array" => ("the list is not closed".to_owned(), "write ] at its end".to_owned()),
        "unclosed inline table" => (
            "the table is not closed".to_owned(),
            "write } at its end, on the same line".to_owned(),
        ),
        "extra assignment between key-value pairs" | "missing comma between key-value pairs" => {
            // The parser notices it at the key, or at the sign behind it.
            let is_at_sign = around.rest.starts_with('=');
            let before = around.before.split_whitespace().next_back().filter(|_| is_at_sign);
            let key = before.unwrap_or_else(|| around.word());
            let right = around.with_comma('{', '}').filter(|_| !is_at_sign);
            let help = right.map_or_else(
                || "write { a = 1, b = 2 }, with a comma between the keys".to_owned(),
                |right| format!("write {right}"),
            );
            (format!("a comma is missing before `{key}`"), help)
        }
        "missing assignment between key-value pairs" => {
            let key = around.before.rsplit(['{', ',', ' ']).find(|it| !it.is_empty());
            let key = key.unwrap_or_default().trim_end_matches(':');
            let behind = around.rest.trim_start_matches([':', ' ']);
            let value = behind.split([',', '}']).next().unwrap_or_default().trim();
            let value = if value.is_empty() || value.contains('=') { "…" } else { value };
            (format!("`=` is missing after `{key}`"), format!("write {key} = {value}"))
        }
        _ => return None,
    })
}

fn not_an_entry(line: &str) -> (String, String) {
    let help = "write name = \"…\", one key on each line";
    (format!("`{line}` is not `key = value`"), help.to_owned())
}

/// Whether a key without quotes may hold a letter.
fn is_bare(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_-.".contains(letter)
}

/// A line without `=`.
fn key_alone(around: &Around<'_>, (text, span): (&str, &Range<usize>)) -> (String, String) {
    let line = around.line();
    if line.starts_with("//") || line.starts_with("--") {
        return (format!("`{line}` is not `key = value`"), "start a comment with #".to_owned());
    }
    let begin = span.start.saturating_sub(around.before.len());
    let above = text.get(..begin).unwrap_or_default();
    let below = text.get(span.start..).and_then(|rest| rest.split_once('\n'));
    let below = below.map_or("", |(_, below)| below);
    let whole = format!("{}{}", around.before, around.rest);
    if let Some(told) = from_yaml::told(&whole, above, below) {
        return told;
    }
    match line.split_once('=') {
        Some((key, _)) => {
            let key = key.trim();
            let right = key.replace([' ', '\t'], "_");
            (format!("the key `{key}` contains a space"), format!("write {right} = …"))
        }
        None if line.chars().all(is_bare) => {
            (format!("`{line}` has no value"), format!("write {line} = …"))
        }
        None => not_an_entry(&line),
    }
}

/// A value that is none, mostly a text without quotes.
fn unquoted(around: &Around<'_>) -> (String, String) {
    let value = around.rest.split(" #").next().unwrap_or_default();
    let value = value.split([',', ']', '}']).next().unwrap_or_default().trim();
    if value.is_empty() {
        let key = around.key;
        return (format!("`{key}` has no value"), format!("write {key} = \"…\""));
    }
    let meant = match value.to_lowercase().as_str() {
        "true" | "yes" | "on" => Some("write true".to_owned()),
        "false" | "no" | "off" => Some("write false".to_owned()),
        _ if is_nothing(value) => return nothing(around, value),
        _ => amount(value).map(|amount| format!("write {amount}")),
    };
    match meant {
        Some(meant) => (format!("`{value}` is not a TOML value"), meant),
        None if value.contains(['"', '\'', '\\']) => {
            (format!("`{value}` is not in quotes"), "write \"…\", in quotes".to_owned())
        }
        None => (format!("`{value}` is not in quotes"), format!("write \"{value}\", in quotes")),
    }
}

/// The number that stands beside a sign of money or a percent sign.
fn amount(value: &str) -> Option<f64> {
    let number = value.trim_matches(['$', '€', '%']).trim_end_matches("USD").trim();
    let number: f64 = number.parse().ok()?;
    Some(if value.ends_with('%') { number / 100.0 } else { number })
}

/// Something that stands after a value on its line.
fn after_value(around: &Around<'_>) -> (String, String) {
    let value = around.value();
    let comma = value.split_once(',');
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let help = match comma {
        Some((whole, part)) if is_number(whole) && is_number(part) => {
            format!("write {whole}.{part}")
        }
        _ if around.rest.starts_with([';', ',']) => {
            "remove it: a value ends with its line".to_owned()
        }
        _ => "start a new line, or put the whole value in quotes".to_owned(),
    };
    (format!("unexpected `{}` after the value", around.rest), help)
}

/// A template that stands by itself.
fn template(around: &Around<'_>) -> (String, String) {
    let value = around.value();
    let quote = if value.contains('"') { '\'' } else { '"' };
    let right = format!("write {quote}{value}{quote}, in quotes");
    (format!("the template `{value}` is not in quotes"), right)
}
