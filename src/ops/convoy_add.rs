//! More keys for an unfinished convoy.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::convoy_status;
use super::convoy_status::Convoy;
use super::pooled::PooledRun;
use super::spawn;
use crate::advance;
use crate::event::RunStatus;
use crate::project::supervisor;
use crate::project::worktree;
use crate::store::pool::Errand;
use crate::store::pool::Ticket;
use crate::suggestion::Suggestion;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How long another process may hold the convoy's run.
const FREE_WITHIN: Duration = Duration::from_secs(10);

/// How often it is looked whether it is free.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Arguments of `convoy_add`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Key of each added run.
    #[cfg_attr(feature = "cli", arg(value_name = "KEY", required = true, num_args = 1..))]
    pub keys: Vec<String>,
    /// Name of the convoy, run id, or a unique part of one; defaults to the newest.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    #[serde(default)]
    pub name: Option<String>,
}

/// Adds the keys that the convoy does not have; nothing is added where a run for one of them could not
/// begin.
pub fn convoy_add(project: &Project, caller: &Caller, request: &Request) -> Result<Convoy, Error> {
    let meant = convoy_status::Request { name: request.name.clone() };
    let run = convoy_status::find(project, &meant)?;
    let start = Instant::now();
    loop {
        if run.status.is_none() && add_to_ticket(project, &run, &request.keys)? {
            break;
        }
        // A worker has taken its ticket, and not written its first event yet.
        let is_beginning =
            run.status.is_none() && project.store.journal_bytes(&run.run_id).unwrap_or(0) == 0;
        if is_beginning && start.elapsed() >= FREE_WITHIN {
            let message = format!("convoy {} has not begun yet", run.key);
            let see = Suggestion::new("get").word(&run.key);
            return Err(Error::usage(message).advise_command_that(see, "says what it waits for"));
        }
        if !is_beginning {
            match add_to_run(project, caller, &run, &request.keys) {
                Err(Error::Held { .. }) if start.elapsed() < FREE_WITHIN => {}
                added => break added?,
            }
        }
        thread::sleep(LOOK_EVERY);
    }
    let meant = convoy_status::Request { name: Some(run.run_id.to_string()) };
    convoy_status::convoy_status(project, &meant)
}

/// Refuses keys for which no run could begin.
fn refuse_unfit(project: &Project, workflow: &str, keys: &[&String]) -> Result<(), Error> {
    let workflow = Workflow::load(workflow, &project.shelf)?.0;
    let input = spawn::key_input(&workflow)?;
    for key in keys {
        let inputs = Values::from([(input.name.clone(), input.accept(key, &project.folder)?)]);
        worktree::refuse_existing(project, &spawn::order(project, &workflow, inputs)?)?;
    }
    Ok(())
}

/// The keys that are not among these.
fn new<'k>(keys: &'k [String], known: &[String]) -> Vec<&'k String> {
    let mut new: Vec<&String> = Vec::new();
    for key in keys {
        if !known.contains(key) && !new.contains(&key) {
            new.push(key);
        }
    }
    new
}

/// Adds keys to a convoy that has not begun; says whether it still waited for that.
fn add_to_ticket(project: &Project, run: &PooledRun, keys: &[String]) -> Result<bool, Error> {
    let trouble = |source| Error::environment(format!("cannot use the pool: {source}"));
    let pool = project.store.pool();
    let waiting = pool.tickets().map_err(trouble)?.waiting;
    let Some(ticket) = waiting.into_iter().find(|ticket| ticket.run == run.run_id) else {
        return Ok(false);
    };
    let Errand::Begin { mut order, parent } = ticket.errand.clone() else { return Ok(false) };
    let Some(known) = order.inputs.get_mut("keys").and_then(|keys| keys.as_array_mut()) else {
        return Ok(false);
    };
    let have: Vec<String> =
        known.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect();
    let new = new(keys, &have);
    known.extend(new.iter().map(|key| (*key).clone().into()));
    let workflow = order.inputs.get("workflow").and_then(|name| name.as_str());
    refuse_unfit(project, workflow.unwrap_or_default(), &new)?;
    let errand = Errand::Begin { order, parent };
    pool.renew(&Ticket { errand, ..ticket }).map_err(trouble)
}

/// Adds keys to the fan-out of a convoy that has begun.
fn add_to_run(
    project: &Project,
    caller: &Caller,
    run: &PooledRun,
    keys: &[String],
) -> Result<(), Error> {
    let home = project.home_of(&run.run_id)?;
    let home = home.as_ref().unwrap_or(project);
    let mut driver = Driver::take(home, &run.run_id)?;
    let status = driver.run().status;
    if status.is_end() {
        let message = format!("convoy {} is {status}", run.key);
        return Err(Error::usage(message).advise("start another one for the new keys"));
    }
    let workflow = driver.run().started.inputs.get("workflow").and_then(|name| name.as_str());
    let workflow = workflow.unwrap_or_default().to_owned();
    let fan_out = advance::fan_out(&driver).ok_or_else(|| {
        Error::usage(format!("convoy {} has no list of child runs that is open", run.key))
            .advise("start another one for the new keys")
    })?;
    let known: Vec<String> =
        fan_out.1.iter().map(|item| crate::workflow::input::as_text(&item.value)).collect();
    let new = new(keys, &known);
    if new.is_empty() {
        return Ok(());
    }
    refuse_unfit(home, &workflow, &new)?;
    let values = new.into_iter().map(|key| key.clone().into()).collect();
    advance::add_items(&mut driver, &fan_out.0, values, caller.identity(home)?)?;
    let is_at_rest = driver.run().status != RunStatus::Paused;
    drop(driver);
    if is_at_rest {
        let folder = project.workspace_of(&run.run_id);
        let ticket = advance::ticket(project, &run.run_id, folder, Errand::Continue);
        advance::enqueue(project, &ticket)?;
        supervisor::hire(project)?;
    }
    Ok(())
}
