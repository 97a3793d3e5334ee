//! What is known of the work itself, beside its outputs: what was said of it, what it is made
//! of, and how long it took.

use super::Scene;
use crate::finding::Finding;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// The work of a run, up to the moment of judging.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WorkLog {
    /// What was last said that the work of this gate comes to.
    pub summary: Option<String>,
    /// How often somebody said how far the run has come.
    pub updates: usize,
    /// The child runs of this run.
    pub items: Vec<WorkItem>,
    /// How long the run was worked on.
    pub active: Duration,
    /// How long it should take; `None` where nobody said so.
    pub estimate: Option<Duration>,
}

/// A run that is a part of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkItem {
    /// Its key and its id.
    pub name: String,
    /// Its status, as it is shown.
    pub status: String,
    pub is_closed: bool,
}

impl Scene<'_> {
    /// What a check has to say of the work; without a run around the outputs nothing of it holds.
    pub(super) fn judge_work(&self, judge: impl FnOnce(&WorkLog) -> Vec<Finding>) -> Vec<Finding> {
        match self.work {
            Some(work) => judge(work),
            None => vec![Finding::new("this check requires a run")],
        }
    }
}
