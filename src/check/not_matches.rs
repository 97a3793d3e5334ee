//! `not_matches`: what a regular expression must not find.

use super::Check;
use super::Flaw;
use super::Scene;
use super::few::Few;
use super::few::PLACES_MAX;
use super::pattern;
use super::text;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;
use std::borrow::Cow;
use std::ops::ControlFlow;

/// The regular expression does not match. `^` and `$` match at the ends of lines; use `\n` to match
/// across lines, also where they end in `\r\n`. Each match is reported, up to 20. A search may take
/// 5 seconds, the compiled pattern 1 MiB.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NotMatches {
    /// A regular expression in the syntax of Rust's `regex` crate: no look-around, no
    /// backreferences. Start it with `(?i)` to ignore case.
    regex: String,
}

impl Check for NotMatches {
    fn words(&self) -> String {
        format!("nothing in the file matches `{}`", self.regex)
    }

    fn words_beside_message(&self) -> Option<String> {
        None
    }

    fn flaw(&self) -> Option<Flaw> {
        pattern::flaw(&self.regex).map(|flaw| Flaw::of("regex", flaw).advise(pattern::SYNTAX))
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let text = match scene.text() {
            Ok(text) => text,
            Err(finding) => return vec![finding],
        };
        let regex = match pattern::compile(&self.regex) {
            Ok(regex) => regex,
            Err(message) => return vec![Finding::new(message)],
        };
        let findings = |text: Cow<'_, str>| {
            let mut few = Few::new(PLACES_MAX);
            let search = pattern::search(&regex, &text, pattern::PATIENCE, |line, found| {
                few.add(|| {
                    Finding::new(format!("unwanted match of `{}`", self.regex))
                        .line(line)
                        .actual(text::quoted(found))
                });
                ControlFlow::Continue(())
            });
            let mut findings = few.finish();
            findings.extend(search.err());
            findings
        };
        let mut found = text::with_either_line_end(text).map(findings);
        found.find(|findings| !findings.is_empty()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    #[test]
    fn line_ends_are_alike() {
        let unix = ("a\nx\ny", "x\\ny");
        for (file, regex) in [unix, ("a\r\nx\r\ny", "x\\ny"), ("a\nx\r\ny", "x\\r")] {
            let found = judge("not_matches", &format!("regex = '{regex}'"), &[("a.md", file)]);
            assert!(found.len() == 1 && found[0].starts_with("a.md:2: "), "{file:?}: {found:?}");
        }
    }

    #[test]
    fn no_match_passes() {
        assert!(judge("not_matches", "regex = '^b'", &[("a.md", "ab\n")]).is_empty());
        assert!(judge("not_matches", "regex = 'x'", &[("a.md", "")]).is_empty());
    }

    #[test]
    fn each_match_is_a_finding() {
        assert_eq!(
            judge("not_matches", "regex = '\\\\u[0-9A-F]{4}'", &[("a.md", "a\\u00E9\nb\\u1234")]),
            [
                "a.md:1: unwanted match of `\\\\u[0-9A-F]{4}` (found `\\u00E9`) []",
                "a.md:2: unwanted match of `\\\\u[0-9A-F]{4}` (found `\\u1234`) []"
            ]
        );
        let many = judge("not_matches", "regex = 'x'", &[("a.md", &"x".repeat(30))]);
        assert_eq!(many.len(), 21);
        assert_eq!(many[20], "and 10 more []");
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(
            judge("not_matches", "regex = 'x'", &[]),
            ["missing.md: the file does not exist []"]
        );
        assert_eq!(
            judge_bytes("not_matches", "regex = 'x'", &[("a.md", b"\xff")]),
            ["a.md: the file is not valid UTF-8 (byte 0) []"]
        );
        assert_eq!(
            read("not_matches", "regex = '*'").err().unwrap(),
            "the regex `*` is invalid: repetition operator missing expression"
        );
    }
}
