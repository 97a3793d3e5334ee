//! Regular expressions that cannot run away: a bound on their size and on the time of
//! a whole search. Finding *all* matches is quadratic for some patterns even in an
//! engine that is linear for one, so the clock is looked at between matches.

use super::text::Lines;
use crate::finding::Finding;
use regex::Regex;
use regex::RegexBuilder;
use std::ops::ControlFlow;
use std::time::Duration;
use std::time::Instant;

/// The largest compiled pattern, in bytes.
const COMPILED_BYTES_MAX: usize = 1024 * 1024;

/// The longest time for one search through a whole text.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// What to do about a pattern that is none.
pub(super) const SYNTAX: &str = "write \\ before a character that is meant as itself; look-around and back-references are not \
     supported: https://docs.rs/regex/latest/regex/#syntax";

/// Compiles a pattern, or says what is wrong with it.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(pattern);
    builder.size_limit(COMPILED_BYTES_MAX).multi_line(true).crlf(true);
    builder.build().map_err(|error| {
        if let regex::Error::CompiledTooBig(_) = error {
            return format!("the regex `{pattern}` is too large (limit 1 MiB)");
        }
        // A report drawn over several lines: the last one is the message.
        let report = error.to_string();
        let message = report.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("the regex `{pattern}` is invalid: {message}")
    })
}

/// A literal to search for, line ends included.
pub(super) fn literal(text: &str, ignore_case: bool) -> Result<Regex, String> {
    RegexBuilder::new(&regex::escape(text))
        .case_insensitive(ignore_case)
        .build()
        .map_err(|_| format!("a text of {} bytes is too long to search for", text.len()))
}

/// What is wrong with a pattern that no template stands in any more.
pub(super) fn flaw(pattern: &str) -> Option<String> {
    if crate::template::has_expressions(pattern) {
        return None;
    }
    compile(pattern).err()
}

/// Calls `visit` with each match and its line until it breaks off; a finding says when the time ran out.
pub(super) fn search(
    regex: &Regex,
    text: &str,
    patience: Duration,
    mut visit: impl FnMut(usize, &str) -> ControlFlow<()>,
) -> Result<(), Finding> {
    let start = Instant::now();
    let lines = Lines::of(text);
    for found in regex.find_iter(text) {
        let line = lines.at(found.start());
        if start.elapsed() > patience {
            let seconds = patience.as_secs_f64();
            return Err(Finding::new(format!("the search took longer than {seconds} s")).line(line));
        }
        if visit(line, found.as_str()).is_break() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsound_and_oversized_patterns_are_refused() {
        assert_eq!(flaw("(a").unwrap(), "the regex `(a` is invalid: unclosed group");
        assert_eq!(
            flaw("(a{1000}){1000}").unwrap(),
            "the regex `(a{1000}){1000}` is too large (limit 1 MiB)"
        );
        assert_eq!(flaw("({{ x }}"), None);
        assert_eq!(flaw("^a$"), None);
    }

    #[test]
    fn a_quadratic_search_ends() {
        let regex = compile(".*[^A-Z]|[A-Z]").unwrap();
        let text = "A".repeat(200_000);
        let error =
            search(&regex, &text, Duration::from_millis(50), |_, _| ControlFlow::Continue(()));
        assert_eq!(error.unwrap_err().message, "the search took longer than 0.05 s");
    }

    #[test]
    fn line_ends_are_where_lines_end_and_can_be_matched() {
        let found = |pattern: &str, text: &str| {
            let mut found = Vec::new();
            search(&compile(pattern).unwrap(), text, PATIENCE, |line, text| {
                found.push((line, text.to_owned()));
                ControlFlow::Continue(())
            })
            .unwrap();
            found
        };
        assert_eq!(found("^a.*$", "ab\r\nba\nac"), [(1, "ab".to_owned()), (3, "ac".to_owned())]);
        assert_eq!(found(r"## a\n\s*## ", "x\n## a\n\n## b"), [(2, "## a\n\n## ".to_owned())]);
    }
}
