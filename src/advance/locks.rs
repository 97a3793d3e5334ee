//! Locks that gates name: what holds one has it to itself, in this run and in others of the project.

use crate::clock::Moment;
use crate::files::Lock;
use crate::id::GateId;
use crate::next;
use crate::next::Step;
use crate::project::Driver;
use crate::project::Error;
use crate::run::Run;
use crate::standing::LockWait;
use crate::standing::LockedBy;
use crate::store::Store;
use crate::workflow::Workflow;
use std::collections::BTreeMap;
use std::time::Duration;

/// How often a lock is asked for that another gate holds.
pub const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The locks of the gates that are at work here.
#[derive(Debug, Default)]
pub struct Locks {
    held: BTreeMap<GateId, Vec<Lock>>,
}

impl Locks {
    /// Takes all locks that a gate names, or none of them where one is held.
    pub fn take(&mut self, driver: &Driver<'_>, id: &GateId) -> Result<bool, Error> {
        let names = driver.workflow.gate(id).map(|gate| gate.locks.clone()).unwrap_or_default();
        if names.is_empty() {
            return Ok(true);
        }
        let since = driver.project.clock.now().to_string();
        let purpose = LockedBy { run: driver.id().clone(), gate: id.clone() }.to_string();
        let mut taken = Vec::new();
        for name in names {
            let place = driver.project.store.gate_lock(&name);
            let lock = Lock::take_for(&place, &purpose, &since, Duration::ZERO);
            match lock.map_err(|source| Error::disk(&place, source))? {
                Ok(lock) => taken.push(lock),
                Err(_) => return Ok(false),
            }
        }
        self.held.insert(id.clone(), taken);
        Ok(true)
    }

    /// Keeps one more lock until the work of a gate is over.
    pub fn keep(&mut self, id: &GateId, lock: Lock) {
        self.held.entry(id.clone()).or_default().push(lock);
    }

    /// Gives back what a gate held.
    pub fn free(&mut self, id: &GateId) {
        self.held.remove(id);
    }
}

/// The gates of a run that could begin but for a lock that a gate of another run holds; those that
/// begin at a later moment only where `is_due` says so.
pub fn waits(
    store: &Store,
    (workflow, run): (&Workflow, &Run),
    is_due: impl Fn(Moment) -> bool,
) -> Vec<LockWait> {
    if workflow.gates.iter().all(|gate| gate.locks.is_empty()) {
        return Vec::new();
    }
    let begun = next::next(workflow, run).into_iter().filter_map(Step::begins);
    let ready = begun.filter(|(_, at)| at.is_none_or(&is_due)).map(|(gate, _)| gate);
    let waits = ready.filter_map(|gate| {
        let names = workflow.gate(&gate)?.locks.iter();
        let mut held = names.filter_map(|name| {
            let holder = Lock::holder(&store.gate_lock(name))?;
            let held_by: Option<LockedBy> = holder.purpose.parse().ok();
            let is_own = held_by.as_ref().is_some_and(|by| by.run == run.started.run_id);
            (!is_own).then(|| (name.clone(), held_by, holder.since))
        });
        let (lock, held_by, since) = held.next()?;
        Some(LockWait { gate, lock, held_by, since })
    });
    waits.collect()
}
