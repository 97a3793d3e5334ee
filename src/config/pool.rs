//! `[pool]`: how many runs are at work at once on this machine, and who takes them.

use schemars::JsonSchema;
use serde::Deserialize;
use std::num::NonZeroU16;

/// How many runs are at work at once where nothing else is said.
const SLOTS: u16 = 4;

/// How often a run is taken up again whose process died, where nothing else is said.
const RESTARTS: u32 = 2;

/// Runs that workers drive, such as child runs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PoolTable {
    /// Maximum number of runs to drive at the same time; 4 by default.
    pub(super) slots: Option<NonZeroU16>,
    /// The labels of this machine's worker. A run that requires others waits.
    pub(super) labels: Option<Vec<String>>,
    /// How often to resume a run whose process died; 2 by default.
    pub(super) restarts: Option<u32>,
    /// How long a run's work may print nothing before it counts as stalled; `20m` by default.
    pub(super) stalled_after: Option<String>,
}

/// What workers go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// Runs at work at the same time.
    pub slots: usize,
    /// What runs may ask of a worker.
    pub labels: Vec<String>,
    /// How often a run is taken up again whose process died.
    pub restarts: u32,
    /// How long work may print nothing before it counts as stalled.
    pub stalled_after: Option<String>,
}

impl PoolTable {
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            slots: self.slots.or(below.slots),
            labels: self.labels.or(below.labels),
            restarts: self.restarts.or(below.restarts),
            stalled_after: self.stalled_after.or(below.stalled_after),
        }
    }

    pub(super) fn build(self) -> PoolSettings {
        PoolSettings {
            slots: usize::from(self.slots.map_or(SLOTS, NonZeroU16::get)),
            labels: self.labels.unwrap_or_default(),
            restarts: self.restarts.unwrap_or(RESTARTS),
            stalled_after: self.stalled_after,
        }
    }
}
