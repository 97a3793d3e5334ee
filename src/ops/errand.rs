//! What a worker does for one ticket of the pool, in a process of its own that outlives it: begin a run
//! or drive it on, as far as nobody is needed; or stop one.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::RunChoice;
use super::current;
use super::run::DriveRequest;
use super::run_cancel;
use super::run_pause;
use super::run_resume;
use super::session_state;
use super::start;
use super::start::Begin;
use super::start::Ordered;
use super::take_over::Wait;
use crate::advance;
use crate::drive;
use crate::event::ChildOrder;
use crate::event::PauseCause;
use crate::files;
use crate::id::RunId;
use crate::process;
use crate::project::seal;
use crate::project::supervisor;
use crate::project::worktree;
use crate::store::pool::Errand;
use crate::store::pool::Pool;
use crate::store::pool::Ticket;
use crate::workflow::Isolation;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How often it is looked whether a run has begun.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long somebody holds a run who does not drive it.
const HELD_FOR_A_MOMENT: Duration = Duration::from_secs(5);

/// The ticket to take.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Run id.
    #[cfg_attr(feature = "cli", arg(long))]
    pub run: String,
    /// Number of the slot to hold.
    #[cfg_attr(feature = "cli", arg(long))]
    pub slot: usize,
}

/// Takes the ticket and does what it asks for. Whoever started this process goes on as soon as the
/// slot is held.
pub fn errand(project: &Project, caller: &Caller, request: &Request) -> Result<(), Error> {
    let id = RunId::parse(&request.run).map_err(|error| Error::usage(error.to_string()))?;
    let pool = project.store.pool();
    let trouble = |source| Error::environment(format!("cannot use the pool: {source}"));
    let since = project.clock.now().to_string();
    let slot = pool.take_slot(request.slot, &id, &since).map_err(trouble)?;
    // A worker that died had given the slot to somebody who only now takes it: the ticket waits on.
    let slot = slot.ok();
    let ticket = slot.as_ref().map(|_| pool.take(&id)).transpose().map_err(trouble)?.flatten();
    process::be_on_own().map_err(|error| Error::environment(error.to_string()))?;
    let Some(ticket) = ticket else { return Ok(()) };
    #[cfg(feature = "engine")]
    if let Some(granted) = &ticket.grant {
        super::granted::perform(project, caller, (&ticket, granted))?;
        return pool.finish(&ticket).map_err(trouble);
    }
    match perform(project, caller, &ticket) {
        // Whoever drives it looks at its child runs again when they let go of it.
        Ok(()) | Err(Error::Held { .. }) => {}
        Err(error) => pool.refuse(&ticket, &error.to_string()).map_err(trouble)?,
    }
    if advance::has_begun(project, &id) {
        session_state::write(project, &id)?;
    }
    follow_up(project, &ticket)?;
    pool.finish(&ticket).map_err(trouble)?;
    advance::let_go(project, &id)
}

pub(super) fn perform(project: &Project, caller: &Caller, ticket: &Ticket) -> Result<(), Error> {
    if ticket.errand.is_stop() && !will_have_begun(project, &ticket.run) {
        return Ok(());
    }
    if is_over(project, &ticket.run) {
        return seal(project, &ticket.run);
    }
    let choice = RunChoice { run: Some(ticket.run.to_string()) };
    match &ticket.errand {
        Errand::Begin { order, parent } if !advance::has_begun(project, &ticket.run) => {
            let place = project.store.ticket(&ticket.run);
            let kept = place.write(&serde_json::to_vec(ticket).unwrap_or_default());
            kept.map_err(|source| Error::disk(&place, source))?;
            let home = seat(&project.in_folder(&ticket.folder)?, order)?;
            // Whoever cancels it does not wait for it to begin.
            if project.stop.is_raised() {
                return Err(Error::environment("it was stopped before it began"));
            }
            let driver = begin(&home, caller, (order, parent.as_ref()))?;
            drive(driver)
        }
        Errand::Begin { .. } | Errand::Continue | Errand::Resume => {
            let home = project.in_folder(&project.workspace_of(&ticket.run))?;
            let mut driver = take_soon(&home, &ticket.run)?;
            // A person may have paused it since.
            if ticket.errand == Errand::Continue && driver.run().pause == Some(PauseCause::Person) {
                return Ok(());
            }
            // It may have come to its end since it was asked to go on, or before its process died.
            let retries = ticket.errand == Errand::Resume && ticket.restarts == 0;
            if driver.run().status.is_end() && !retries {
                return driver.commit(None, true);
            }
            let resumed = run_resume::resumed(&driver);
            driver.append(&resumed)?;
            if project.share.is_some() {
                // Whoever had it before and does not know yet can commit nothing more from here on.
                seal::seal(&mut driver, "a worker took it up")?;
            }
            drive(driver)
        }
        Errand::Pause { reason } => {
            let request = run_pause::Request {
                run: choice,
                reason: reason.clone(),
                cause: PauseCause::Parent,
                wait: Wait::default(),
            };
            run_pause::stop(&project.in_folder(&ticket.folder)?, caller, &request, &mut |_| ())
                .map(drop)
        }
        Errand::Cancel { reason } => {
            let (reason, wait) = (Some(reason.clone()), Wait::default());
            let request = run_cancel::Request { run: choice, reason, wait };
            run_cancel::end(&project.in_folder(&ticket.folder)?, caller, &request, &mut |_| ())
                .map(drop)
        }
    }
}

