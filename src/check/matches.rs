//! `matches`: so many matches of a regular expression.

use super::Check;
use super::Count;
use super::Flaw;
use super::Scene;
use super::count;
use super::pattern;
use super::text;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;
use std::ops::ControlFlow;

/// The regular expression matches as many times as required. `^` and `$` match at the ends of
/// lines; use `\n` to match across lines, also where they end in `\r\n`. A search may take 5
/// seconds, the compiled pattern 1 MiB.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Matches {
    /// A regular expression in the syntax of Rust's `regex` crate: no look-around, no
    /// backreferences. Start it with `(?i)` to ignore case.
    regex: String,
    /// Minimum number of matches, not overlapping; 1 by default.
    min: Option<Count>,
    /// Maximum number of matches.
    max: Option<Count>,
}

impl Check for Matches {
    fn words(&self) -> String {
        let count = super::range_words(Some(&self.least()), self.max.as_ref());
        format!("the number of matches of `{}` is {count}", self.regex)
    }

    fn words_beside_message(&self) -> Option<String> {
        let is_counted = self.min.is_some() || self.max.is_some();
        is_counted.then(|| super::range_words(Some(&self.least()), self.max.as_ref()))
    }

    fn flaw(&self) -> Option<Flaw> {
        pattern::flaw(&self.regex)
            .map(|flaw| Flaw::of("regex", flaw).advise(pattern::SYNTAX))
            .or_else(|| count::count_flaw(("min", Some(&self.least())), ("max", self.max.as_ref())))
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
        let least = self.least();
        // One beyond the largest, or the least where there is no largest, settles it.
        let enough = self.max.as_ref().map_or(least.value(), |max| max.value().saturating_add(1));
        let mut found = 0;
        for form in text::with_either_line_end(text) {
            let mut here = 0;
            let search = pattern::search(&regex, &form, pattern::PATIENCE, |_, _| {
                here += 1;
                if here >= enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            if let Err(finding) = search {
                return vec![finding];
            }
            found = found.max(here);
        }
        match super::between(found, Some(&least), self.max.as_ref()) {
            None => Vec::new(),
            Some(expected) => {
                let message = format!("number of matches of `{}`", self.regex);
                let more = if found > least.value() { " or more" } else { "" };
                vec![Finding::new(message).expected(expected).actual(format!("{found}{more}"))]
            }
        }
    }
}

impl Matches {
    fn least(&self) -> Count {
        count::least(self.min.as_ref(), self.max.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    const FILE: &[(&str, &str)] = &[("a.md", "Tier 1\r\nTier 2 Tier 3\n\nTier x\n")];

    #[test]
    fn line_ends_are_alike() {
        let judge = |parameters: &str, file: &str| judge("matches", parameters, &[("a.md", file)]);
        for file in ["x\ny\nx\ny\n", "x\r\ny\r\nx\r\ny\r\n"] {
            assert_eq!(judge("regex = 'x\\ny'\nmin = 2\nmax = 2", file), [""; 0], "{file:?}");
            assert_eq!(judge("regex = 'x\\ny'\nmax = 1", file).len(), 1, "{file:?}");
        }
        assert_eq!(judge("regex = '\\r\\n'\nmin = 2", "x\r\ny\r\n"), [""; 0]);
    }

    #[test]
    fn so_many_matches_pass() {
        for parameters in [
            "regex = 'Tier [1-4]'",
            "regex = 'Tier \\d'\nmin = 3\nmax = 3",
            "regex = '^Tier \\d$'\nmin = 1\nmax = 1",
            "regex = '^$'",
            "regex = 'nothing'\nmax = 0",
            "regex = '(?i)TIER X'",
        ] {
            assert_eq!(judge("matches", parameters, FILE), [""; 0], "{parameters}");
        }
    }

    #[test]
    fn too_few_and_too_many_fail() {
        assert_eq!(
            judge("matches", "regex = 'Tier [1-4]'\nmin = 5", FILE),
            ["number of matches of `Tier [1-4]` (expected at least 5, found 3) []"]
        );
        assert_eq!(
            judge("matches", "regex = 'Tier'\nmax = 2", FILE),
            ["number of matches of `Tier` (expected at most 2, found 3 or more) []"]
        );
        assert_eq!(
            judge("matches", "regex = '^1.+2$'", FILE),
            ["number of matches of `^1.+2$` (expected at least 1, found 0) []"]
        );
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(
            judge("matches", "regex = 'x'\nmin = 0", &[]),
            ["missing.md: the file does not exist []"]
        );
        assert_eq!(
            judge_bytes("matches", "regex = 'x'", &[("a.md", b"x\xff")]),
            ["a.md: the file is not valid UTF-8 (byte 1) []"]
        );
    }

    #[test]
    fn unsound_parameters_are_refused() {
        let flaw = |parameters: &str| read("matches", parameters).err().unwrap();
        assert_eq!(flaw("regex = '(x'"), "the regex `(x` is invalid: unclosed group");
        assert_eq!(flaw("regex = 'x'\nmin = 3\nmax = 2"), "`min` 3 is above `max` 2");
    }
}
