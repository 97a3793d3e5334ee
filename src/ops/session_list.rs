//! The checkpoints of an epic, in all its runs.

use super::Caller;
use super::Error;
use super::Project;
use super::choose;
use super::session::Epic;
use crate::clock::Moment;
use crate::event::Checkpoint;
use crate::id::RunId;
use serde::Serialize;

/// The checkpoints of an epic, oldest first.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The key of the runs.
    pub epic: String,
    /// The checkpoints, oldest first.
    pub checkpoints: Vec<SessionEntry>,
}

/// One of them.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct SessionEntry {
    /// The run of the checkpoint.
    pub run_id: RunId,
    /// Time of the checkpoint.
    pub at: Moment,
    /// The checkpoint, as recorded in the journal.
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
}

/// Reads what was sealed.
pub fn session_list(project: &Project, caller: &Caller, epic: &Epic) -> Result<Reply, Error> {
    let meant = epic.run(project, caller)?;
    let key = project.store.read(&meant)?.run.started.key;
    let mut checkpoints = Vec::new();
    for id in choose::runs_of(project, &key)? {
        let run = project.store.read(&id)?.run;
        checkpoints.extend(run.checkpoints.into_iter().map(|(at, checkpoint)| SessionEntry {
            run_id: id.clone(),
            at,
            checkpoint,
        }));
    }
    checkpoints.sort_by_key(|entry| entry.at);
    Ok(Reply { epic: key, checkpoints })
}
