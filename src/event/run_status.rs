//! Where a run stands.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RunStatus {
    Running,
    Waiting,
    Paused,
    Passed,
    Failed,
    Canceled,
}

impl RunStatus {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Running, Self::Waiting, Self::Paused, Self::Passed, Self::Failed, Self::Canceled];

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

    /// Whether the run never goes on; one that has failed can be taken up.
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
