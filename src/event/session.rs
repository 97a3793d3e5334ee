//! A sitting at a run: from its start to its pause, end or death.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// A sitting begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionStarted {
    /// Counted within the run, from 1 on.
    pub session: u32,
    /// Who sits down: a person as git knows them, or the agent whose marks were found.
    pub by: String,
    /// What was found of the sitting before, where that one died.
    pub found: Option<String>,
}

/// Where a sitting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// What is judged anew at each sitting is being judged.
    Initializing,
    Running,
    Paused,
    Completed,
    /// It died.
    Failed,
    BudgetExceeded,
}

impl SessionStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::BudgetExceeded => "budget_exceeded",
        }
    }

    /// Whether it goes on.
    pub fn is_live(self) -> bool {
        match self {
            Self::Initializing | Self::Running => true,
            Self::Paused | Self::Completed | Self::Failed | Self::BudgetExceeded => false,
        }
    }
}

impl fmt::Display for SessionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
