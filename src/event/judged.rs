//! What an attempt left behind, and what was found when it was judged.

use crate::check::Baseline;
use crate::digest::Digest;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::finding::Validation;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// A file that a gate left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Artifact {
    /// Relative to the project.
    pub path: String,
    /// Its digest; null where it is missing or unreadable.
    pub sha256: Option<Digest>,
    /// Whether it is there.
    pub exists: bool,
    /// Its size.
    pub bytes: Option<u64>,
}

/// The digests of the files that are there, by path: what an approval sees.
pub fn digests_of(artifacts: &[Artifact]) -> BTreeMap<String, Digest> {
    let there =
        artifacts.iter().filter_map(|artifact| Some((artifact.path.clone(), artifact.sha256?)));
    there.collect()
}

/// What was found when an attempt's outputs were judged.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Judged {
    /// The outputs.
    pub artifacts: Vec<Artifact>,
    /// What each check of the contract found.
    pub validations: Vec<Validation>,
    /// Findings of the runner itself: a timeout, an exit code, an edited definition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What later gates must find unchanged.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub baselines: BTreeMap<String, Baseline>,
    /// Files of earlier gates that it changed without saying so, as it left them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trespassed: Vec<Artifact>,
    /// Whether the executor reported that the work cannot be done: an audit then refused nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
    /// Whether a text of the definition could not be rendered: no work was done then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unusable: bool,
}

impl Judged {
    /// All findings, the runner's own first.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let checked = self.validations.iter().flat_map(|validation| &validation.findings);
        self.findings.iter().chain(checked)
    }

    /// The findings that make the attempt fail.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.all_findings().filter(|finding| finding.severity == Severity::Error)
    }

    /// Whether the outputs pass.
    pub fn passes(&self) -> bool {
        self.errors().next().is_none()
    }

    /// Whether only the gate's own verdict keeps the outputs from passing.
    pub fn is_refusal(&self) -> bool {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        let mut others = self.findings.iter().chain(
            self.validations.iter().filter(|it| !it.is_decision).flat_map(|it| &it.findings),
        );
        let mut decided =
            self.validations.iter().filter(|it| it.is_decision).flat_map(|it| &it.findings);
        !others.any(is_error) && decided.any(is_error)
    }

    /// The first error in short, and how many more there are.
    pub fn reason(&self) -> String {
        let mut errors = self.errors();
        let first = errors.next().map(Finding::in_short).unwrap_or_default();
        match errors.count() {
            0 => first,
            more => format!("{first} (and {more} more)"),
        }
    }
}
