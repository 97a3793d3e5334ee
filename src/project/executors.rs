//! What works at runs: whether a process was started by it. That is known by what the processes above it
//! hold and were started with, and by the process groups that runs have noted down, not by what any
//! program is called.

use super::Project;
use super::orphans;
use crate::files::Lock;
use crate::id::RunId;
use crate::process::Life;
use crate::process::Lineage;
use crate::store::Store;
use std::fmt;

/// Why whoever asks is not taken for a person.
pub enum Doubt {
    /// It is, or was started by, what works at a run; how that is known.
    AtWork(String),
    /// It may be; what keeps that from being told.
    Hidden(String),
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtWork(how) | Self::Hidden(how) => f.write_str(how),
        }
    }
}

/// Whether this is, or was started by, what works at a run, as far as that can be told.
pub fn executor(project: &Project) -> Option<Doubt> {
    let Some(above) = Lineage::see() else {
        return Some(Doubt::Hidden("/proc does not show the processes above this one".to_owned()));
    };
    executor_in(project, &above)
}

/// The same of the first of these processes, which stand above each other.
pub fn executor_in(project: &Project, above: &Lineage) -> Option<Doubt> {
    let driver = above
        .holder_above(Store::is_lock)
        .map(|driver| format!("below process {driver}, which drives a run"));
    let marked = || {
        above
            .marked_at_work()
            .map(|process| format!("process {process} is doing the work of a gate"))
    };
    let grouped = || {
        group_at_work(project, above)
            .map(|group| format!("process group {group} is doing the work of a gate"))
    };
    let at_work = driver.or_else(marked).or_else(grouped).map(Doubt::AtWork);
    at_work.or_else(|| hidden_driver(project, above).map(Doubt::Hidden))
}

/// Whoever drives a run of the repository from outside this container or sandbox: what it started
/// cannot be told from anybody else here.
fn hidden_driver(project: &Project, above: &Lineage) -> Option<String> {
    let runs = project.store.runs_of_all_projects().unwrap_or_default();
    let outside = |id: &RunId| {
        let holder = Lock::holder(&project.store.lock_place(id))?;
        let is_outside = !holder.is_elsewhere() && above.may_begin_in(holder.namespace?);
        is_outside.then(|| {
            let process = holder.process;
            format!("process {process} drives run {id} from outside this container")
        })
    };
    let hidden = || {
        let folder = project.store.git_folder()?;
        above
            .is_deceived_about(&folder)
            .then(|| format!("something else is mounted in {}", project.shown(&folder)))
    };
    runs.iter().find_map(outside).or_else(hidden)
}

/// The group of this process, or of one above it, where a run of the repository has noted it as that
/// of a program at work: also after the run's driver was killed.
fn group_at_work(project: &Project, above: &Lineage) -> Option<u32> {
    let own = above.groups();
    let runs = project.store.runs_of_all_projects().unwrap_or_default();
    let at_work = runs.iter().flat_map(|id| orphans::find(project, id).unwrap_or_default());
    let mut groups = at_work.filter_map(|orphan| match orphan.life {
        Life::AtWork(group) => Some(group),
        Life::Ended | Life::Unknown { .. } => None,
    });
    groups.find(|group| own.contains(group))
}