/// Takes up a run, also where somebody holds it for a moment, such as to write something down: they do
/// not go on with it. Who holds it for longer drives it.
fn take_soon<'p>(home: &'p Project, run: &RunId) -> Result<Driver<'p>, Error> {
    let begun = Instant::now();
    loop {
        match Driver::take(home, run) {
            Err(Error::Held { .. }) if begun.elapsed() < HELD_FOR_A_MOMENT => {
                thread::sleep(LOOK_EVERY);
            }
            taken => return taken,
        }
    }
}

/// Whether a run came to its end, and nothing but its record can be missing.
pub(super) fn is_over(project: &Project, id: &RunId) -> bool {
    let is_final = || project.store.glance(id).is_ok_and(|it| it.run.status.is_final());
    advance::has_begun(project, id) && is_final()
}

/// Has the record of a run that is over be whole, where its folder is there: its process may have died
/// between its last event and the commit.
pub(super) fn seal(project: &Project, id: &RunId) -> Result<(), Error> {
    let folder = project.workspace_of(id);
    if !files::exists(&folder) {
        return Ok(());
    }
    let home = project.in_folder(&folder)?;
    Driver::take(&home, id)?.commit(None, true)
}

/// The folder where the run works, as a project.
fn seat(project: &Project, order: &ChildOrder) -> Result<Project, Error> {
    let folder = match order.isolation {
        Isolation::Worktree => worktree::make(project, order)?,
        Isolation::Shared => project.folder.root().to_owned(),
    };
    let home = project.in_folder(&folder)?;
    home.note_workspace(&order.run)?;
    Ok(home)
}

fn begin<'p>(
    project: &'p Project,
    caller: &Caller,
    (order, parent): (&ChildOrder, Option<&RunId>),
) -> Result<Driver<'p>, Error> {
    let loaded = Workflow::load(&order.workflow, &project.shelf)?;
    let ordered = Ordered { run: order.run.clone(), parent: parent.cloned(), budget: order.budget };
    let begin = Begin {
        inputs: order.inputs.clone(),
        driven: true,
        // Whether the key is free was looked at when the run was given to the pool.
        again: true,
        ordered: Some(ordered),
        ..Begin::default()
    };
    let driver = start::begin(project, caller, loaded, begin)?;
    if order.isolation == Isolation::Worktree {
        current::begin(project, caller, driver.id());
    }
    Ok(driver)
}

/// Drives a run as far as nobody is needed; for child runs it does not stay.
fn drive(mut driver: Driver<'_>) -> Result<(), Error> {
    let limits = super::run::limits(&DriveRequest::default())?;
    let limits = advance::Limits { follows: false, leaves: true, ..limits };
    drive::drive(&mut driver, &limits).map(drop)
}

/// What has happened meanwhile is not missed: a child run of this one may have ended while this
/// process still held it.
fn follow_up(project: &Project, ticket: &Ticket) -> Result<(), Error> {
    advance::wake(project, &ticket.run)?;
    if let Errand::Begin { parent: Some(parent), .. } = &ticket.errand {
        advance::wake(project, parent)?;
    }
    if let Ok(reading) = project.store.glance(&ticket.run) {
        advance::wake_parent(project, &reading.run)?;
    }
    supervisor::hire(project)
}

/// Stops the process that makes the worktree of a run that has not begun.
pub(super) fn stop_before_begin(project: &Project, id: &RunId) -> Result<(), Error> {
    if advance::has_begun(project, id) {
        return Ok(());
    }
    let trouble = |source| Error::environment(format!("cannot use the pool: {source}"));
    if let Some(holder) = project.store.pool().holder_for(id).map_err(trouble)?
        && !holder.is_elsewhere()
    {
        process::ask_to_end(holder.process, Pool::is_slot);
    }
    Ok(())
}

/// Waits for a run that a worker is about to begin, and says whether it has.
pub(super) fn will_have_begun(project: &Project, id: &RunId) -> bool {
    let pool = project.store.pool();
    while !advance::has_begun(project, id) {
        let is_in_hand =
            pool.is_at_work(id) && pool.holders().is_ok_and(|alive| alive.contains(id.as_str()));
        if !is_in_hand {
            return advance::has_begun(project, id);
        }
        thread::sleep(LOOK_EVERY);
    }
    true
}
