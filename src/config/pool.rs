//! `[pool]`: how many runs are at work at once on this machine, and who takes them.

use super::tables::Stated;
use crate::document::Placed;
use crate::executor::Agent;
use crate::source::Source;
use crate::source::Unsound;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
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
    /// Maximum number of processes of an agent to run at the same time, over all runs of the repository
    /// on this machine, such as `{ claude = 2 }`. Names that come to the same program share one number.
    #[schemars(with = "BTreeMap<String, NonZeroU16>")]
    pub(super) per_agent: BTreeMap<Placed<String>, NonZeroU16>,
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
    /// How many processes an agent of this definition may have at the same time.
    pub per_agent: BTreeMap<String, usize>,
    /// How long work may print nothing before it counts as stalled.
    pub stalled_after: Option<String>,
}

/// What one file says of it.
#[derive(Debug, Default)]
pub(super) struct PoolLayer {
    per_agent: Vec<(Stated, NonZeroU16)>,
    table: PoolTable,
}

impl PoolTable {
    pub(super) fn read(mut self, source: &Source) -> PoolLayer {
        let per_agent = std::mem::take(&mut self.per_agent).into_iter();
        let per_agent = per_agent.map(|(name, slots)| (Stated::placed(source, name), slots));
        PoolLayer { per_agent: per_agent.collect(), table: self }
    }
}

impl PoolLayer {
    pub(super) fn over(mut self, below: Self) -> Self {
        let (upper, lower) = (self.table, below.table);
        for (name, slots) in below.per_agent {
            if self.per_agent.iter().all(|(known, _)| known.text != name.text) {
                self.per_agent.push((name, slots));
            }
        }
        let table = PoolTable {
            slots: upper.slots.or(lower.slots),
            labels: upper.labels.or(lower.labels),
            restarts: upper.restarts.or(lower.restarts),
            per_agent: BTreeMap::new(),
            stalled_after: upper.stalled_after.or(lower.stalled_after),
        };
        Self { per_agent: self.per_agent, table }
    }

    /// What all files say; `known` are the agents that there are.
    pub(super) fn build(
        self,
        known: &BTreeMap<String, Agent>,
    ) -> Result<PoolSettings, Box<Unsound>> {
        let mut per_agent = BTreeMap::new();
        for (name, slots) in self.per_agent {
            let agent = known.get(&name.text);
            let agent =
                agent.ok_or_else(|| name.unknown("agent", known.keys().map(String::as_str)))?;
            let slots = usize::from(slots.get());
            let least = per_agent.entry(agent.definition.clone()).or_insert(slots);
            *least = slots.min(*least);
        }
        Ok(PoolSettings {
            slots: usize::from(self.table.slots.map_or(SLOTS, NonZeroU16::get)),
            labels: self.table.labels.unwrap_or_default(),
            restarts: self.table.restarts.unwrap_or(RESTARTS),
            per_agent,
            stalled_after: self.table.stalled_after,
        })
    }
}
