//! Push the refs with the records of runs to another repository.

use super::Error;
use super::Project;
use super::record_fetch::remote;
use super::record_fetch::repository;
use crate::store::record;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `record_push`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Remote name or URL; defaults to the current branch's remote, or else `origin`.
    pub remote: Option<String>,
}

/// What was sent.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Pushed {
    /// The remote.
    pub remote: String,
    /// The refs that are now the same on the remote.
    pub refs: Vec<String>,
}

/// Sends the refs of all runs. Nothing is forced: a run that went on there is an error.
pub fn record_push(project: &Project, request: &Request) -> Result<Pushed, Error> {
    let repository = repository(project)?;
    let remote = remote(&repository, request.remote.as_deref(), "record push")?;
    let refs = repository.refs_below(record::REFS)?;
    if !refs.is_empty() {
        repository.push(&remote, record::REFS, &project.stop)?;
    }
    Ok(Pushed { remote, refs })
}
