//! The work that a fixture says its outputs are of.

use crate::check::WorkItem;
use crate::check::WorkLog;
use crate::event::RunStatus;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use std::collections::BTreeMap;
use std::time::Duration;

/// The work, as a fixture's `expect.toml` tells it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WorkTable {
    /// What was last said that it comes to.
    summary: Option<String>,
    /// How often it was said how far it is.
    updates: usize,
    /// The runs that are a part of it, by name, with their status.
    items: BTreeMap<String, String>,
    /// How long it was worked on, in minutes.
    active_minutes: u64,
    /// How long it should take, in minutes.
    estimate_minutes: Option<u64>,
}

/// Whether a run with this status never goes on.
fn is_closed(status: &str) -> bool {
    let status = StrDeserializer::<serde::de::value::Error>::new(status);
    RunStatus::deserialize(status).is_ok_and(RunStatus::is_final)
}

impl WorkTable {
    pub(super) fn work(&self) -> WorkLog {
        let items = self.items.iter().map(|(name, status)| WorkItem {
            name: name.clone(),
            status: status.clone(),
            is_closed: is_closed(status),
        });
        WorkLog {
            summary: self.summary.clone(),
            updates: self.updates,
            items: items.collect(),
            active: Duration::from_mins(self.active_minutes),
            estimate: self.estimate_minutes.map(Duration::from_mins),
        }
    }
}
