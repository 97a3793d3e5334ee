//! Slips of people who know other tools and other languages, and what is right here.

use std::ops::Range;

/// Keys that belong into another file.
pub(super) const MISPLACED: [(&[&str], &str); 1] = [(
    &["check", "checks", "output", "outputs"],
    "outputs and checks belong in a contract: write contract = \"NAME\" in the gate, and [[output]] \
     and [[check]] in contracts/NAME.toml",
)];

/// What other tools call a key, and its names here.
pub(super) const OTHERS_WRITE: [(&[&str], &[&str]); 9] = [
    (&["if", "condition", "only_if"], &["when"]),
    (&["run", "cmd", "exec"], &["command", "shell"]),
    (&["script", "bash", "sh"], &["shell", "command"]),
    (&["options", "values", "enum"], &["choices"]),
    (&["depends_on", "dependsOn", "depends-on", "depends", "after", "requires"], &["needs"]),
    (&["for_each", "foreach", "matrix", "loop"], &["each"]),
    (&["retries", "attempts"], &["retry"]),
    (&["environment", "vars"], &["env"]),
    (&["regexp", "pattern"], &["regex", "matches"]),
];

/// Keys that take a time, such as `45m`.
pub(super) const DURATIONS: [&str; 4] = ["timeout", "delay", "estimate", "every"];

/// What to write where a text is in quotes that are none, or that read a backslash as their own.
pub(super) fn misquoted(text: &str, span: &Range<usize>) -> Option<String> {
    let line_begin = text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let line_end = text.get(span.start..)?.find('\n').map_or(text.len(), |at| span.start + at);
    let rest = text.get(span.start..line_end)?;
    if rest.starts_with(CURLY) || text.get(span.clone())?.contains(CURLY) {
        return Some("write straight quotes: \"…\" or '…'".to_owned());
    }
    let before = text.get(line_begin..span.start)?;
    if rest.starts_with('\\') || before.ends_with('\\') {
        let begin = before.rfind('"')?;
        let whole = text.get(line_begin + begin + 1..line_end)?;
        let whole = whole.split('"').next().filter(|whole| !whole.contains('\''));
        let shown = whole.unwrap_or("…");
        return Some(format!("write '{shown}' in single quotes, where a backslash is kept"));
    }
    None
}

/// Quotes of typesetters.
const CURLY: [char; 6] = ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}'];
