//! `orch record fetch`: fetch the refs with the records of runs from another repository. A run that
//! advanced there can be resumed here; one that advanced on both sides is reported and left alone.

use super::Error;
use super::Project;
use crate::git::Kinship;
use crate::git::Repository;
use crate::id::RunId;
use crate::store::record;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Where refs lie until they are compared with those of the same runs here.
const ASIDE: &str = "refs/orch/fetched/";

/// Arguments of `record_fetch`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Remote name or URL; defaults to the current branch's remote, or else `origin`.
    pub remote: Option<String>,
}

/// What was brought.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Fetched {
    /// The remote.
    pub remote: String,
    /// Runs that are new here, or have advanced there.
    pub brought: Vec<RunId>,
    /// Runs that have advanced there while a process drives them here.
    pub held: Vec<RunId>,
    /// Runs that have advanced on both sides; their refs are under `refs/orch/fetched/`.
    pub forked: Vec<RunId>,
}

/// Brings the refs of all runs that the remote has.
pub fn record_fetch(project: &Project, request: &Request) -> Result<Fetched, Error> {
    let repository = repository(project)?;
    let remote = request.remote.clone().unwrap_or_else(|| repository.usual_remote());
    repository.fetch(&remote, record::REFS, ASIDE, &project.stop)?;
    let mut fetched = Fetched { remote, brought: Vec::new(), held: Vec::new(), forked: Vec::new() };
    for aside in repository.refs_below(ASIDE)? {
        let name = aside.strip_prefix(ASIDE).unwrap_or(&aside);
        let Ok(id) = RunId::parse(name) else { continue };
        let own = record::reference(&id);
        match repository.kinship(&aside, &own)? {
            Kinship::New | Kinship::Ahead => {
                match take_in(project, &repository, (&aside, &own), &id) {
                    Ok(()) => fetched.brought.push(id),
                    Err(Error::Held { .. }) => fetched.held.push(id),
                    Err(error) => return Err(error),
                }
            }
            Kinship::Same | Kinship::Behind => {}
            Kinship::Forked => {
                fetched.forked.push(id);
                continue;
            }
        }
        repository.forget(&aside)?;
    }
    Ok(fetched)
}

/// Moves the ref of a run that nobody drives, and the journal of this machine's own after it.
fn take_in(
    project: &Project,
    repository: &Repository,
    (aside, own): (&str, &str),
    id: &RunId,
) -> Result<(), Error> {
    let _held = crate::project::lock(project, id)?;
    repository.advance(aside, own)?;
    if project.store.is_own(id) {
        project.store.adopt(id)?;
    }
    Ok(())
}

/// The repository, without which there are no refs to send or to bring.
pub(super) fn repository(project: &Project) -> Result<Repository, Error> {
    project.repository()?.ok_or_else(|| {
        let reason = project.uncommitted.clone().unwrap_or_default();
        Error::usage(format!("{reason}: there are no record refs to send or fetch"))
    })
}
