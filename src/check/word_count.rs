//! `word_count`: words of prose.

use super::Check;
use super::Count;
use super::Flaw;
use super::Scene;
use super::count;
use super::markdown::Markdown;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The number of words of prose in the Markdown document is within bounds. Headings, lists, tables
/// and quotes count; front matter, code (blocks and inline), HTML blocks and tags, and link targets
/// do not. Words are separated by whitespace and contain a letter or a digit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WordCount {
    /// Minimum number of words. `min`, `max` or both are required.
    min: Option<Count>,
    /// Maximum number of words.
    max: Option<Count>,
}

impl Check for WordCount {
    fn words(&self) -> String {
        let words = count::counted(self.min.as_ref(), self.max.as_ref(), "word");
        format!("the file has {words} of prose")
    }

    fn flaw(&self) -> Option<Flaw> {
        if self.min.is_none() && self.max.is_none() {
            let flaw = Flaw::whole("requires `min`, `max` or both");
            return Some(flaw.advise("write min = 1"));
        }
        count::count_flaw(("min", self.min.as_ref()), ("max", self.max.as_ref()))
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let text = match scene.text() {
            Ok(text) => text,
            Err(finding) => return vec![finding],
        };
        let found = Markdown::read(text).words;
        let least = count::least(self.min.as_ref(), self.max.as_ref());
        match super::between(found, Some(&least), self.max.as_ref()) {
            None => Vec::new(),
            Some(expected) => {
                let finding = Finding::new("word count");
                vec![finding.expected(expected).actual(found)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_bytes;
    use crate::check::testing::read;

    const FILE: &[(&str, &str)] =
        &[("a.md", "---\na: b c d\n---\n# One\n\n- two **th**ree `code`\n\n```\nmore code\n```\n")];

    #[test]
    fn so_many_words_pass() {
        assert!(judge("word_count", "min = 3\nmax = 3", FILE).is_empty());
        assert!(judge("word_count", "max = 0", &[("a.md", "```\na b\n```\n")]).is_empty());
    }

    #[test]
    fn too_few_and_too_many_fail() {
        assert_eq!(
            judge("word_count", "min = 4", FILE),
            ["word count (expected at least 4, found 3) []"]
        );
        assert_eq!(
            judge("word_count", "max = 2", FILE),
            ["word count (expected at most 2, found 3) []"]
        );
        assert_eq!(
            judge("word_count", "max = 10", &[("a.md", "")]),
            ["word count (expected at least 1, found 0) []"]
        );
    }

    #[test]
    fn what_cannot_be_read_fails() {
        assert_eq!(judge("word_count", "min = 1", &[]), ["missing.md: the file does not exist []"]);
        assert_eq!(
            judge_bytes("word_count", "min = 1", &[("a.md", b"a \xff")]),
            ["a.md: the file is not valid UTF-8 (byte 2) []"]
        );
        assert_eq!(read("word_count", "").err().unwrap(), "requires `min`, `max` or both");
    }
}
