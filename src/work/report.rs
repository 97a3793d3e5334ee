//! Work reports: what came of a work order, as data.

use crate::event::Invocation;
use crate::event::Judged;
use crate::event::Question;
use crate::event::WaitsFor;
use crate::executor::Cut;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;

/// How an attempt came to its end, or that it waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkReport {
    /// The attempt.
    pub attempt: AttemptId,
    /// The executor's call, where it was called.
    pub invocation: Option<Invocation>,
    /// What became of it.
    pub result: WorkResult,
}

/// What became of the work.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WorkResult {
    /// The outputs are what they must be.
    Passed {
        /// The outputs and what was found.
        judged: Judged,
        /// The form, filled in.
        answers: Values,
    },
    /// They are not, or the work failed.
    Failed {
        /// The reason, in words for people.
        reason: String,
        /// The outputs and what was found.
        judged: Judged,
    },
    /// The work was cut short; no try is spent.
    Interrupted {
        /// What cut it short.
        cut: Cut,
        /// The same in words for people.
        reason: String,
        /// What was found until then.
        findings: Vec<Finding>,
    },
    /// Whoever worked at it asks a person, and has ended; no try is spent.
    Escalated {
        /// What is asked.
        question: Question,
    },
    /// Somebody outside must do it.
    Waiting(WaitsFor),
    /// A command said that what it asks for is not there yet.
    NotYet,
}

impl WorkResult {
    /// What outputs that were judged come to.
    pub fn of(judged: Judged, answers: Values) -> Self {
        if judged.passes() {
            Self::Passed { judged, answers }
        } else {
            Self::Failed { reason: judged.reason(), judged }
        }
    }

    /// What was found first, where it failed.
    pub fn problem(&self) -> Option<&Finding> {
        match self {
            Self::Failed { judged, .. } => judged.findings.first(),
            Self::Passed { .. }
            | Self::Interrupted { .. }
            | Self::Escalated { .. }
            | Self::Waiting(_)
            | Self::NotYet => None,
        }
    }

    /// Adds what was found beside the verdict.
    pub fn add(&mut self, found: impl IntoIterator<Item = Finding>) {
        match self {
            Self::Passed { judged, .. } | Self::Failed { judged, .. } => {
                judged.findings.extend(found);
            }
            Self::Interrupted { findings, .. } => findings.extend(found),
            Self::Escalated { .. } | Self::Waiting(_) | Self::NotYet => {}
        }
    }

    /// A failure for all that was found, of which there is something.
    pub fn failed_by(findings: Vec<Finding>) -> Self {
        let judged = Judged { findings, ..Judged::default() };
        Self::Failed { reason: judged.reason(), judged }
    }

    /// A failure for one reason.
    pub fn failed(finding: Finding) -> Self {
        let reason = finding.to_string();
        Self::Failed { reason, judged: Judged { findings: vec![finding], ..Judged::default() } }
    }

    /// A failure before any work, for a text of the definition that cannot be rendered.
    pub fn unusable(finding: Finding) -> Self {
        let reason = finding.to_string();
        let judged = Judged { findings: vec![finding], unusable: true, ..Judged::default() };
        Self::Failed { reason, judged }
    }

    /// Whoever was to do the work says that it cannot be done.
    pub fn given_up(reason: &str) -> Self {
        let findings = vec![Finding::of("gate fail", reason)];
        let judged = Judged { findings, given_up: true, ..Judged::default() };
        Self::Failed { reason: reason.to_owned(), judged }
    }

    /// A failure by somebody's word.
    pub fn said_to_fail(check: &str, reason: &str) -> Self {
        let finding = Finding::of(check, reason);
        let judged = Judged { findings: vec![finding], ..Judged::default() };
        Self::Failed { reason: reason.to_owned(), judged }
    }
}
