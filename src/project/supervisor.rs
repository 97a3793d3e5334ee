//! The process that gives out the slots of the pool: started where runs wait and none is alive.

use super::Error;
use super::Project;
use super::itself;
use super::itself::Task;
use crate::files;

/// The folder where it works: it outlives the worktree of the run that needed it.
fn seat(project: &Project) -> Result<Project, Error> {
    let main = project.repository()?.map(|repository| repository.main_work_folder());
    let below = project.store.project_path().filter(|path| *path != ".").unwrap_or_default();
    let folder = main.map(|main| main.join(below)).filter(|folder| files::exists(folder));
    project.in_folder(folder.as_deref().unwrap_or_else(|| project.folder.root()))
}

/// How often it is tried to start one: it may be killed before it says that it is ready.
const TRIES: usize = 3;

/// Starts one where there is something to do and nobody gives out slots. Without a program to start,
/// runs wait until somebody does.
pub fn hire(project: &Project) -> Result<(), Error> {
    // Who has it from the engine gives it back there.
    if project.share.is_some() {
        return Ok(());
    }
    let pool = project.store.pool();
    let is_needed = || {
        let has_work = pool.has_work();
        let trouble = |source| Error::environment(format!("cannot read the pool: {source}"));
        has_work.map(|has_work| has_work && pool.supervisor_holder().is_none()).map_err(trouble)
    };
    let mut started = Ok(());
    for _ in 0..TRIES {
        // Of two that are started at once the second finds the place taken.
        if !is_needed()? {
            return Ok(());
        }
        started = itself::start(&seat(project)?, Task::Worker).map(drop);
        if started.is_ok() {
            break;
        }
    }
    started
}
