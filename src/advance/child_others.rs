//! What a run is told of the ones around it: its child runs stop with it, and the run that waits for it
//! goes on.

use super::child_order::enqueue;
use super::child_order::has_begun;
use super::child_order::ticket;
use crate::event::ChildOrder;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::project::leave;
use crate::project::leave::RemovedWorktree;
use crate::project::supervisor;
use crate::project::worktree;
use crate::run::Attempt;
use crate::run::AttemptStatus;
use crate::run::Run;
use crate::store::pool::Errand;
use crate::workflow::Isolation;
use crate::workflow::Work;

/// Ends the child runs of attempts that are over, and stops those of a run that is paused.
fn reach(driver: &Driver<'_>) -> Result<(), Error> {
    let run = driver.run();
    if !driver.workflow.gates.iter().any(|gate| matches!(gate.work, Work::Workflow(_))) {
        return Ok(());
    }
    let project = driver.project;
    let pool = project.store.pool();
    let trouble = |source| Error::environment(format!("cannot write to the pool: {source}"));
    for (attempt, order) in open_orders(run) {
        let is_wanted = attempt.finished_at.is_none() && !run.status.is_end();
        if is_wanted && run.status != RunStatus::Paused {
            continue;
        }
        pool.withdraw(&order.run).map_err(trouble)?;
        if !has_begun(project, &order.run) && !pool.is_at_work(&order.run) {
            continue;
        }
        let status = project.store.glance(&order.run).map(|reading| reading.run.status);
        let is_still = match status {
            Ok(RunStatus::Paused) => is_wanted,
            Ok(status) => status.is_final(),
            Err(_) => false,
        };
        if is_still {
            continue;
        }
        let errand = if is_wanted {
            Errand::Pause { reason: format!("run {} was paused", driver.id()) }
        } else {
            Errand::Cancel { reason: format!("run {} no longer needs it", driver.id()) }
        };
        let folder = project.workspace_of(&order.run);
        enqueue(project, &ticket(project, &order.run, folder, errand))?;
    }
    Ok(())
}

/// Tells the runs around a run what has become of it: its child runs, and the run that waits for it.
pub fn tell_others(driver: &Driver<'_>) -> Result<(), Error> {
    reach(driver)?;
    wake_parent(driver.project, driver.run())?;
    supervisor::hire(driver.project)
}

/// Has the run go on that waits for this one, where nobody drives it.
pub fn wake_parent(project: &Project, run: &Run) -> Result<(), Error> {
    match run.started.parent.as_ref().filter(|_| run.status.is_end()) {
        Some(parent) => wake(project, parent),
        None => Ok(()),
    }
}

/// Has a run go on that waits for child runs of which one is over, where nobody drives it.
pub fn wake(project: &Project, id: &RunId) -> Result<(), Error> {
    // Of runs that machines share, the engine hears when one is over.
    if project.share.is_some() {
        return Ok(());
    }
    // One that another machine drives, or that cannot be read, is for whoever takes it up.
    let Ok(reading) = project.store.glance(id) else { return Ok(()) };
    if reading.run.status != RunStatus::Waiting || project.store.is_held(id) {
        return Ok(());
    }
    let pool = project.store.pool();
    let is_over = |order: &ChildOrder| {
        let child = project.store.glance(&order.run);
        child.is_ok_and(|child| child.run.status.is_end())
            || pool.refusal(&order.run).is_ok_and(|refusal| refusal.is_some())
    };
    let mut waiting = open_orders(&reading.run).filter(|(it, _)| it.finished_at.is_none());
    if waiting.any(|(_, order)| is_over(order)) {
        let folder = project.workspace_of(id);
        enqueue(project, &ticket(project, id, folder, Errand::Continue))?;
    }
    Ok(())
}

/// Has the parts of a run go on that a budget stopped: there may be room for them now.
pub fn resume_stopped_by_budget(project: &Project, run: &Run) -> Result<(), Error> {
    for (_, order) in open_orders(run).filter(|(attempt, _)| attempt.finished_at.is_none()) {
        let Ok(reading) = project.store.glance(&order.run) else { continue };
        resume_stopped_by_budget(project, &reading.run)?;
        if reading.run.pause == Some(PauseCause::Budget) && !is_in_hand(project, &order.run) {
            let folder = project.workspace_of(&order.run);
            enqueue(project, &ticket(project, &order.run, folder, Errand::Resume))?;
        }
    }
    Ok(())
}

/// Removes the worktree of a run that has passed, where it is not to be kept, its parent has taken what
/// it takes, and everything in it is committed.
pub fn let_go(project: &Project, id: &RunId) -> Result<(), Error> {
    let Some(order) = worktree::order_of(project, id) else { return Ok(()) };
    let keeps = order.worktree.keep.unwrap_or(project.config.worktrees.keep);
    if keeps || order.isolation == Isolation::Shared || !leave::has_worktree(project, id)? {
        return Ok(());
    }
    let run = project.store.glance(id)?.run;
    let is_taken = || match &run.started.parent {
        Some(parent) => project.store.glance(parent).is_ok_and(|parent| has_taken(&parent.run, id)),
        None => true,
    };
    let is_left = run.status == RunStatus::Passed && !is_in_hand(project, id) && is_taken();
    if !is_left {
        return Ok(());
    }
    let _alone = leave::alone(project, id)?;
    if leave::why_it_stays(project, id)?.is_none() {
        leave::remove_worktree(project, id, &mut RemovedWorktree::default())?;
    }
    Ok(())
}

/// Whether a gate has passed with what a child run came to.
fn has_taken(parent: &Run, child: &RunId) -> bool {
    let mut attempts = parent.gates.values().flat_map(|state| &state.attempts);
    attempts.any(|attempt| {
        attempt.status == AttemptStatus::Pass
            && attempt.child.as_deref().is_some_and(|order| order.run == *child)
    })
}

/// Whether a run that nobody drives waits for child runs of which somebody has one in hand.
pub fn waits_for_others(project: &Project, run: &Run) -> bool {
    let moves = |id: &RunId| {
        let seen = project.store.journal_bytes(id);
        is_in_hand(project, id)
            || project.store.glance(id).is_ok_and(|child| waits_for_others(project, &child.run))
            || has_moved(project, id, seen)
    };
    let mut open = open_orders(run).filter(|(attempt, _)| attempt.finished_at.is_none());
    run.status == RunStatus::Waiting && open.any(|(_, order)| moves(&order.run))
}

/// Whether somebody drives a run, or will.
fn is_in_hand(project: &Project, id: &RunId) -> bool {
    project.store.is_held(id) || project.store.pool().has(id).unwrap_or_default()
}

/// Whether a run has moved on while it was looked at those that it waits for, which wake it when they
/// are over.
pub(super) fn has_moved(project: &Project, id: &RunId, seen: Option<u64>) -> bool {
    is_in_hand(project, id) || project.store.journal_bytes(id) != seen
}

/// The attempts with a child run of which no end is recorded.
fn open_orders(run: &Run) -> impl Iterator<Item = (&Attempt, &ChildOrder)> {
    let attempts = run.gates.values().flat_map(|state| &state.attempts);
    let open = attempts.filter(|attempt| attempt.child_end.is_none());
    open.filter_map(|attempt| Some((attempt, attempt.child.as_deref()?)))
}
