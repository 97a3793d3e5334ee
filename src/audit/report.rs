//! What an audit says: a row for each question, how far the definition alone decides it, and what was
//! found, with its place and how to fix it.

use crate::digest::Digest;
use crate::id::GateId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// How much a finding weighs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and schemas would repeat them")]
#[non_exhaustive]
pub enum AuditLevel {
    Note,
    Warning,
    Error,
}

impl AuditLevel {
    /// All of them, the heaviest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How far a definition alone decides a row.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Certainty {
    /// No run does more than the row says.
    Sound,
    /// A run may do more, where the row says that it did not look.
    Partial,
    /// What a run does was assumed.
    Unknown,
}

impl Certainty {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
        }
    }
}

/// What a workflow may do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Audit {
    /// Workflow name.
    pub workflow: String,
    /// Its version.
    pub version: String,
    /// Digest of all texts of its definition.
    pub digest: Digest,
    /// One row per question.
    pub rows: Vec<AuditRow>,
}

/// The answer to one question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AuditRow {
    /// The name of the row.
    pub row: String,
    /// How far the definition decides it.
    pub decided: Certainty,
    /// What the workflow may do.
    pub said: Vec<AuditLine>,
    /// What was not covered.
    pub not_looked_at: Vec<String>,
    /// What should be changed, or known.
    pub findings: Vec<AuditFinding>,
}

/// One thing that a workflow may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AuditLine {
    /// The gate that it is about.
    pub gate: Option<GateId>,
    /// What it may do, in words.
    pub text: String,
    /// Whether a workflow that has the line may do more than one without it.
    pub widens: bool,
}

/// Something that should be changed, or known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AuditFinding {
    /// The name of the rule.
    pub rule: String,
    /// How much it weighs.
    pub level: AuditLevel,
    /// The gate that it is about.
    pub gate: Option<GateId>,
    /// What was found.
    pub message: String,
    /// How to fix it.
    pub help: String,
    /// The file that it stands in, relative to the folder that the definition was found in.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// What differs between two audits.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AuditChange {
    /// Findings that the earlier audit did not have.
    pub added: Vec<AuditFinding>,
    /// Findings that only the earlier audit had.
    pub removed: Vec<AuditFinding>,
    /// What the workflow may do now and could not before, in words.
    pub wider: Vec<String>,
    /// What it can no longer do, in words.
    pub narrower: Vec<String>,
}

impl AuditLine {
    fn in_words(&self) -> String {
        match &self.gate {
            Some(gate) => format!("{gate}: {}", self.text),
            None => self.text.clone(),
        }
    }
}

impl AuditFinding {
    /// What makes it the same finding after lines have moved.
    fn identity(&self) -> (&str, Option<&GateId>, &str) {
        (&self.rule, self.gate.as_ref(), &self.message)
    }

    fn in_words(&self) -> String {
        format!("{} [{}]", self.message, self.rule)
    }
}

impl AuditRow {
    pub(super) fn new(row: &str) -> Self {
        Self {
            row: row.to_owned(),
            decided: Certainty::Sound,
            said: Vec::new(),
            not_looked_at: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Says what takes nothing for granted that was refused before.
    pub(super) fn say(&mut self, gate: Option<&GateId>, text: impl Into<String>) {
        let (gate, text) = (gate.cloned(), text.into());
        self.said.push(AuditLine { gate, text, widens: false });
    }

    /// Says what a workflow may do more than one without it.
    pub(super) fn grant(&mut self, gate: Option<&GateId>, text: impl Into<String>) {
        let (gate, text) = (gate.cloned(), text.into());
        self.said.push(AuditLine { gate, text, widens: true });
    }

    /// Says what was not covered, so that the row decides no more than this.
    pub(super) fn leave_out(&mut self, decided: Certainty, text: impl Into<String>) {
        self.decided = self.decided.max(decided);
        let text = text.into();
        if !self.not_looked_at.contains(&text) {
            self.not_looked_at.push(text);
        }
    }
}

impl Audit {
    /// All findings, the heaviest first.
    pub fn findings(&self) -> Vec<&AuditFinding> {
        let mut findings: Vec<_> = self.rows.iter().flat_map(|row| &row.findings).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        findings
    }

    /// Whether something weighs this much, or more.
    pub fn reaches(&self, level: AuditLevel) -> bool {
        self.findings().iter().any(|finding| finding.level >= level)
    }

    /// How many findings weigh this much.
    pub fn count(&self, level: AuditLevel) -> usize {
        self.findings().iter().filter(|finding| finding.level == level).count()
    }

    /// How often each rule found something that weighs this much or more.
    pub fn rules(&self, level: AuditLevel) -> BTreeMap<&str, usize> {
        let mut rules = BTreeMap::new();
        for finding in self.findings().into_iter().filter(|finding| finding.level >= level) {
            *rules.entry(finding.rule.as_str()).or_default() += 1;
        }
        rules
    }

    /// The row of a name.
    pub fn row(&self, name: &str) -> Option<&AuditRow> {
        self.rows.iter().find(|row| row.row == name)
    }

    /// Everything that makes it wider than a workflow without it, in words.
    pub fn grants(&self) -> Vec<String> {
        let told = self.findings().into_iter().filter(|it| it.level > AuditLevel::Note);
        let mut all = Vec::new();
        for words in self.reach().into_iter().chain(told.map(AuditFinding::in_words)) {
            if !all.contains(&words) {
                all.push(words);
            }
        }
        all
    }

    /// What the workflow may do, in words.
    fn reach(&self) -> Vec<String> {
        let lines = self.rows.iter().flat_map(|row| &row.said).filter(|line| line.widens);
        lines.map(AuditLine::in_words).collect()
    }

    /// What differs from an earlier audit.
    pub fn against(&self, earlier: &Self) -> AuditChange {
        let lacks = |findings: &[&AuditFinding], other: &[&AuditFinding]| {
            let known: BTreeSet<_> = other.iter().map(|finding| finding.identity()).collect();
            let new = findings.iter().filter(|finding| !known.contains(&finding.identity()));
            new.map(|finding| (*finding).clone()).collect()
        };
        let (now, then) = (self.findings(), earlier.findings());
        let (wide, narrow) = (self.reach(), earlier.reach());
        AuditChange {
            added: lacks(&now, &then),
            removed: lacks(&then, &now),
            wider: wide.iter().filter(|line| !narrow.contains(line)).cloned().collect(),
            narrower: narrow.iter().filter(|line| !wide.contains(line)).cloned().collect(),
        }
    }
}
