//! Fetch the refs with the records of runs from another repository. A run that
//! advanced there can be resumed here; one that advanced on both sides, or whose record there is not
//! what its journal says, is reported and left alone: the ref here is what others are compared with.

use super::Error;
use super::Project;
use crate::git::Kinship;
use crate::git::Repository;
use crate::git::Target;
use crate::id::RunId;
use crate::source::nearest;
use crate::store::journal::Reading;
use crate::store::record;
use crate::store::record::ExpectedRecord;
use crate::store::record::RecordState;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
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
    /// Runs whose records there are damaged; their refs are under `refs/orch/fetched/`.
    pub damaged: Vec<DamagedRecord>,
}

/// A record that was fetched and not taken in.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct DamagedRecord {
    /// The run.
    pub run_id: RunId,
    /// The first thing that is wrong.
    pub problem: String,
}

/// What a ref that was fetched is to the run here.
enum Brought {
    /// All of it is here.
    Known,
    Sound,
    Forked,
    Damaged(String),
}

/// Brings the refs of all runs that the remote has.
pub fn record_fetch(project: &Project, request: &Request) -> Result<Fetched, Error> {
    let repository = repository(project)?;
    let remote = remote(&repository, request.remote.as_deref(), "record fetch")?;
    repository.fetch(&remote, record::REFS, ASIDE, &project.stop)?;
    let (brought, held, forked, damaged) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut fetched = Fetched { remote, brought, held, forked, damaged };
    for aside in repository.refs_below(ASIDE)? {
        let name = aside.strip_prefix(ASIDE).unwrap_or(&aside);
        let Ok(id) = RunId::parse(name) else { continue };
        let own = record::reference(&id);
        let brought = match repository.kinship(&aside, &own)? {
            Kinship::New | Kinship::Ahead => take_in(project, &repository, (&aside, &own), &id),
            Kinship::Forked => Ok(Brought::Forked),
            Kinship::Same | Kinship::Behind => Ok(Brought::Known),
        };
        let is_left = match brought {
            Ok(Brought::Known) => false,
            Ok(Brought::Sound) => {
                fetched.brought.push(id);
                false
            }
            Ok(Brought::Forked) => {
                fetched.forked.push(id);
                true
            }
            Ok(Brought::Damaged(problem)) => {
                fetched.damaged.push(DamagedRecord { run_id: id, problem });
                true
            }
            Err(Error::Held { .. }) => {
                fetched.held.push(id);
                false
            }
            Err(error) => return Err(error),
        };
        if !is_left {
            repository.forget(&aside)?;
        }
    }
    Ok(fetched)
}

/// Whether a ref holds a record of this run that is what its journal says, and goes on from what is
/// known of the run here.
fn look(
    project: &Project,
    repository: &Repository,
    aside: &str,
    id: &RunId,
) -> Result<Brought, Error> {
    let reading = match project.store.read_ref(aside) {
        Ok(reading) => reading,
        Err(error) => return Ok(Brought::Damaged(error.to_string())),
    };
    if reading.run.started.run_id != *id {
        let other = reading.run.started.run_id;
        return Ok(Brought::Damaged(format!("it is the record of run {other}")));
    }
    if let Some(problem) = difference(repository, aside, &reading)? {
        return Ok(Brought::Damaged(problem));
    }
    let own = record::reference(id);
    // A ref that is damaged here already cannot tell what must be in it.
    let known = [project.store.read_own(id)?, project.store.read_ref(&own).ok()];
    let is_same_run = |known: &Reading| {
        reading.bytes.starts_with(&known.bytes) || known.bytes.starts_with(&reading.bytes)
    };
    Ok(if known.iter().flatten().all(is_same_run) { Brought::Sound } else { Brought::Forked })
}

/// Where the record that a ref holds is first not what its journal says.
fn difference(
    repository: &Repository,
    reference: &str,
    reading: &Reading,
) -> Result<Option<String>, Error> {
    let found = repository.find(&Target::Ref(reference.to_owned()))?;
    let folder = found.map(|found| repository.folder_in(&found, "")).transpose()?.flatten();
    let files = folder.map(|folder| repository.files_below(folder)).transpose()?;
    Ok(match ExpectedRecord::of(reading).standing(&files.unwrap_or_default()) {
        RecordState::Whole | RecordState::Behind(_) | RecordState::Unfinished => None,
        RecordState::Different(differences) => differences.first().map(|first| {
            let line = first.line.map(|line| format!(" line {line}")).unwrap_or_default();
            format!("{reference}:{}{line}: {}", first.path, first.message)
        }),
    })
}

/// Moves the ref of a run that nobody drives, if what was brought is sound, and the journal of this
/// machine's own after it.
fn take_in(
    project: &Project,
    repository: &Repository,
    (aside, own): (&str, &str),
    id: &RunId,
) -> Result<Brought, Error> {
    let _held = crate::project::lock(project, id)?;
    let brought = look(project, repository, aside, id)?;
    if matches!(brought, Brought::Sound) {
        repository.advance(aside, own)?;
        if project.store.is_own(id) {
            project.store.adopt(id)?;
        }
    }
    Ok(brought)
}

/// The remote that is meant, which git must know: its own words name no way out.
pub(super) fn remote(
    repository: &Repository,
    asked: Option<&str>,
    command: &'static str,
) -> Result<String, Error> {
    let remote = asked.map_or_else(|| repository.usual_remote(), str::to_owned);
    if repository.finds_remote(&remote) {
        return Ok(remote);
    }
    let known = repository.remotes();
    let add = Advice::program(&["git", "remote", "add", &remote, "URL"]);
    let help = match (nearest(&remote, known.iter().map(String::as_str)), known.first()) {
        (Some(nearest), _) => nearest.into(),
        (None, None) => add,
        (None, Some(first)) => add.then(", or ").then(Suggestion::new(command).word(first)),
    };
    Err(Error::usage(format!("no remote named `{remote}`")).advise(help))
}

/// The repository, without which there are no refs to send or to bring.
pub(super) fn repository(project: &Project) -> Result<Repository, Error> {
    project.repository()?.ok_or_else(|| {
        let reason = project.uncommitted.clone().unwrap_or_default();
        Error::usage(format!("{reason}: there are no record refs to send or fetch"))
    })
}
