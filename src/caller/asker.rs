//! Who asks: whether this process was started by what works at a run. That is known by what the
//! processes above it hold and were started with, and by the process groups that runs have noted
//! down, not by what any program is called.

use super::Caller;
use crate::process;
use crate::process::Life;
use crate::project::Error;
use crate::project::Project;
use crate::project::orphans;
use crate::store::Store;

/// A person's word is never an agent's: not with an agent's marks in the environment, nor below a
/// live executor, however far away it went and whatever it cleared away.
pub fn refuse_agents(project: &Project, caller: &Caller) -> Result<(), Error> {
    if let Some(mark) = &caller.agent_mark {
        return Err(Error::usage(format!(
            "this command requires a person, not an agent ({mark} is set)"
        ))
        .advise("a person must run it in their own terminal"));
    }
    refuse_executors(project)
}

/// Whether this is, or was started by, what works at a run; and how that is known.
pub fn executor(project: &Project) -> Option<String> {
    let driver = process::holder_above(Store::is_lock)
        .map(|driver| format!("below process {driver}, which drives a run"));
    let marked = || {
        process::marked_at_work()
            .map(|process| format!("process {process} is doing the work of a gate"))
    };
    driver.or_else(marked).or_else(|| {
        group_at_work(project)
            .map(|group| format!("process group {group} is doing the work of a gate"))
    })
}

/// The group of this process, or of one above it, where a run of the repository has noted it as that
/// of a program at work: also after the run's driver was killed.
fn group_at_work(project: &Project) -> Option<u32> {
    let own = process::groups_above();
    let runs = project.store.runs_of_all_projects().unwrap_or_default();
    let at_work = runs.iter().flat_map(|id| orphans::find(project, id).unwrap_or_default());
    let mut groups = at_work.filter_map(|orphan| match orphan.life {
        Life::AtWork(group) => Some(group),
        Life::Ended | Life::Unknown { .. } => None,
    });
    groups.find(|group| own.contains(group))
}

/// Whether this is, or was started by, what works at a run.
pub fn is_executor(project: &Project) -> bool {
    executor(project).is_some()
}

/// What works at a run gives no person's word, whoever it is otherwise.
pub fn refuse_executors(project: &Project) -> Result<(), Error> {
    match executor(project) {
        None => Ok(()),
        Some(place) => Err(Error::usage(format!(
            "this command requires a person, not a process that a run started ({place})"
        ))
        .advise("a person must run it in their own terminal")),
    }
}
