//! One checkpoint, with what it left out.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::checkpoint_list;
use super::checkpoint_list::CheckpointEntry;
use crate::git::Repository;
use crate::id::RunId;
use crate::source::suggest;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `checkpoint_show`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Checkpoint number; defaults to the latest.
    #[cfg_attr(feature = "cli", arg(value_name = "N"))]
    pub number: Option<u32>,
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
}

/// The checkpoint and its run.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The checkpoint, and whether it is kept.
    #[serde(flatten)]
    pub entry: CheckpointEntry,
}

/// Reads one checkpoint.
pub fn checkpoint_show(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Reply, Error> {
    let list = checkpoint_list::Request { run: request.run.clone() };
    let reply = checkpoint_list::checkpoint_list(project, caller, &list)?;
    let entry = chosen(&reply, request.number)?.clone();
    Ok(Reply { run_id: reply.run_id, entry })
}

/// The checkpoint of this number, else the last one.
pub(super) fn chosen(
    reply: &checkpoint_list::Reply,
    number: Option<u32>,
) -> Result<&CheckpointEntry, Error> {
    let run = &reply.run_id;
    let create = Suggestion::new("checkpoint create").of(run);
    let Some(last) = reply.checkpoints.last() else {
        return Err(Error::usage(format!("run {run} has no checkpoints")).advise_command(create));
    };
    let Some(number) = number else { return Ok(last) };
    reply.checkpoints.iter().find(|entry| entry.checkpoint.checkpoint == number).ok_or_else(|| {
        let known: Vec<String> =
            reply.checkpoints.iter().map(|entry| entry.checkpoint.checkpoint.to_string()).collect();
        Error::not_found(format!("checkpoint {number} of run {run} not found"))
            .advise(suggest(&number.to_string(), known.iter().map(String::as_str)))
    })
}

/// The commit that holds a checkpoint's tree.
pub(super) fn commit_of(entry: &CheckpointEntry) -> Result<&str, Error> {
    let number = entry.checkpoint.checkpoint;
    let reason = || entry.checkpoint.no_snapshot.clone();
    match &entry.checkpoint.snapshot {
        Some(snapshot) if entry.is_kept => Ok(&snapshot.commit),
        Some(_) => {
            Err(Error::usage(format!("the tree of checkpoint {number} is not in this repository"))
                .advise_command(Suggestion::new("checkpoint list")))
        }
        None => Err(Error::usage(format!(
            "checkpoint {number} has no tree: {}",
            reason().unwrap_or_default()
        ))),
    }
}

/// The repository that keeps the trees.
pub(super) fn repository(project: &Project) -> Result<Repository, Error> {
    let reason = || project.uncommitted.clone().unwrap_or_default();
    project
        .repository()?
        .ok_or_else(|| Error::usage(format!("no checkpoint trees here: {}", reason())))
}
