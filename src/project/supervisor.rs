//! The process that gives out the slots of the pool: started where runs wait and none is alive.

use super::Error;
use super::Project;
use super::itself;
use super::itself::Task;

/// Starts one where runs wait and nobody gives out slots. Without a program to start they wait until
/// somebody does.
pub fn hire(project: &Project) -> Result<(), Error> {
    let pool = project.store.pool();
    if pool.length() == 0 || pool.supervisor_holder().is_some() {
        return Ok(());
    }
    match itself::start(project, Task::Worker) {
        // Of two that are started at once the second finds the place taken.
        Err(_) if pool.supervisor_holder().is_some() || pool.length() == 0 => Ok(()),
        started => started.map(drop),
    }
}
