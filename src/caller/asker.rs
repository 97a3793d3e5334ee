//! Who asks: whether this process was started by what works at a run, and what it may not do then.

use super::Caller;
use super::Mark;
use crate::id::RunId;
use crate::process::Lineage;
use crate::project::Error;
use crate::project::Project;
use crate::project::executors::Doubt;
use std::iter;

pub use crate::project::executors::executor;

/// No run has more above it; a bound where records name each other as parents.
const GENERATIONS_MAX: usize = 100;

/// A person's word is never an agent's: not with an agent's marks in the environment, nor below a
/// live executor, however far away it went and whatever it cleared away.
pub fn refuse_agents(project: &Project, caller: &Caller) -> Result<(), Error> {
    let problem = match &caller.agent_mark {
        None => return refuse_executors(project),
        Some(mark @ (Mark::AtWork(_) | Mark::Agent(_))) => {
            format!("this command requires a person, not an agent ({mark} is set)")
        }
        Some(Mark::Client(what)) => format!("this requires a person; {what} cannot act as one"),
    };
    Err(Error::usage(problem).advise("a person must run it in their own terminal"))
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
    // Where nothing says at which run it works, a child run may be its own.
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

/// Whether this is, or was started by, what works at a run.
pub fn is_executor(project: &Project) -> bool {
    executor(project).is_some()
}

/// Neither what works at a run gives a person's word, nor what asks over a connection: that may be
/// started by a run, for all that can be told.
pub fn refuse_unknown(project: &Project, caller: &Caller) -> Result<(), Error> {
    match caller.agent_mark {
        Some(Mark::Client(_)) => refuse_agents(project, caller),
        Some(Mark::AtWork(_) | Mark::Agent(_)) | None => refuse_executors(project),
    }
}

/// What works at a run gives no person's word, whoever it is otherwise.
fn refuse_executors(project: &Project) -> Result<(), Error> {
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
