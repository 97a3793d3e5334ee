//! The slots of the pool and the right to give them out: locks, which a death frees.

use super::Pool;
use crate::files::Beneath;
use crate::files::Lock;
use crate::files::LockHolder;
use crate::id::RunId;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::time::Duration;

impl Pool {
    /// Takes a slot for a run, or says who has it.
    pub fn take_slot(
        &self,
        slot: usize,
        run: &RunId,
        since: &str,
    ) -> io::Result<Result<Lock, LockHolder>> {
        Lock::take_for(&self.slot(slot), run.as_str(), since, Duration::ZERO)
    }

    /// Who has a slot.
    pub fn slot_holder(&self, slot: usize) -> Option<LockHolder> {
        Lock::holder(&self.slot(slot))
    }

    /// The runs that hold slots now.
    pub fn holders(&self) -> io::Result<BTreeSet<String>> {
        let folder = self.folder.join("slots");
        let holders =
            folder.names()?.into_iter().filter_map(|name| Lock::holder(&folder.join(name)));
        Ok(holders.map(|holder| holder.purpose).collect())
    }

    /// The process that holds a slot for a run.
    pub fn holder_for(&self, run: &RunId) -> io::Result<Option<LockHolder>> {
        let folder = self.folder.join("slots");
        let mut holders =
            folder.names()?.into_iter().filter_map(|name| Lock::holder(&folder.join(name)));
        Ok(holders.find(|holder| holder.purpose == run.as_str()))
    }

    /// Whether a path is that of a slot's lock, in whatever repository.
    pub fn is_slot(path: &Path) -> bool {
        path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "slots")
    }

    /// Takes the right to give out slots, or says who has it.
    pub fn supervise(&self, since: &str) -> io::Result<Result<Lock, LockHolder>> {
        Lock::take(&self.supervisor(), since, Duration::ZERO)
    }

    /// Who gives out slots now.
    pub fn supervisor_holder(&self) -> Option<LockHolder> {
        Lock::holder(&self.supervisor())
    }

    fn supervisor(&self) -> Beneath {
        self.folder.join("supervisor.lock")
    }

    fn slot(&self, slot: usize) -> Beneath {
        self.folder.join("slots").join(format!("{slot}.lock"))
    }
}
