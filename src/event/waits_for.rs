//! Whom a run waits for.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// Whom a gate waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WaitsFor {
    /// A person does the work.
    Person,
    /// An agent does the work, and none is configured.
    Agent,
    /// A person approves what passed.
    Approval,
    /// A person decides whether interrupted work is done again.
    Decision,
    /// Its child run is not over.
    ChildRun,
    /// A person answers the question of its last attempt.
    Answer,
}

impl fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person => "a person",
            Self::Agent => "an agent",
            Self::Approval => "approval",
            Self::Decision => "a decision after an interruption",
            Self::ChildRun => "its child run",
            Self::Answer => "an answer",
        })
    }
}
