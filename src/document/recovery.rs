//! Every syntax error of a TOML text. The parser goes on behind an error; what it then says of the same
//! entry, and of all that a bracket takes in that is never closed, only follows from the first.

use super::toml_data::Wrong;
use std::borrow::Cow;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

/// A header that may stand anywhere, and any number of times.
const HEADER: &str = "[[_]]";

/// The most errors of one text.
const ERRORS_MAX: usize = 20;

/// What is wrong with a text that is not sound, in the order of the text: the parser's first error at
/// least.
pub(super) fn errors(text: &str, first: Wrong) -> Vec<Wrong> {
    let mut told: Vec<Wrong> = Vec::new();
    let mut text = Cow::Borrowed(text);
    let mut from = 0;
    while told.len() < ERRORS_MAX && from < text.len() {
        let (table, errors) = DeTable::parse_recoverable(&text);
        let place = |error: &toml::de::Error| error.span().unwrap_or_default();
        let behind = errors.iter().filter(|error| place(error).start >= from);
        // Of one line, what the parser says first.
        let next = behind.min_by_key(|error| line_end(&text, place(error).start));
        let Some(error) = next else { break };
        let span = place(error);
        told.push((span.clone(), error.message().to_owned()));
        from = line_end(&text, span.end);
        let mended = if let Some((key, value)) = entry_around(table.get_ref(), &span) {
            let is_multiline = text.get(key.start..value.span().end.max(span.end));
            if is_multiline.is_none_or(|entry| !entry.contains('\n')) {
                continue;
            }
            if value.get_ref().is_array() && value.span().end < text.trim_end().len() {
                from = from.max(line_end(&text, value.span().end));
                continue;
            }
            // Where a text or a table was to end is unknown, and what is in it may look like
            // anything. A list holds no line that looks like an entry.
            if !value.get_ref().is_array() {
                break;
            }
            let begin = line_begin(&text, key.start);
            let Some(end) = next_entry(&text, begin) else { break };
            from = from.min(end);
            without(&text, begin..end, "")
        } else {
            let line = line_begin(&text, span.start)..from;
            let is_header = text[line.clone()].starts_with('[') && line.len() > HEADER.len();
            if !is_header {
                continue;
            }
            // Else the parser leaves out all that is below it, and knows no entry there.
            without(&text, line, HEADER)
        };
        text = Cow::Owned(mended);
    }
    if told.is_empty() { vec![first] } else { told }
}

/// A text of the same length in which something else, and blanks, stand in a place.
fn without(text: &str, place: Range<usize>, instead: &str) -> String {
    let blank = " ".repeat(place.len().saturating_sub(instead.len() + 1));
    format!("{}{instead}{blank}\n{}", &text[..place.start], &text[place.end..])
}

/// The key and the value whose value a place is in, or behind which it stands.
fn entry_around<'v, 't>(
    table: &'v DeTable<'t>,
    place: &Range<usize>,
) -> Option<(Range<usize>, &'v Spanned<DeValue<'t>>)> {
    table.iter().find_map(|(key, value)| match value.get_ref() {
        DeValue::Table(inner) if !is_inline(key, value) => entry_around(inner, place),
        DeValue::Array(items) if !is_inline(key, value) => items
            .iter()
            .filter_map(|item| item.get_ref().as_table())
            .find_map(|inner| entry_around(inner, place)),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => {
            let span = value.span();
            let is_in = span.start <= place.start && place.start <= span.end;
            (is_in && key.span().start < span.start).then(|| (key.span(), value))
        }
    })
}

/// Whether a value stands behind its key: tables with a header begin before it.
fn is_inline(key: &Spanned<Cow<'_, str>>, value: &Spanned<DeValue<'_>>) -> bool {
    key.span().end <= value.span().start
}

fn line_end(text: &str, place: usize) -> usize {
    let rest = text.as_bytes().get(place..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(text.len(), |at| place + at + 1)
}

fn line_begin(text: &str, place: usize) -> usize {
    let before = text.as_bytes().get(..place).unwrap_or_default();
    before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

/// Where the next line begins, behind the one at a place, that looks like a header or `key = value`.
fn next_entry(text: &str, place: usize) -> Option<usize> {
    let mut begin = line_end(text, place);
    while begin < text.len() {
        let end = line_end(text, begin);
        let line = text[begin..end].trim();
        let key = line.split_once('=').map(|(key, _)| key.trim_end());
        let is_key = |key: &str| !key.is_empty() && key.bytes().all(is_bare);
        let is_header =
            line.starts_with('[') && line.ends_with(']') && !line.contains([',', '\'', '"']);
        if key.is_some_and(is_key) || is_header {
            return Some(begin);
        }
        begin = end;
    }
    None
}

fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
