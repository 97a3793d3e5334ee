//! Taking a run that another process may drive: that one is asked to stop, and waited for within
//! a bound. Nobody writes to a run before its driver has let go of it.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::choose;
use super::next;
use crate::caller::Mark;
use crate::caller::asker;
use crate::clock::parse_duration;
use crate::clock::show_duration;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::files::LockHolder;
use crate::id::RunId;
use crate::process;
use crate::store::Store;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How long a command that holds a run for a moment is left to end by itself.
const MOMENT: Duration = Duration::from_secs(1);

/// How often it is looked whether the run is free.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long to wait for the process that drives a run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default)]
pub struct Wait {
    /// How long to wait for the process that drives the run to stop.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "DURATION", default_value_t = Self::default().wait)
    )]
    pub wait: String,
}

impl Default for Wait {
    fn default() -> Self {
        // Its programs have ten seconds to end before they are killed.
        Self { wait: "30s".to_owned() }
    }
}

/// How long who had a driver stopped may take until they hold the run.
const TAKEN_WITHIN: Duration = Duration::from_millis(200);

/// How long they may then take to write why.
const WRITTEN_WITHIN: Duration = Duration::from_secs(2);

/// Hears which process is asked to stop.
pub type HearsStop<'t> = &'t mut dyn FnMut(&LockHolder);

/// A run that was taken.
pub(super) struct Taken<'p> {
    pub driver: Driver<'p>,
    /// Whether a process that drove it was asked to stop, and did.
    pub has_stopped: bool,
}

/// Takes a run, from another process where one drives it.
pub(super) fn take<'p>(
    project: &'p Project,
    caller: &Caller,
    (id, wait): (&RunId, &Wait),
    told: HearsStop<'_>,
) -> Result<Taken<'p>, Error> {
    let patience = parse_duration(&wait.wait)?;
    let start = Instant::now();
    let mut asked: Option<LockHolder> = None;
    loop {
        let held = match Driver::take(project, id) {
            Ok(driver) => return Ok(Taken { driver, has_stopped: asked.is_some() }),
            Err(Error::Held { held, .. }) => held,
            Err(error) => return Err(error),
        };
        let elapsed = start.elapsed();
        match &asked {
            None if elapsed < MOMENT => {}
            None => {
                refuse_agents_on_others(project, caller, id)?;
                if held.is_elsewhere() || !process::ask_to_end(held.process, Store::is_lock) {
                    return Err(Error::held(id, held));
                }
                told(&held);
                asked = Some(held);
            }
            Some(asked) if elapsed >= MOMENT + patience => {
                let process = asked.process;
                let waited = show_duration(patience);
                return Err(Error::Unstopped { run: id.clone(), process, waited });
            }
            Some(_) => {}
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// Where a run stands by now whose driver, this process, was asked to stop: who asked for that takes
/// the run and writes why. By a signal from anywhere else it stays as it is.
pub fn after_stop(
    project: &Project,
    caller: &Caller,
    standing: Standing,
) -> Result<Standing, Error> {
    let is_interrupted = |status: RunStatus, pause: Option<PauseCause>| {
        (status, pause) == (RunStatus::Paused, Some(PauseCause::Signal))
    };
    if !is_interrupted(standing.status, standing.pause) {
        return Ok(standing);
    }
    let start = Instant::now();
    let mut is_taken = false;
    loop {
        let run = project.store.glance(&standing.run_id)?.run;
        if !is_interrupted(run.status, run.pause) {
            let run = RunChoice { run: Some(standing.run_id.to_string()) };
            let problems = standing.problems;
            return Ok(Standing { problems, ..next::next(project, caller, &run)?.run });
        }
        is_taken |= project.store.is_held(&standing.run_id);
        if start.elapsed() >= if is_taken { WRITTEN_WITHIN } else { TAKEN_WITHIN } {
            return Ok(standing);
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// An agent stops no run but a part of the one that it works for.
fn refuse_agents_on_others(project: &Project, caller: &Caller, id: &RunId) -> Result<(), Error> {
    let Some(agent) = agent(project, caller) else { return Ok(()) };
    if is_own_part(project, caller, id)? {
        return Ok(());
    }
    Err(Error::usage(format!("an agent cannot stop the process that drives run {id} ({agent})"))
        .advise("only a person can, in their own terminal"))
}

/// How it is known that an agent asks, where one does.
pub(super) fn agent(project: &Project, caller: &Caller) -> Option<String> {
    match &caller.agent_mark {
        Some(mark @ (Mark::AtWork(_) | Mark::Agent(_))) => Some(format!("{mark} is set")),
        // Whoever was given the way in may stop what they may begin.
        Some(Mark::Client(_)) | None => asker::executor(project).map(|doubt| doubt.to_string()),
    }
}

/// Whether a run is a part of another one, and not the one that the caller works for.
pub(super) fn is_own_part(project: &Project, caller: &Caller, id: &RunId) -> Result<bool, Error> {
    let run = project.store.read(id)?.run;
    let chosen = caller.run.clone().map(|name| RunChoice { run: Some(name) });
    let is_own =
        chosen.is_some_and(|own| choose::run(project, caller, &own).is_ok_and(|own| own == *id));
    Ok(run.started.parent.is_some() && !is_own)
}
