//! A gate that could begin, and waits for a lock that a gate of another run holds.

use crate::id::GateId;
use crate::id::RunId;
use serde::Serialize;

/// What such a gate waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct LockWait {
    /// The gate that waits.
    pub gate: GateId,
    /// The lock, by the name that both gates give it.
    pub lock: String,
    /// The run and the gate that hold it, where they are known.
    pub held_by: Option<(RunId, GateId)>,
    /// Since when they hold it.
    pub since: String,
}

impl LockWait {
    /// For a gate that waits.
    pub(crate) fn new(
        gate: GateId,
        lock: String,
        held_by: Option<(RunId, GateId)>,
        since: String,
    ) -> Self {
        Self { gate, lock, held_by, since }
    }

    /// What it waits for, in words.
    pub fn words(&self) -> String {
        let Self { lock, since, .. } = self;
        let held_by = match &self.held_by {
            Some((run, gate)) => format!("gate {gate} of {run}"),
            None => "another process".to_owned(),
        };
        format!("waits for lock `{lock}`, held by {held_by} since {since}")
    }
}
