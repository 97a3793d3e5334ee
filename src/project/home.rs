//! Where a run is at home: in its project, and where its branch is checked out. Taken up elsewhere, its
//! gates would work on other files.

use super::Error;
use super::Project;
use crate::event::RunStarted;
use crate::git::Target;
use crate::git::short_branch;
use crate::id::RunId;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;

/// A run belongs to the project that it was begun in: elsewhere its gates would work on other files.
pub fn refuse_other_project(project: &Project, id: &RunId) -> Result<(), Error> {
    let (false, Some(other)) = (project.store.is_of_project(id), project.store.project_of(id))
    else {
        return Ok(());
    };
    let name = if other == "." { "at the root of the repository" } else { &other };
    let error = Error::usage(format!("run {id} belongs to the project {name}"));
    Err(match project.store.folder_of_project(&other) {
        Some(folder) => error.advise(format!("continue there: cd {folder}")),
        None => error,
    })
}

/// What a run is about lies where its branch is checked out: in another worktree its outputs would
/// be missed, its gates opened again, and its commits would pass by that worktree's index.
pub(super) fn refuse_other_worktree(project: &Project, started: &RunStarted) -> Result<(), Error> {
    let branch = started.git.as_ref().and_then(|git| git.branch.as_deref());
    let Target::Branch(branch) = Project::target(branch) else { return Ok(()) };
    let Some(repository) = project.repository()? else { return Ok(()) };
    if repository.branch().as_ref() == Some(&branch) {
        return Ok(());
    }
    let Some(folder) = repository.elsewhere(&branch) else { return Ok(()) };
    let (run, folder) = (&started.run_id, folder.display().to_string());
    let (name, folder) = (short_branch(&branch), folder.trim_end_matches('/'));
    let error = format!("run {run} belongs to {name}, which is checked out in {folder}");
    let there = Advice::from(format!("continue there: cd {folder}"));
    Err(Error::usage(error).advise(if project.store.ticket(run).exists() {
        let restart = Suggestion::new("restart").word(&started.key);
        there.then("\n      or have a worker continue it: ").then(restart)
    } else {
        there
    }))
}
