//! How attempts end.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// How an attempt ended, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AttemptStatus {
    /// Its work goes on.
    Running,
    /// It waits for somebody.
    Waiting,
    /// Its outputs hold.
    Pass,
    /// It failed.
    Fail,
    /// It was cut off; no try is spent.
    Interrupted,
    /// It ended with a question for a person; no try is spent.
    Escalated,
    /// The run went on without it.
    Canceled,
}

impl AttemptStatus {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Waiting => "WAITING",
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Interrupted => "INTERRUPTED",
            Self::Escalated => "ESCALATED",
            Self::Canceled => "CANCELED",
        }
    }
}

impl fmt::Display for AttemptStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
