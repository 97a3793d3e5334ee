//! A gate that could begin, and waits for a lock that a gate of another run holds.

use crate::id::GateId;
use crate::id::RunId;
use schemars::JsonSchema;
use serde::Serialize;

/// What such a gate waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct LockWait {
    /// The gate that waits.
    pub gate: GateId,
    /// The lock, by the name that both gates give it.
    pub lock: String,
    /// Who holds it, if known.
    pub held_by: Option<LockedBy>,
    /// Since when it is held.
    pub since: String,
}

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct LockedBy {
    /// The run.
    pub run: RunId,
    /// Its gate.
    pub gate: GateId,
}

impl LockWait {
    /// What it waits for, in words.
    pub fn words(&self) -> String {
        let Self { lock, since, .. } = self;
        let held_by = match &self.held_by {
            Some(LockedBy { run, gate }) => format!("gate {gate} of {run}"),
            None => "another process".to_owned(),
        };
        format!("waits for lock `{lock}`, held by {held_by} since {since}")
    }
}
