//! A sitting at a run: from its start to its pause, end or death.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// A session starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SessionStarted {
    /// Its number within the run, from 1.
    pub session: u32,
    /// Who started it: a person as git knows them, or the agent whose marks were found.
    pub by: String,
    /// What was found of the previous session, if it died.
    pub found: Option<String>,
}

/// The status of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionStatus {
    /// The gates that every session checks are being checked.
    Initializing,
    /// Its work can be done.
    Running,
    /// It was paused by somebody.
    Paused,
    /// It was completed.
    Completed,
    /// It died.
    Failed,
    /// A budget was reached.
    BudgetExceeded,
}

impl SessionStatus {
    /// The status as the record writes it.
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
