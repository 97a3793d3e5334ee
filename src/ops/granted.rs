//! What a worker does for a run that the engine granted it: bring it here, drive it as one of this
//! machine, and give it back. Meanwhile the engine hears of it, and the remote holds each attempt before
//! it counts.

use super::Caller;
use super::Error;
use super::Project;
use super::children;
use super::errand;
use super::pooled::current_gate;
use super::run_phase;
use crate::advance;
use crate::dispatch::Back;
use crate::dispatch::Grant;
use crate::dispatch::Wish;
use crate::engine;
use crate::engine::Brought;
use crate::engine::Engine;
use crate::engine::GivenBack;
use crate::engine::Keep;
use crate::engine::Losing;
use crate::engine::RunView;
use crate::engine::Unanswered;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::git::short_branch;
use crate::id::RunId;
use crate::process::Stop;
use crate::project::share::SharedRun;
use crate::spending::Cost;
use crate::store::pool::Errand;
use crate::store::pool::HeldGrant;
use crate::store::pool::Ticket;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How soon a run goes on that somebody holds here for a moment, or that waits for an agent's slot.
const SOON: Duration = Duration::from_secs(2);

/// Does what the ticket of a granted run asks for.
pub(super) fn perform(
    project: &Project,
    caller: &Caller,
    (ticket, granted): (&Ticket, &HeldGrant),
) -> Result<(), Error> {
    let Some(engine) = Engine::of(project)? else {
        return Err(Error::usage("no engine is set: write [engine] url in orch.toml"));
    };
    let unanswered = |error: Unanswered| Error::environment(error.to_string());
    let lease = Duration::from_millis(granted.lease_ms);
    let share = Arc::new(SharedRun::new(ticket.run.clone(), engine.remote.clone()));
    let losing = Losing { share: Arc::clone(&share), stop: project.stop.clone() };
    let kept = Keep::begin(&engine.client, (granted.number, lease), losing);
    let Some(keep) = kept.map_err(unanswered)? else { return Ok(()) };
    let mut home = project.in_folder(project.folder.root())?;
    home.share = Some(Arc::clone(&share));
    let brought = engine::bring(&home, &engine, &ticket.run, share.halt());
    let (back, view) = match brought.and_then(|brought| {
        share.stands_at(brought.tip.clone());
        let done = errand::perform(&home, caller, &errand_of(&home, ticket, &brought));
        settle(&home, &engine, ticket);
        done?;
        if let Some(home) = home.home_of(&ticket.run)? {
            children::send_on(&home, &engine, &ticket.run)?;
        }
        Ok(brought.order)
    }) {
        Ok(order) => {
            let back = match put_off(project, &ticket.run)? {
                // A signal to the processes of this machine says nothing of the run.
                Back::Done if was_interrupted(project, &ticket.run) => Back::Again(None),
                back @ (Back::Done | Back::Again(_) | Back::Failed(_)) => back,
            };
            (back, view_of(&home, (ticket, &order), granted))
        }
        // Also where another worker went on with it: whoever takes it up next has what that one did.
        Err(Error::Lost { .. }) => (Back::Again(None), None),
        Err(Error::Held { .. }) => (Back::Again(Some(project.clock.now().plus(SOON))), None),
        Err(error) => (Back::Failed(error.to_string()), None),
    };
    drop(keep);
    give_back(&engine, &GivenBack { grant: granted.number, back, view }, lease)
}

/// The errand as it would be on this machine.
fn errand_of(home: &Project, ticket: &Ticket, brought: &Brought) -> Ticket {
    let errand = match (&ticket.errand, &brought.tip) {
        (Errand::Continue | Errand::Resume, None) => &brought.order.errand,
        (errand, _) => errand,
    };
    // What stops a run acts where it works.
    let is_begun = brought.tip.is_some();
    let folder = if is_begun { home.workspace_of(&ticket.run) } else { ticket.folder.clone() };
    Ticket { folder, errand: errand.clone(), ..brought.order.clone() }
}

/// Whether a run stands still only since this process was told to end.
fn was_interrupted(project: &Project, run: &RunId) -> bool {
    let reading = project.store.glance(run).ok();
    reading.is_some_and(|reading| reading.run.pause == Some(PauseCause::Signal))
}

