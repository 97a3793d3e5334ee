//! The checkpoints of a run, and what keeping their trees costs.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::clock::Moment;
use crate::event::Checkpoint;
use crate::id::RunId;
use crate::store::checkpoint;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;

/// Arguments of `checkpoint_list`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
}

/// The checkpoints, oldest first.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The checkpoints, oldest first.
    pub checkpoints: Vec<CheckpointEntry>,
    /// Number of trees kept here.
    pub kept: usize,
    /// Size in bytes of what the kept trees hold beyond the checked-out commits. What several trees
    /// share is counted for each.
    pub new_bytes: u64,
}

/// One of them.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct CheckpointEntry {
    /// Time of the checkpoint.
    pub sealed_at: Moment,
    /// The checkpoint, as recorded in the journal.
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
    /// Whether its tree is kept here. Older trees are dropped, and a clone has none.
    pub is_kept: bool,
}

/// Reads them from the journal, and looks which trees are kept.
pub fn checkpoint_list(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Reply, Error> {
    let run_id = choose::run(project, caller, &request.run)?;
    let run = project.store.read(&run_id)?.run;
    let refs: BTreeSet<String> = match project.repository()? {
        Some(repository) => repository.refs_below(checkpoint::REFS)?.into_iter().collect(),
        None => BTreeSet::new(),
    };
    let entry = |(at, checkpoint): &(Moment, Checkpoint)| {
        let snapshot = checkpoint.snapshot.as_ref();
        let is_kept = snapshot.is_some_and(|snapshot| refs.contains(&snapshot.reference));
        CheckpointEntry { sealed_at: *at, checkpoint: checkpoint.clone(), is_kept }
    };
    let checkpoints: Vec<CheckpointEntry> = run.checkpoints.iter().map(entry).collect();
    let kept = || checkpoints.iter().filter(|entry| entry.is_kept);
    let new_bytes =
        kept().filter_map(|entry| Some(entry.checkpoint.snapshot.as_ref()?.new_bytes)).sum();
    Ok(Reply { run_id, kept: kept().count(), new_bytes, checkpoints })
}
