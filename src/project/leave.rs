//! Leaving a worktree: whatever no branch and no remote has is kept under a ref first, and the reply
//! names that ref.

use super::Error;
use super::Project;
use crate::files;
use crate::git::Repository;
use crate::git::Scope;
use crate::git::Shot;
use crate::id::RunId;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;

/// Where work is kept whose worktree or branch was removed.
const SAVED: &str = "refs/orch/saved/";

/// What became of a worktree and its branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct RemovedWorktree {
    /// The folder that was removed.
    pub folder: Option<PathBuf>,
    /// The branch that was deleted.
    pub branch: Option<String>,
    /// The refs that hold what nothing else did.
    pub saved: Vec<String>,
}

/// Removes the worktree of a run. Changes that are not committed are kept under a ref.
pub fn remove_worktree(
    project: &Project,
    run: &RunId,
    removed: &mut RemovedWorktree,
) -> Result<(), Error> {
    let folder = project.workspace_of(run);
    let Some(repository) = project.repository()? else { return Ok(()) };
    let Some(home) = project.home_of(run)? else {
        // It was removed by hand: git is told.
        return Ok(repository.prune_worktrees()?);
    };
    let Some(own) = home.repository()? else { return Ok(()) };
    if own.is_locked_worktree() {
        let shown = own.work_folder().display();
        return Err(Error::usage(format!("the worktree {shown} is locked"))
            .advise(format!("unlock it first: git worktree unlock {shown}")));
    }
    if !own.uncommitted(&[], |path| is_work(&home, path))?.iter().all(|file| file.is_ignored) {
        let reference = format!("{SAVED}{run}/worktree");
        let message = format!("Work of run {run} that was not committed");
        own.snapshot(&Shot {
            scope: Scope { except: crate::contract::RUNS, bytes_max: u64::MAX },
            reference: &reference,
            before: None,
            message: &message,
        })?;
        removed.saved.push(reference);
    }
    let tree = own.work_folder().to_owned();
    repository.remove_worktree(&tree)?;
    removed.folder = Some(folder);
    Ok(())
}

/// Deletes the branch of a run. Commits that no other branch and no remote has are kept under a ref.
pub fn delete_branch(
    project: &Project,
    (run, branch): (&RunId, &str),
    removed: &mut RemovedWorktree,
) -> Result<(), Error> {
    let Some(repository) = project.repository()? else { return Ok(()) };
    if !repository.has_branch(branch)? {
        return Ok(());
    }
    if !repository.is_branch_elsewhere(branch)? {
        let reference = format!("{SAVED}{run}/branch");
        repository.keep_branch(branch, &reference)?;
        removed.saved.push(reference);
    }
    repository.delete_branch(branch)?;
    removed.branch = Some(branch.to_owned());
    Ok(())
}

/// Why a worktree is not safe to remove: it holds what no commit does, or somebody locked it.
pub fn why_it_stays(project: &Project, run: &RunId) -> Result<Option<String>, Error> {
    let Some(home) = project.home_of(run)? else { return Ok(None) };
    let Some(own) = home.repository()? else { return Ok(None) };
    if own.is_locked_worktree() {
        return Ok(Some("it is locked".to_owned()));
    }
    let uncommitted = own.uncommitted(&[], |path| is_work(&home, path))?;
    let count = uncommitted.iter().filter(|file| !file.is_ignored).count();
    Ok((count > 0).then(|| format!("{count} changes are not committed")))
}

/// Whether a path is work, and not what `orch` keeps beside it.
fn is_work(home: &Project, path: &str) -> bool {
    let context = &home.config.worktrees.context;
    !Path::new(path).starts_with(context) && !path.contains(crate::contract::RUNS)
}

/// Whether a run has a worktree of its own that is there.
pub fn has_worktree(project: &Project, run: &RunId) -> bool {
    let folder = project.workspace_of(run);
    folder != project.folder.root() && files::exists(&folder)
}

/// Whether a branch is checked out in a worktree.
pub fn is_checked_out(repository: &Repository, branch: &str) -> bool {
    repository.elsewhere(&format!("refs/heads/{branch}")).is_some()
}
