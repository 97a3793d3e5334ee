//! Where a run stands.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// The status of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum RunStatus {
    /// It is at work, or its driver died.
    Running,
    /// A person or an agent must act.
    Waiting,
    /// It stands still until it is resumed.
    Paused,
    /// Every gate that counts has passed.
    Passed,
    /// A gate has failed; the run can be resumed.
    Failed,
    /// It was ended before its last gate.
    Canceled,
}

impl RunStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Running, Self::Waiting, Self::Paused, Self::Passed, Self::Failed, Self::Canceled];

    /// The status as the record writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Waiting => "WAITING",
            Self::Paused => "PAUSED",
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }

    /// Whether the run can never be resumed; a failed one can.
    pub fn is_final(self) -> bool {
        match self {
            Self::Passed | Self::Canceled => true,
            Self::Running | Self::Waiting | Self::Paused | Self::Failed => false,
        }
    }

    /// Whether the run is over.
    pub fn is_end(self) -> bool {
        match self {
            Self::Passed | Self::Failed | Self::Canceled => true,
            Self::Running | Self::Waiting | Self::Paused => false,
        }
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
