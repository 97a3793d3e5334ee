//! Whether the runs that workers drive are well, and which are not.

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
    /// The number of runs in each state that are not over, or failed and are kept.
    pub counts: BTreeMap<&'static str, usize>,
    /// The runs that need somebody to look after them.
    pub unwell: Vec<PooledRun>,
}

/// Looks at all runs that somebody may have to look after.
pub fn witness(project: &Project) -> Result<Witnessed, Error> {
    let mut runs = pooled::all(project)?;
    runs.retain(|run| run.is_open() || run.has_failed());
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for run in &runs {
        let state = if run.has_failed() { "failed" } else { run.health.as_str() };
        *counts.entry(state).or_default() += 1;
    }
    let is_unwell = |run: &PooledRun| match run.health {
        Health::Stalled | Health::Dead | Health::Orphaned | Health::Stuck => true,
        Health::Queued | Health::Waiting | Health::Working | Health::Resting => {
            run.lacks_folder() || run.has_failed()
        }
    };
    runs.retain(is_unwell);
    let worker = project.store.pool().supervisor_holder().map(|holder| holder.process);
    Ok(Witnessed { worker, counts, unwell: runs })
}
