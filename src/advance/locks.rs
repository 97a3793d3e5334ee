//! Locks that gates name: what holds one has it to itself, in this run and in others of the project.

use crate::files::Lock;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
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
        let mut taken = Vec::new();
        for name in names {
            let place = driver.project.store.gate_lock(&name);
            let lock = Lock::take(&place, &since, Duration::ZERO);
            match lock.map_err(|source| Error::disk(&place, source))? {
                Ok(lock) => taken.push(lock),
                Err(_) => return Ok(false),
            }
        }
        self.held.insert(id.clone(), taken);
        Ok(true)
    }

    /// Gives back what a gate held.
    pub fn free(&mut self, id: &GateId) {
        self.held.remove(id);
    }
}
