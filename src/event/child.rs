//! Child runs, as the gate that started one knows it: what it is to be, and what it came to.

use super::Artifact;
use super::RunStatus;
use crate::budget::Budget;
use crate::id::RunId;
use crate::workflow::Isolation;
use crate::workflow::WorktreeOrder;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;

/// A child run that is to begin. Its id is chosen before anything is done, so that it begins once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChildOrder {
    /// Its id.
    pub run: RunId,
    /// Its key.
    pub key: String,
    /// Its workflow.
    pub workflow: String,
    /// Its inputs, as far as the gate gives them.
    pub inputs: Values,
    /// Where it works.
    pub isolation: Isolation,
    /// What its working tree has of its own, instead of what `orch.toml` says.
    #[serde(default, skip_serializing_if = "WorktreeOrder::is_empty")]
    pub worktree: WorktreeOrder,
    /// The attempt of the gate that it is for; each after the first has a worktree of its own.
    #[serde(default)]
    pub attempt: u32,
    /// What it may spend, where the gate bounds it.
    #[serde(default, skip_serializing_if = "Budget::is_open")]
    pub budget: Budget,
    /// What a worker must have to take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// What a child run came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ChildEnd {
    /// The child run.
    pub run: RunId,
    /// How it ended.
    pub status: RunStatus,
    /// Why, where it is not evident from its gates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Known costs together; null where none is known.
    pub cost_usd: Option<f64>,
    /// The time from its start to its end, in milliseconds.
    pub duration_ms: u64,
    /// The head of its hash chain.
    #[schemars(with = "String")]
    pub head: crate::digest::Digest,
    /// Its branch; null where it has none of its own.
    pub branch: Option<String>,
    /// The commit at the end of that branch.
    pub commit: Option<String>,
    /// The files that its gates left behind.
    pub outputs: Vec<String>,
    /// The files that were copied from its workspace.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(skip)]
    pub taken: Vec<Artifact>,
}
