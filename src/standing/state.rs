//! The state of a run: what its events say, and whether somebody holds it.

use crate::event::RunStatus;
use serde::Serialize;
use serde::Serializer;
use std::fmt;

/// The state of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, schemars::JsonSchema)]
#[schemars(with = "String")]
#[non_exhaustive]
pub enum State {
    /// As its record says.
    Recorded(RunStatus),
    /// It runs, and nobody drives it.
    Stalled,
    /// It cannot be read.
    Damaged,
}

impl State {
    /// Where a run stands that could be read; `is_held` says whether somebody holds it.
    pub fn of(status: RunStatus, wants_a_driver: bool, is_held: impl FnOnce() -> bool) -> Self {
        if wants_a_driver && !is_held() { Self::Stalled } else { Self::Recorded(status) }
    }

    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded(status) => status.as_str(),
            Self::Stalled => "STALLED",
            Self::Damaged => "DAMAGED",
        }
    }

    /// Whether the run is known not to be over.
    pub fn is_open(self) -> bool {
        match self {
            Self::Recorded(status) => !status.is_end(),
            Self::Stalled => true,
            Self::Damaged => false,
        }
    }

    /// Whether the run is known never to go on.
    pub fn is_final(self) -> bool {
        match self {
            Self::Recorded(status) => status.is_final(),
            Self::Stalled | Self::Damaged => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
