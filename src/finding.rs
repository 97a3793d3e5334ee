//! What checks say: findings are data, never errors, and their sum is the verdict.

use crate::files;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// How much a finding weighs: an error fails the gate, the others only inform.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and schemas would repeat them")]
#[non_exhaustive]
pub enum Severity {
    #[default]
    Error,
    Warning,
    #[schemars(skip)]
    Info,
}

impl Severity {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "note",
        }
    }
}

/// One thing that does not hold, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Finding {
    /// The kind of the check, or the part of the runner, that says so.
    pub check: String,
    /// How much depends on it.
    pub severity: Severity,
    /// Relative to the project.
    pub path: Option<String>,
    /// From 1.
    pub line: Option<u64>,
    /// What does not hold.
    pub message: String,
    /// What would hold.
    pub expected: Option<String>,
    /// What was found instead.
    pub actual: Option<String>,
    /// The end of what a program printed, under the names of its outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed: Option<String>,
    /// The files with all that a program printed, relative to the project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<String>,
}

impl Finding {
    /// An error; the check's name and path are put in by whoever ran the check.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            check: String::new(),
            severity: Severity::Error,
            path: None,
            line: None,
            message: files::in_words(&message.into()).into_owned(),
            expected: None,
            actual: None,
            printed: None,
            logs: Vec::new(),
        }
    }

    /// A finding of the runner itself rather than of a check.
    pub fn of(check: &str, message: impl Into<String>) -> Self {
        Self { check: check.to_owned(), ..Self::new(message) }
    }

    /// The same, of a file or folder.
    #[must_use]
    pub fn path(mut self, path: impl fmt::Display) -> Self {
        self.path = Some(path.to_string());
        self
    }

    /// The same, of a line counted from 1.
    #[must_use]
    pub fn line(mut self, line: usize) -> Self {
        self.line = Some(line as u64);
        self
    }

    /// The same, with what would hold.
    #[must_use]
    pub fn expected(mut self, expected: impl fmt::Display) -> Self {
        self.expected = Some(expected.to_string());
        self
    }

    /// The same, with the end of what a program printed; nothing where that is empty.
    #[must_use]
    pub fn printed(mut self, printed: impl Into<String>) -> Self {
        self.printed = Some(printed.into()).filter(|printed| !printed.is_empty());
        self
    }

    /// The same, with what was found.
    #[must_use]
    pub fn actual(mut self, actual: impl fmt::Display) -> Self {
        self.actual = Some(actual.to_string());
        self
    }

    /// The finding in words, without what a program printed.
    pub fn in_short(&self) -> String {
        Self { printed: None, ..self.clone() }.to_string()
    }
}

impl fmt::Display for Finding {
    /// `path:line: message (expected …, found …); stderr: … [check] log: …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.path, self.line) {
            (Some(path), Some(line)) => write!(f, "{path}:{line}: ")?,
            // What the disk says begins with the path itself.
            (Some(path), None) if begins_with(&self.message, path) => {}
            (Some(path), None) => write!(f, "{path}: ")?,
            (None, _) => {}
        }
        write!(f, "{}", self.message)?;
        match (&self.expected, &self.actual) {
            (Some(expected), Some(actual)) => write!(f, " (expected {expected}, found {actual})")?,
            (Some(expected), None) => write!(f, " (expected {expected})")?,
            (None, Some(actual)) => write!(f, " (found {actual})")?,
            (None, None) => {}
        }
        if let Some(printed) = &self.printed {
            write!(f, "; {printed}")?;
        }
        write!(f, " [{}]", self.check)?;
        if self.logs.is_empty() { Ok(()) } else { write!(f, " log: {}", self.logs.join(", ")) }
    }
}

fn begins_with(message: &str, path: &str) -> bool {
    message.strip_prefix(path).is_some_and(|rest| rest.starts_with([' ', ':']))
}

/// What one check of a contract said about one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Validation {
    /// The kind of the check.
    #[serde(rename = "type")]
    pub check: String,
    /// The file or folder that it looked at.
    pub path: Option<String>,
    /// Whether it holds.
    pub pass: bool,
    /// How much depends on it.
    pub severity: Severity,
    /// Whether it tells a decision of the gate: one that fails is a refusal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not", rename = "verdict")]
    pub is_decision: bool,
    /// What it found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_as_one_line() {
        let finding = Finding::of("min_sources", "too few sources").path("a.md").line(3);
        let finding = finding.expected("at least 8").actual(2);
        assert_eq!(
            finding.to_string(),
            "a.md:3: too few sources (expected at least 8, found 2) [min_sources]"
        );
    }

    #[test]
    fn a_path_is_named_once() {
        let shown = |message: &str| Finding::of("x", message).path("a.md").to_string();
        assert_eq!(shown("a.md does not exist"), "a.md does not exist [x]");
        assert_eq!(shown("a.md: denied"), "a.md: denied [x]");
        assert_eq!(shown("a.mdx is there"), "a.md: a.mdx is there [x]");
    }
}
