//! Who asks: whether this process was started by what works at a run. That is known by what the
//! processes above it hold and were started with, and by the process groups that runs have noted
//! down, not by what any program is called.

use super::Caller;
use crate::files::Lock;
use crate::id::RunId;
use crate::process::Life;
use crate::process::Lineage;
use crate::project::Error;
use crate::project::Project;
use crate::project::orphans;
use crate::store::Store;
use std::fmt;
use std::iter;

/// No run has more above it; a bound where records name each other as parents.
const GENERATIONS_MAX: usize = 100;

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

/// What works at a run acts on that run and on its child runs; all other runs are for people, and for
/// whoever they let act for them.
pub fn refuse_workers_of_others(
    project: &Project,
    caller: &Caller,
    run: &RunId,
) -> Result<(), Error> {
    let is_below = matches!(executor(project), Some(Doubt::AtWork(_)));
    if !is_below && !caller.is_at_work() || is_for_run_or_parent(project, caller, run) {
        return Ok(());
    }
    // Where nothing says at which run it works, the parts of runs are its own.
    if !is_below && caller.run.is_none() && parent(project, run).is_some() {
        return Ok(());
    }
    Err(Error::usage(format!("an agent that works at another run cannot act on run {run}"))
        .advise("a person must run it in their own terminal"))
}

/// Whether what asks works at this run, or at one that this is a part of.
fn is_for_run_or_parent(project: &Project, caller: &Caller, run: &RunId) -> bool {
    let at_hand = Lineage::see().and_then(|above| above.work_at_hand());
    let is_own = |run: &RunId| match &at_hand {
        Some(mark) => mark.starts_with(project.store.at_work(run).path()),
        None => caller.run.as_deref() == Some(run.as_str()),
    };
    let mut above = iter::successors(Some(run.clone()), |run| parent(project, run));
    above.by_ref().take(GENERATIONS_MAX).any(|run| is_own(&run))
}

fn parent(project: &Project, run: &RunId) -> Option<RunId> {
    project.store.glance(run).ok()?.run.started.parent
}

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
    let driver = above
        .holder_above(Store::is_lock)
        .map(|driver| format!("below process {driver}, which drives a run"));
    let marked = || {
        above
            .marked_at_work()
            .map(|process| format!("process {process} is doing the work of a gate"))
    };
    let grouped = || {
        group_at_work(project, &above)
            .map(|group| format!("process group {group} is doing the work of a gate"))
    };
    let at_work = driver.or_else(marked).or_else(grouped).map(Doubt::AtWork);
    at_work.or_else(|| hidden_driver(project, &above).map(Doubt::Hidden))
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

/// Whether this is, or was started by, what works at a run.
pub fn is_executor(project: &Project) -> bool {
    executor(project).is_some()
}

/// What works at a run gives no person's word, whoever it is otherwise.
pub fn refuse_executors(project: &Project) -> Result<(), Error> {
    let (problem, help) = match executor(project) {
        None => return Ok(()),
        Some(Doubt::AtWork(how)) => (
            format!("this command requires a person, not a process that a run started ({how})"),
            "a person must run it in their own terminal",
        ),
        Some(Doubt::Hidden(why)) => (
            format!(
                "this command requires a person, but orch cannot tell whether a run started \
                 this process: {why}"
            ),
            "a person must run it in their own terminal, outside of this container or sandbox",
        ),
    };
    Err(Error::usage(problem).advise(help))
}
