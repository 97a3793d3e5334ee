//! Who asks: whether this process was started by what works at a run. That is known by what the
//! processes above it hold and were started with, and by the process groups that runs have noted
//! down, not by what any program is called.

use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use super::orphans;
use crate::id::RunId;
use crate::process;
use crate::process::Life;
use crate::store::Store;

/// A person's word is never an agent's: not with an agent's marks in the environment, nor below a
/// live executor, however far away it went and whatever it cleared away.
pub fn refuse_agents(site: &Site) -> Result<(), Error> {
    if let Some(mark) = &site.caller.agent_mark {
        return Err(Error::usage(format!(
            "a person's word cannot be given by an agent ({mark} is set)"
        ))
        .advise("a person types this in a terminal of their own"));
    }
    refuse_executors(site)
}

/// An agent ends no run but a part of the one that it works for, such as a task that it began: how a
/// run ends otherwise is for its gates or a person to say.
pub fn refuse_ending(site: &Site, id: &RunId) -> Result<(), Error> {
    let mark = site.caller.agent_mark.as_ref().map(|mark| format!("{mark} is set"));
    let Some(agent) = mark.or_else(|| executor(site)) else { return Ok(()) };
    let run = site.store.read(id)?.run;
    let chosen = site.caller.run.clone().map(|name| RunChoice { run: Some(name) });
    let is_own = chosen.is_some_and(|own| choose::run(site, &own).is_ok_and(|own| own == *id));
    if run.status.is_end() || run.started.parent.is_some() && !is_own {
        return Ok(());
    }
    Err(Error::usage(format!("run {id} cannot be ended by an agent ({agent})")).advise(
        "orch gate fail --reason \"…\" says that a gate's work cannot be done; a person ends the run \
         in a terminal of their own",
    ))
}

/// Whether this is, or was started by, what works at a run; and how that is known.
fn executor(site: &Site) -> Option<String> {
    let driver = process::holder_above(Store::is_lock)
        .map(|driver| format!("below process {driver}, which drives a run"));
    let marked = || {
        process::marked_at_work().map(|process| format!("process {process} is at work at a gate"))
    };
    driver.or_else(marked).or_else(|| {
        group_at_work(site).map(|group| format!("process group {group} is at work at a gate"))
    })
}

/// The group of this process, or of one above it, where a run of the project has noted it as that of
/// a program at work: also after the run's driver was killed.
fn group_at_work(site: &Site) -> Option<u32> {
    let own = process::groups_above();
    let runs = site.store.runs().unwrap_or_default();
    let at_work = runs.iter().flat_map(|id| orphans::find(site, id).unwrap_or_default());
    let mut groups = at_work.filter_map(|orphan| match orphan.life {
        Life::AtWork(group) => Some(group),
        Life::Ended | Life::Unknown { .. } => None,
    });
    groups.find(|group| own.contains(group))
}

/// Whether this is, or was started by, what works at a run.
pub fn is_executor(site: &Site) -> bool {
    executor(site).is_some()
}

/// What works at a run gives no person's word, whoever it is otherwise.
pub fn refuse_executors(site: &Site) -> Result<(), Error> {
    match executor(site) {
        None => Ok(()),
        Some(place) => Err(Error::usage(format!(
            "a person's word cannot be given by what a run has started ({place})"
        ))
        .advise("a person types this in a terminal of their own")),
    }
}
