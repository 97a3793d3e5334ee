//! What runs that are over have left on this machine, with its size; removes what is safe to
//! remove, and says why the rest stays.

use super::Error;
use super::Project;
use super::pooled;
use super::pooled::PooledRun;
use crate::event::RunStatus;
use crate::files;
use crate::id::RunId;
use crate::project::leave;
use crate::project::leave::RemovedWorktree;
use crate::project::runs;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `clean`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Remove what is safe to remove.
    #[cfg_attr(feature = "cli", arg(long))]
    pub remove: bool,
    /// Also remove the logs of finished runs, and the file versions kept for comparing.
    #[cfg_attr(feature = "cli", arg(long, requires = "remove"))]
    pub logs: bool,
}

/// What kind of thing was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it, and schemas would repeat them")]
#[non_exhaustive]
pub enum LeftKind {
    Worktree,
    Branch,
    Logs,
}

impl LeftKind {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Something that a run left.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct LeftBehind {
    /// What it is.
    pub kind: LeftKind,
    /// Its folder, or its name.
    pub name: String,
    /// The run that left it.
    pub run_id: RunId,
    /// Its size in bytes; null for what has none of its own.
    pub bytes: Option<u64>,
    /// Why it stays; null where it is safe to remove.
    pub kept_because: Option<String>,
    /// Whether it was removed.
    pub removed: bool,
}

/// Lists what was left, the worktrees first; removes what is safe where that is asked.
pub fn clean(project: &Project, request: Request) -> Result<Vec<LeftBehind>, Error> {
    let mut left = Vec::new();
    let pooled = pooled::all(project)?;
    let is_over = |run: &&PooledRun| run.status.is_some_and(RunStatus::is_final);
    for run in pooled.iter().filter(is_over) {
        left.extend(worktree(project, run, request.remove)?);
    }
    for run in pooled.iter().filter(is_over) {
        if let Some(branch) = pooled::own_branch(&pooled, run) {
            left.extend(left_branch(project, (&run.run_id, branch), request.remove)?);
        }
    }
    for entry in runs::runs(project)? {
        if entry.status.is_final() {
            left.extend(logs(project, &entry.run_id, request.remove && request.logs)?);
        }
    }
    Ok(left)
}

fn worktree(
    project: &Project,
    run: &PooledRun,
    removes: bool,
) -> Result<Option<LeftBehind>, Error> {
    let Some(folder) = &run.folder else { return Ok(None) };
    if !leave::has_worktree(project, &run.run_id)? {
        return Ok(None);
    }
    let _alone = removes.then(|| leave::alone(project, &run.run_id)).transpose()?;
    let mut left = LeftBehind {
        kind: LeftKind::Worktree,
        name: folder.display().to_string(),
        run_id: run.run_id.clone(),
        bytes: Some(files::bytes_below(folder)),
        kept_because: leave::why_it_stays(project, &run.run_id)?,
        removed: false,
    };
    if removes && left.kept_because.is_none() {
        leave::remove_worktree(project, &run.run_id, &mut RemovedWorktree::default())?;
        left.removed = true;
    }
    Ok(Some(left))
}

fn left_branch(
    project: &Project,
    (run, branch): (&RunId, &str),
    removes: bool,
) -> Result<Option<LeftBehind>, Error> {
    let Some(repository) = project.repository()? else { return Ok(None) };
    if !repository.has_branch(branch)? {
        return Ok(None);
    }
    let kept_because = if leave::is_checked_out(&repository, branch) {
        Some("it is checked out".to_owned())
    } else if repository.is_branch_elsewhere(branch)? {
        None
    } else {
        Some("no other branch and no remote has its commits".to_owned())
    };
    let mut left = LeftBehind {
        kind: LeftKind::Branch,
        name: branch.to_owned(),
        run_id: run.clone(),
        bytes: None,
        kept_because,
        removed: false,
    };
    if removes && left.kept_because.is_none() {
        repository.delete_branch(branch)?;
        left.removed = true;
    }
    Ok(Some(left))
}

fn logs(project: &Project, run: &RunId, removes: bool) -> Result<Option<LeftBehind>, Error> {
    let place = project.store.logs(run);
    let places = [place.clone(), project.store.versions(run)];
    let bytes = places.iter().map(|place| files::bytes_below(&place.path())).sum();
    if bytes == 0 {
        return Ok(None);
    }
    for place in places.iter().filter(|_| removes) {
        files::remove_folder(&place.path()).map_err(|source| Error::disk(place, source))?;
    }
    Ok(Some(LeftBehind {
        kind: LeftKind::Logs,
        name: project.shown(&place.path()),
        run_id: run.clone(),
        bytes: Some(bytes),
        kept_because: None,
        removed: removes,
    }))
}
