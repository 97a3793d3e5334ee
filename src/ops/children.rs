//! The child runs of a run that machines share: what its gates leave in the pool of this machine goes on
//! to the engine, from which any worker takes it.

use super::Error;
use super::Project;
use super::shared_runs;
use crate::dispatch::Wish;
use crate::engine::Engine;
use crate::event::ChildOrder;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::store::pool::Errand;
use std::collections::BTreeSet;

/// Sends on what waits here for the child runs of a run.
pub(super) fn send_on(home: &Project, engine: &Engine, parent: &RunId) -> Result<(), Error> {
    let trouble = |source| Error::environment(format!("cannot use the pool: {source}"));
    let Ok(reading) = home.store.glance(parent) else { return Ok(()) };
    let attempts = reading.run.gates.values().flat_map(|state| &state.attempts);
    let children: BTreeSet<&RunId> =
        attempts.filter_map(|attempt| Some(&attempt.child.as_deref()?.run)).collect();
    let pool = home.store.pool();
    let mut new: Vec<ChildOrder> = Vec::new();
    for ticket in pool.tickets().map_err(trouble)?.waiting {
        if ticket.grant.is_some() || !children.contains(&ticket.run) {
            continue;
        }
        pool.withdraw(&ticket.run).map_err(trouble)?;
        let wish = match ticket.errand {
            Errand::Begin { order, .. } => {
                new.push(*order);
                continue;
            }
            // One that goes on by itself is woken by the engine.
            Errand::Continue if !is_paused(home, &ticket.run) => continue,
            Errand::Continue | Errand::Resume => (Wish::Resume, None),
            Errand::Pause { reason } => (Wish::Pause, Some(reason)),
            Errand::Cancel { reason } => (Wish::Cancel, Some(reason)),
        };
        shared_runs::ask(engine, &ticket.run, wish)?;
    }
    let given = (Some(parent.clone()), new);
    shared_runs::give(home, engine, given, (0, true)).map(drop)
}

fn is_paused(home: &Project, run: &RunId) -> bool {
    home.store.glance(run).is_ok_and(|reading| reading.run.status == RunStatus::Paused)
}
