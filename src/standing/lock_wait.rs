//! A gate that could begin, and waits for a lock that a gate of another run holds.

use crate::id::Error;
use crate::id::GateId;
use crate::id::RunId;
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

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

/// As the lock keeps it.
impl fmt::Display for LockedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.run, self.gate)
    }
}

/// What a lock keeps; one that something else holds names no gate.
impl FromStr for LockedBy {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (run, gate) = text.split_once(' ').unwrap_or((text, ""));
        Ok(Self { run: RunId::parse(run)?, gate: GateId::parse(gate)? })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_holds_a_lock_reads_back_and_nothing_else_is_taken_for_it() {
        let run = RunId::new("20260119T143012Z", "x", "ab12cd");
        let gate = GateId::parse("a").unwrap().instance("one two");
        let by = LockedBy { run: run.clone(), gate };
        assert_eq!(by.to_string().parse::<LockedBy>().unwrap(), by);
        for other in ["", "git", run.as_str(), "a b"] {
            assert!(other.parse::<LockedBy>().is_err(), "{other}");
        }
    }
}
