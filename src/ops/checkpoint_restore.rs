//! Bring the files of a checkpoint back, into the working tree or into a
//! new worktree. Work that nothing else keeps is never written over, and no record goes back.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::checkpoint_list;
use super::checkpoint_show;
use crate::files;
use crate::files::Globs;
use crate::git;
use crate::git::Repository;
use crate::git::Restore;
use crate::git::RestorePlan;
use crate::git::Restored;
use crate::id::RunId;
use crate::source;
use crate::store::checkpoint;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// How many files an error names.
const NAMED_MAX: usize = 8;

/// Arguments of `checkpoint_restore`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Checkpoint number.
    #[cfg_attr(feature = "cli", arg(value_name = "N"))]
    pub number: u32,
    /// Restore into a new git worktree here, and leave this one unchanged.
    #[cfg_attr(feature = "cli", arg(long, value_name = "FOLDER"))]
    pub worktree: Option<PathBuf>,
    /// Restore only these files and folders, relative to the project; repeatable.
    #[cfg_attr(feature = "cli", arg(long = "path", value_name = "GLOB"))]
    #[serde(default)]
    pub paths: Vec<String>,
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
}

/// What was changed.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The number of the checkpoint.
    pub checkpoint: u32,
    /// The new worktree, if one was requested.
    pub worktree: Option<PathBuf>,
    /// The commit that holds the files.
    pub commit: String,
    /// The paths written and removed.
    #[serde(flatten)]
    pub plan: RestorePlan,
}

/// Restores files; changes nothing if anything would be lost.
pub fn checkpoint_restore(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Reply, Error> {
    let list = checkpoint_list::Request { run: request.run.clone() };
    let list = checkpoint_list::checkpoint_list(project, caller, &list)?;
    let entry = checkpoint_show::chosen(&list, Some(request.number))?;
    let commit = checkpoint_show::commit_of(entry)?;
    let repository = checkpoint_show::repository(project)?;
    let records = checkpoint::records(&repository, project.folder.root());
    let wants = wanted(project, &repository, &request.paths)?;
    refuse_unmatched(project, &repository, commit, request)?;
    let snapshot = entry.checkpoint.snapshot.as_ref();
    let restore = Restore {
        commit,
        scope: checkpoint::scope(&records),
        wants: &wants,
        left_out: snapshot.map(|snapshot| snapshot.left_out.as_slice()).unwrap_or_default(),
        keeping: checkpoint::REFS,
    };
    let worktree = request.worktree.as_ref().map(|folder| {
        let unfit =
            |error| Error::usage(format!("cannot use folder {}: {error}", folder.display()));
        std::path::absolute(folder).map_err(unfit)
    });
    let worktree = worktree.transpose()?;
    if let Some(folder) = worktree.as_ref().filter(|folder| files::exists(folder)) {
        return Err(Error::usage(format!("{} already exists", folder.display()))
            .advise("name a folder that does not exist yet"));
    }
    let plan = if let Some(folder) = &worktree {
        let made = repository.restore_into(folder, &restore);
        made.map_err(|error| {
            let is_refused = matches!(error, git::Error::Worktree { .. });
            if is_refused { Error::usage(error.to_string()) } else { error.into() }
        })?
    } else {
        // Under a run that is driven, the files belong to whoever is at work.
        let _lock = crate::project::lock(project, &list.run_id)?;
        done(repository.restore(&restore)?, &list.run_id)?
    };
    let commit = commit.to_owned();
    Ok(Reply { checkpoint: request.number, worktree, commit, plan, run_id: list.run_id })
}

/// Refuses a path that names nothing, neither in the checkpoint nor in the working tree.
fn refuse_unmatched(
    project: &Project,
    repository: &Repository,
    commit: &str,
    request: &Request,
) -> Result<(), Error> {
    if request.paths.is_empty() {
        return Ok(());
    }
    let prefix = repository.path_of(project.folder.root()).unwrap_or_default();
    let all = repository.paths_of(commit)?;
    let inside = |path: &str| Some(path.strip_prefix(&prefix)?.trim_start_matches('/').to_owned());
    let kept: Vec<String> = all.iter().filter_map(|path| inside(path)).collect();
    for path in &request.paths {
        let globs = globs(project, std::slice::from_ref(path))?;
        let is_kept = kept.iter().any(|kept| globs.matches_name(kept));
        if is_kept || !globs.files(&project.folder).unwrap_or_default().is_empty() {
            continue;
        }
        let number = request.number;
        let error = Error::usage(format!(
            "`{path}` matches no file of checkpoint {number} or of the working tree"
        ));
        return Err(match source::nearest(path, kept.iter().map(String::as_str)) {
            Some(near) => error.advise(near),
            None => error.advise_command_that(
                Suggestion::new("checkpoint diff").word(number.to_string()),
                "lists the files that differ",
            ),
        });
    }
    Ok(())
}

/// Whether a path of the repository is among those that were asked for.
fn wanted(
    project: &Project,
    repository: &Repository,
    paths: &[String],
) -> Result<impl Fn(&str) -> bool, Error> {
    let globs = globs(project, paths)?;
    let prefix = repository.path_of(project.folder.root()).unwrap_or_default();
    let takes_all = paths.is_empty();
    Ok(move |path: &str| {
        let inside = path.strip_prefix(&prefix).map(|path| path.trim_start_matches('/'));
        takes_all || inside.is_some_and(|path| globs.matches_name(path))
    })
}

/// What names a folder means what lies in it.
fn globs(project: &Project, paths: &[String]) -> Result<Globs, Error> {
    let below = paths.iter().map(|path| format!("{}/**", path.trim_end_matches('/')));
    let patterns: Vec<String> = paths.iter().cloned().chain(below).collect();
    Globs::new(&patterns, &project.folder).map_err(Error::usage)
}

fn done(restored: Restored, run: &RunId) -> Result<RestorePlan, Error> {
    let named = |paths: &[String]| {
        let more = paths.len().saturating_sub(NAMED_MAX);
        let named = paths.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        if more > 0 { format!("{named} and {more} more") } else { named }
    };
    match restored {
        Restored::Done(plan) => Ok(plan),
        Restored::Unsaved(paths) => Err(Error::usage(format!(
            "these files have changes that no commit or checkpoint contains: {}",
            named(&paths)
        ))
        .advise_command_that(
            Suggestion::new("checkpoint create").of(run),
            "saves the changes; then restore",
        )),
        Restored::Barred(paths) => Err(Error::usage(format!(
            "files that checkpoints do not keep are in the way: {}",
            named(&paths)
        ))
        .advise("move them away, or restore other files only")),
    }
}
