//! Leaving a worktree: whatever no branch and no remote has is kept under a ref first, and the reply
//! names that ref. Nothing is touched but what was made for the run itself.

use super::Error;
use super::Project;
use super::worktree;
use crate::files;
use crate::files::Lock;
use crate::git::Repository;
use crate::git::Scope;
use crate::git::Shot;
use crate::id::RunId;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// Where work is kept whose worktree or branch was removed.
const SAVED: &str = "refs/orch/saved/";

/// How long another process may take that removes the same.
const REMOVED_WITHIN: Duration = Duration::from_mins(1);

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

/// The worktree that was made for a run.
struct Own {
    home: Project,
    repository: Repository,
}

/// The worktree of a run, where it is there and its own: a folder of that name may be another run's by
/// now, or a person's.
fn own(project: &Project, run: &RunId) -> Result<Option<Own>, Error> {
    if !worktree::is_own(worktree::order_of(project, run).as_ref()) {
        return Ok(None);
    }
    let Some(home) = project.home_of(run)? else { return Ok(None) };
    let Some(repository) = home.repository()? else { return Ok(None) };
    let is_its = repository.worktree_owner().is_some_and(|owner| owner == run.as_str());
    Ok(is_its.then_some(Own { home, repository }))
}

/// The right to remove what a run left: of two who do at once, the second finds nothing.
pub fn alone(project: &Project, run: &RunId) -> Result<Lock, Error> {
    let place = project.store.leave_lock(run);
    let taken = Lock::take(&place, "", REMOVED_WITHIN);
    let taken = taken.map_err(|source| Error::disk(&place, source))?;
    taken.map_err(|held| Error::Held { what: format!("the worktree of {run}"), run: None, held })
}

/// Removes the worktree of a run. Changes that are not committed, and commits that no branch has, are
/// kept under refs.
pub fn remove_worktree(
    project: &Project,
    run: &RunId,
    removed: &mut RemovedWorktree,
) -> Result<(), Error> {
    let Some(main) = project.repository()? else { return Ok(()) };
    let folder = project.workspace_of(run);
    let Some(Own { home, repository }) = own(project, run)? else {
        // One that was removed by hand, or not to its end: git is told.
        if worktree::is_own(worktree::order_of(project, run).as_ref()) {
            let aside = aside(&folder, run);
            files::remove_tree(&aside)
                .map_err(|error| Error::environment(format!("{}: {error}", aside.display())))?;
            main.prune_worktrees()?;
        }
        return Ok(());
    };
    if let Some(reason) = why_git_keeps_it(&repository)? {
        return Err(reason);
    }
    if !repository.uncommitted(&[], |path| is_work(&home, path))?.iter().all(|it| it.is_ignored) {
        let reference = repository.free_ref(&format!("{SAVED}{run}/worktree"), None)?;
        let message = format!("Work of run {run} that was not committed");
        repository.snapshot(&Shot {
            scope: Scope { except: crate::contract::RUNS, bytes_max: u64::MAX },
            reference: &reference,
            before: None,
            message: &message,
        })?;
        removed.saved.push(reference);
    }
    if let Some(head) = repository.head_alone()? {
        removed.saved.push(repository.keep(&head, &format!("{SAVED}{run}/head"))?);
    }
    let tree = repository.work_folder().to_owned();
    main.remove_worktree(&tree, &aside(&tree, run))?;
    removed.folder = Some(folder);
    Ok(())
}

/// Where a worktree lies while it is removed.
fn aside(tree: &Path, run: &RunId) -> PathBuf {
    tree.with_file_name(format!(".removed-{run}"))
}

/// Why a worktree cannot be removed, whatever is saved of it.
fn why_git_keeps_it(repository: &Repository) -> Result<Option<Error>, Error> {
    let shown = repository.work_folder().display();
    if repository.is_locked_worktree() {
        return Ok(Some(
            Error::usage(format!("the worktree {shown} is locked"))
                .advise(format!("unlock it first: git worktree unlock {shown}")),
        ));
    }
    let within = repository.repositories_within()?;
    Ok(within.first().map(|path| {
        let message = format!("the worktree {shown} holds another git repository: {path}");
        Error::usage(message).advise("push or move what it holds, then remove that folder")
    }))
}

/// Deletes the branch of a run. Commits that no other branch and no remote has are kept under a ref.
pub fn delete_branch(
    project: &Project,
    (run, branch): (&RunId, &str),
    removed: &mut RemovedWorktree,
) -> Result<(), Error> {
    let Some(repository) = project.repository()? else { return Ok(()) };
    let Some(end) = repository.branch_end(branch)? else { return Ok(()) };
    if is_checked_out(&repository, branch) {
        return Err(Error::usage(format!("branch {branch} is checked out"))
            .advise("switch to another branch there first"));
    }
    if !repository.is_branch_elsewhere(branch)? {
        removed.saved.push(repository.keep(&end, &format!("{SAVED}{run}/branch"))?);
    }
    repository.delete_branch(branch)?;
    removed.branch = Some(branch.to_owned());
    Ok(())
}

/// Why a worktree is not safe to remove: it holds what no commit does, or git keeps it.
pub fn why_it_stays(project: &Project, run: &RunId) -> Result<Option<String>, Error> {
    let Some(Own { home, repository }) = own(project, run)? else { return Ok(None) };
    if let Some(error) = why_git_keeps_it(&repository)? {
        return Ok(Some(error.to_string()));
    }
    if repository.head_alone()?.is_some() {
        return Ok(Some("no branch and no remote has its last commit".to_owned()));
    }
    let uncommitted = repository.uncommitted(&[], |path| is_work(&home, path))?;
    let count = uncommitted.iter().filter(|file| !file.is_ignored).count();
    let changes = if count == 1 { "change is" } else { "changes are" };
    Ok((count > 0).then(|| format!("{count} {changes} not committed")))
}

/// Whether a path is work, and not what `orch` keeps beside it.
fn is_work(home: &Project, path: &str) -> bool {
    let context = &home.config.worktrees.context;
    !Path::new(path).starts_with(context) && !path.contains(crate::contract::RUNS)
}

/// Whether the worktree that was made for a run is there.
pub fn has_worktree(project: &Project, run: &RunId) -> Result<bool, Error> {
    Ok(own(project, run)?.is_some())
}

/// Whether a branch is checked out in a worktree, or in the project.
pub fn is_checked_out(repository: &Repository, branch: &str) -> bool {
    let name = format!("refs/heads/{branch}");
    repository.elsewhere(&name).is_some() || repository.branch().as_deref() == Some(&name)
}
