//! `orch witness`: whether the runs that workers drive are well, and which are not.

use super::Error;
use super::Project;
use super::pooled;
use super::pooled::Health;
use super::pooled::PooledRun;
use serde::Serialize;
use std::collections::BTreeMap;

/// How the runs fare.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Witnessed {
    /// The process that gives out the slots; null if none does.
    pub worker: Option<u32>,
    /// The number of unfinished runs in each state.
    pub counts: BTreeMap<&'static str, usize>,
    /// The runs that need somebody to look after them.
    pub unwell: Vec<PooledRun>,
}

/// Looks at all runs that are not over.
pub fn witness(project: &Project) -> Result<Witnessed, Error> {
    let mut runs = pooled::all(project)?;
    runs.retain(PooledRun::is_open);
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for run in &runs {
        *counts.entry(run.health.as_str()).or_default() += 1;
    }
    let is_unwell = |run: &PooledRun| match run.health {
        Health::Stalled | Health::Dead | Health::Orphaned | Health::Stuck => true,
        Health::Queued | Health::Waiting | Health::Working | Health::Resting => run.is_folder_gone,
    };
    runs.retain(is_unwell);
    let worker = project.store.pool().supervisor_holder().map(|holder| holder.process);
    Ok(Witnessed { worker, counts, unwell: runs })
}
