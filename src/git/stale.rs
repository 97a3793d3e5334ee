//! Locks that a killed commit left behind: known as our own by their second names.

use super::Error;
use super::Repository;
use super::io_error;
use super::lock::twin_of;
use crate::files;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

impl Repository {
    /// Locks and second names that nobody alive holds; `is_alive` says of a ref whether its owner is at
    /// work. Call it while nobody commits on a branch.
    pub fn stale_locks(&self, is_alive: &dyn Fn(&str) -> bool) -> Result<Vec<PathBuf>, Error> {
        let mut stale = Vec::new();
        let folders = BTreeSet::from([self.inner.path(), self.inner.commondir()]);
        for folder in folders {
            for name in files::names_in(folder).map_err(io_error(folder))? {
                let Some(target) = twin_of(&name).filter(|target| !is_alive(target)) else {
                    continue;
                };
                let (twin, lock) = (folder.join(&name), folder.join(format!("{target}.lock")));
                stale.extend(files::is_same(&lock, &twin).then_some(lock));
                stale.push(twin);
            }
        }
        Ok(stale)
    }

    /// The index's lock, where it is somebody else's.
    pub fn foreign_index_lock(&self) -> Option<PathBuf> {
        let lock = self.inner.path().join("index.lock");
        let is_own = files::is_same(&lock, &self.index_twin());
        (files::exists(&lock) && !is_own).then_some(lock)
    }

    /// Removes stale locks; waits for commits that are being made.
    pub fn remove_stale_locks(
        &self,
        lock: &files::Beneath,
        since: &str,
        is_alive: &dyn Fn(&str) -> bool,
    ) -> Result<(), Error> {
        let _held = files::Lock::take(lock, since, Duration::from_secs(10))
            .map_err(io_error(&lock.path()))?
            .map_err(Error::Held)?;
        for path in self.stale_locks(is_alive)? {
            files::remove(&path).map_err(io_error(&path))?;
        }
        Ok(())
    }
}
