//! Locks that a killed commit left behind: known as our own by their second names.

use super::Error;
use super::Repository;
use super::io_error;
use super::lock::AGE_MAX;
use super::lock::twin_of;
use crate::files;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
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

    /// Locks of git other than the index's that somebody else has had for longer than any command takes:
    /// of HEAD, branches and other refs, packed refs and the configuration.
    pub fn foreign_locks(&self) -> Result<Vec<PathBuf>, Error> {
        let mut locks = BTreeSet::new();
        for folder in BTreeSet::from([self.inner.path(), self.inner.commondir()]) {
            for name in files::names_in(folder).map_err(io_error(folder))? {
                locks.extend(is_lock(&name).then(|| folder.join(name)));
            }
            find_locks(&folder.join("refs"), &mut locks).map_err(io_error(folder))?;
        }
        let index = self.inner.path().join("index.lock");
        let twins = self.stale_locks(&|_| false)?;
        let is_old = |lock: &PathBuf| files::age(lock).is_some_and(|age| age > AGE_MAX);
        let is_foreign = |lock: &PathBuf| *lock != index && !twins.contains(lock) && is_old(lock);
        Ok(locks.into_iter().filter(is_foreign).collect())
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

fn is_lock(name: &str) -> bool {
    name.ends_with(".lock")
}

/// The locks in a folder of refs and below it; no ref's own name ends so.
fn find_locks(folder: &Path, locks: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    for name in files::names_in(folder)? {
        let path = folder.join(&name);
        if is_lock(&name) {
            locks.insert(path);
        } else if files::is_real_folder(&path) {
            find_locks(&path, locks)?;
        }
    }
    Ok(())
}
