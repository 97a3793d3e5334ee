//! How a call of an executor went.

use super::Backoff;
use super::Usage;
use crate::process::Ending;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// How a call went.
#[derive(Debug, Clone, PartialEq)]
pub struct CallOutcome {
    /// What it means for the attempt.
    pub conclusion: Conclusion,
    /// How its program ended.
    pub ending: Ending,
    /// How long it took.
    pub duration: Duration,
    /// What it used.
    pub usage: Usage,
    /// What an agent says that it was not permitted to do.
    pub denied: Vec<String>,
}

/// What an ending means for the attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conclusion {
    /// It ran to its end; now the contract judges.
    Done,
    /// The attempt failed.
    Failed {
        /// The reason, in words for people.
        reason: String,
    },
    /// The work was cut short by something else; no try is spent.
    Interrupted {
        /// What cut it short.
        cut: Cut,
        /// The same in words for people.
        reason: String,
    },
}

/// What cut a call short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cut {
    /// A signal or a stop.
    Outside,
    /// A budget is spent.
    Budget,
    /// Its program is not there.
    Missing,
    /// Surroundings that failed and may be well again after a pause.
    Transient {
        /// The pause that the provider named.
        retry_after: Option<Duration>,
        /// The pauses where none was named.
        backoff: Backoff,
    },
}

impl CallOutcome {
    /// The code with which the program ended, where it ended by itself.
    pub fn exit_code(&self) -> Option<i32> {
        match self.ending {
            Ending::Exited(code) => Some(code),
            Ending::Signaled(_) | Ending::TimedOut | Ending::Stopped | Ending::Halted => None,
        }
    }
}