/// What the run waits for alone, as it was left in the pool of this machine.
pub(super) fn put_off(project: &Project, run: &RunId) -> Result<Back, Error> {
    let trouble = |source| Error::environment(format!("cannot use the pool: {source}"));
    let pool = project.store.pool();
    let tickets = pool.tickets().map_err(trouble)?;
    let left = tickets.waiting.into_iter().find(|waiting| waiting.run == *run);
    let Some(left) = left.filter(|left| left.grant.is_none()) else { return Ok(Back::Done) };
    pool.withdraw(run).map_err(trouble)?;
    let soon = project.clock.now().plus(SOON);
    Ok(Back::Again(left.until.map(|until| until.at.unwrap_or(soon))))
}

/// Has the remote hold what is wanted of a run that is over: its branch. One that the remote has
/// otherwise stays as it is there; the snapshot holds the work in any case.
fn settle(home: &Project, engine: &Engine, ticket: &Ticket) {
    let Ok(reading) = home.store.glance(&ticket.run) else { return };
    let is_over = reading.run.status.is_end();
    let branch = reading.run.started.git.as_ref().and_then(|git| git.branch.as_deref());
    if let (true, Some(branch), Ok(Some(repository))) = (is_over, branch, home.repository()) {
        let _ = repository.send_branch(&engine.remote, short_branch(branch), &Stop::default());
    }
}

/// How the run stands now. One that was canceled before it began is over.
fn view_of(
    home: &Project,
    (ticket, order): (&Ticket, &Ticket),
    granted: &HeldGrant,
) -> Option<RunView> {
    let view = view(home, (&ticket.run, order), &granted.worker)?;
    let is_canceled = view.status.is_none() && matches!(ticket.errand, Errand::Cancel { .. });
    Some(if is_canceled { RunView { status: Some(RunStatus::Canceled), ..view } } else { view })
}

/// How the run stands now, as far as this machine knows.
pub(super) fn view(
    home: &Project,
    (run, order): (&RunId, &Ticket),
    worker: &str,
) -> Option<RunView> {
    let (worker, seen_at) = (Some(worker.to_owned()), home.clock.now());
    let view = RunView { worker, seen_at, ..RunView::of_order(order)? };
    if !advance::has_begun(home, run) {
        return Some(view);
    }
    let run = home.store.glance(run).ok()?.run;
    let gate = current_gate(&run);
    let state = gate.as_ref().and_then(|gate| run.gate(gate));
    Some(RunView {
        status: Some(run.status),
        phase: Some(run_phase::phase(home, &run, &[])),
        waits_for: state.and_then(|state| state.waits_for),
        reason: run.reason.clone(),
        cost_usd: Cost::of_run(&run).cost_usd,
        gate,
        ..view
    })
}

/// Gives the run back. What cannot be told the engine it finds out when the lease is over.
pub(super) fn give_back(engine: &Engine, given: &GivenBack, lease: Duration) -> Result<(), Error> {
    let begun = Instant::now();
    loop {
        match engine.client.give_back(given) {
            Ok(_) => return Ok(()),
            Err(Unanswered::Unreached { .. }) if begun.elapsed() < lease => {
                thread::sleep(Duration::from_secs(1));
            }
            Err(error) => return Err(Error::environment(error.to_string())),
        }
    }
}

/// The ticket with which a granted run waits for a slot of this machine.
pub(super) fn ticket(project: &Project, grant: Grant, lease_ms: u64) -> Ticket {
    let Grant { number, worker, waited, .. } = grant;
    let reason = waited.reason.unwrap_or_default();
    let errand = match waited.wish {
        Wish::Drive => Errand::Continue,
        Wish::Resume => Errand::Resume,
        Wish::Pause => Errand::Pause { reason },
        Wish::Cancel => Errand::Cancel { reason },
    };
    Ticket {
        run: waited.run,
        folder: project.folder.root().to_owned(),
        errand,
        queued_at: project.clock.now(),
        priority: waited.priority,
        labels: Vec::new(),
        restarts: 0,
        until: None,
        grant: Some(HeldGrant { number, worker, lease_ms }),
    }
}
