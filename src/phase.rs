//! The phase of the work in a run, as gates declare it, apart from the run's own status.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use strum::IntoEnumIterator;

/// How far the work has come.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it, and schemas would repeat them")]
pub enum Phase {
    Registered,
    Planning,
    PlanningComplete,
    Working,
    Shipping,
    ReviewsInProgress,
    PrReady,
    Stuck,
    Paused,
    Complete,
    Cancelled,
    DeletionFailed,
}

impl Phase {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The phase of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::iter().find(|phase| phase.as_str() == name)
    }

    /// The names of all phases.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::iter().map(Self::as_str)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
