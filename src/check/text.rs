//! Texts from outside made fit for findings: places in them, and parts of them
//! without anything that a terminal would act on.

use crate::json::is_acted_on;
use std::borrow::Cow;

/// The most characters of a foreign value that a finding shows.
const SHOWN_MAX: usize = 200;

/// Where the lines of a text begin.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at + 1).collect())
    }

    /// The line of a byte offset, from 1.
    pub(super) fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|&begin| begin <= offset) + 1
    }
}

/// A text as it is, and where it has line ends of Windows, with those of Unix: a pattern that spans
/// lines is written for either.
pub(super) fn with_either_line_end(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let unix = text.contains("\r\n").then(|| Cow::Owned(text.replace("\r\n", "\n")));
    std::iter::once(Cow::Borrowed(text)).chain(unix)
}

/// The beginning of a foreign text on one line, in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", short(text))
}

/// The beginning of a foreign text on one line.
pub(super) fn short(text: &str) -> String {
    let start: String = text.chars().take(SHOWN_MAX + 1).collect();
    let mut line = clean(&start).replace(['\n', '\t'], " ");
    if text.chars().nth(SHOWN_MAX).is_some() {
        line = line.chars().take(SHOWN_MAX).collect();
        line.push('…');
    }
    line
}

/// A text without terminal escapes, control characters and marks that turn the reading direction.
pub fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\u{1b}' => match rest.next_if(|&next| next != '\n') {
                Some('[') => skip_until(&mut rest, |next| ('\u{40}'..='\u{7e}').contains(&next)),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&mut rest),
                Some(' '..='/') => skip_until(&mut rest, |next| ('0'..='~').contains(&next)),
                Some(_) | None => {}
            },
            '\u{9b}' => skip_until(&mut rest, |next| ('\u{40}'..='\u{7e}').contains(&next)),
            '\r' => {
                // A progress bar returns to draw over itself; each drawing is a line.
                if rest.peek() != Some(&'\n') {
                    clean.push('\n');
                }
            }
            _ if is_acted_on(character) => {}
            _ => clean.push(character),
        }
    }
    clean
}

type Rest<'t> = std::iter::Peekable<std::str::Chars<'t>>;

/// Skips the rest of an escape; a line end ends what is never ended.
fn skip_until(rest: &mut Rest<'_>, is_last: impl Fn(char) -> bool) {
    while let Some(next) = rest.next_if(|&next| next != '\n') {
        if is_last(next) {
            return;
        }
    }
}

/// Skips a string escape, which BEL or ESC with a backslash ends.
fn skip_string(rest: &mut Rest<'_>) {
    while let Some(next) = rest.next_if(|&next| next != '\n') {
        if next == '\u{7}' || (next == '\u{1b}' && rest.next_if_eq(&'\\').is_some()) {
            return;
        }
    }
}

/// Whether a text ends with a word in lower case, whatever its own case.
pub(super) fn ends_with_word(text: &str, word: &str) -> bool {
    let end = text.len().checked_sub(word.len()).and_then(|at| text.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let lines = Lines::of("a\nbc\n");
        assert_eq!([0, 1, 2, 3, 4, 5].map(|at| lines.at(at)), [1, 1, 2, 2, 2, 3]);
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_is_left() {
        for (dirty, expected) in [
            ("a\u{1b}[31mred\u{1b}[0mb", "aredb"),
            ("\u{1b}]52;c;ZXZpbA==\u{7}x", "x"),
            ("\u{1b}]0;title\u{1b}\\x", "x"),
            ("\u{1b}]0;never ended\nx", "\nx"),
            ("\u{1b}(Bx\u{1b}cy", "xy"),
            ("1%\r2%\r\n\u{0}\u{7f}\u{9b}2Jz", "1%\n2%\nz"),
            ("a\u{202e}b\u{2066}c\u{200f}d\u{1b}", "abcd"),
        ] {
            assert_eq!(clean(dirty), expected, "{dirty:?}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(short("a\nb"), "a b");
        let cut = short(&"é".repeat(300));
        assert_eq!(cut.chars().count(), 201);
        assert_eq!(short(&"x".repeat(200)), "x".repeat(200));
    }
}
