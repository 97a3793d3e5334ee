//! What changed since a checkpoint, or between two.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::checkpoint_list;
use super::checkpoint_show;
use crate::git::Comparison;
use crate::id::RunId;
use crate::project::secrets_of;
use crate::store::checkpoint;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `checkpoint_diff`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Checkpoint number; defaults to the latest.
    #[cfg_attr(feature = "cli", arg(value_name = "N"))]
    pub number: Option<u32>,
    /// Compare with this checkpoint instead of the working tree.
    #[cfg_attr(feature = "cli", arg(value_name = "M"))]
    pub other: Option<u32>,
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
}

/// The differences, without records and without the run's secrets.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The checkpoint that is compared.
    pub from: u32,
    /// `None` for the working tree.
    pub to: Option<u32>,
    /// The paths that differ, and how.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// Compares trees; changes nothing.
pub fn checkpoint_diff(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Reply, Error> {
    let list = checkpoint_list::Request { run: request.run.clone() };
    let list = checkpoint_list::checkpoint_list(project, caller, &list)?;
    let from = checkpoint_show::chosen(&list, request.number)?;
    let old = checkpoint_show::commit_of(from)?;
    let to = request.other.map(|other| checkpoint_show::chosen(&list, Some(other))).transpose()?;
    let new = to.map(checkpoint_show::commit_of).transpose()?;
    let repository = checkpoint_show::repository(project)?;
    let records = checkpoint::records(&repository, project.folder.root());
    let mut comparison = repository.compare(old, new, checkpoint::scope(&records))?;
    let secrets = secrets_of(project, &project.store.glance(&list.run_id)?.run)?;
    comparison.files.iter_mut().for_each(|file| secrets.blot(&mut file.path));
    secrets.blot(&mut comparison.patch);
    Ok(Reply {
        from: from.checkpoint.checkpoint,
        to: to.map(|to| to.checkpoint.checkpoint),
        comparison,
        run_id: list.run_id,
    })
}
