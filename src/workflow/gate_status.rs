//! Where a gate can stand: plans may ask for it before there is a run.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use strum::IntoStaticStr;
use strum::VariantArray;

/// Where a gate stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum GateStatus {
    /// Nothing has happened to it.
    #[default]
    NotStarted,
    /// An attempt is at work.
    Running,
    /// It waits for somebody.
    Waiting,
    /// Its work stands.
    Pass,
    /// Its last attempt failed.
    Fail,
    /// Its condition does not hold, or nothing leads to it.
    Skipped,
    /// What it stands on has changed since.
    Stale,
    /// A person let it be without its work.
    Waived,
}

impl GateStatus {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether gates that need this one may start.
    pub fn satisfies(self) -> bool {
        match self {
            Self::Pass | Self::Skipped | Self::Waived => true,
            Self::NotStarted | Self::Running | Self::Waiting | Self::Fail | Self::Stale => false,
        }
    }
}

impl fmt::Display for GateStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_reads_back_by_its_name() {
        for status in GateStatus::VARIANTS {
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}
