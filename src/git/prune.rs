//! Beside a `git gc --prune=now`: what it saw before a ref reached new objects, it takes away after.
//! Git itself says to run none while others write; a record must outlast it all the same. What was laid
//! down is kept at hand until no collection runs that began before its ref moved, and put back where
//! it is gone.

use super::Error;
use super::Repository;
use super::objects;
use crate::files;
use crate::process;
use git2::Oid;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// How often a collection that is waited for is looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// How often something is done anew that missed what was put back.
const TRIES_MAX: usize = 10;

impl Error {
    /// Whether an object is missing that something refers to.
    pub fn is_loss(&self) -> bool {
        matches!(self, Self::Git(error) if error.is_not_found())
    }
}

impl Repository {
    /// Does what may miss objects that a collection has taken and that are put back.
    pub(super) fn beside_prune<T>(
        &mut self,
        mut act: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        for _ in 0..TRIES_MAX {
            let done = act(self);
            let was_collected = self.outlast_prune(Duration::ZERO)?;
            match done {
                Err(error) if was_collected && error.is_loss() => {}
                done => return done,
            }
        }
        act(self)
    }

    /// Puts back what was pruned of the objects that refs have come to hold; waits no longer than this
    /// for a collection to end that may yet take some of them. Says whether any was at work.
    pub fn outlast_prune(&mut self, patience: Duration) -> Result<bool, Error> {
        let start = Instant::now();
        let mut was_collected = false;
        loop {
            // In this order: whoever begins after this look sees the refs.
            let common = self.inner.commondir();
            let collector = collector(common);
            was_collected |= self.objects.put_back(common, |id| is_there(common, id))?;
            was_collected |= collector.is_some();
            let is_safe = self.objects.let_go(collector);
            if is_safe || start.elapsed() >= patience {
                return Ok(was_collected);
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// The process that collects garbage: it names itself in a file.
fn collector(common: &Path) -> Option<u32> {
    let said = files::read_own(&common.join("gc.pid")).ok().flatten()?;
    let id = String::from_utf8_lossy(&said).split(' ').next()?.parse().ok()?;
    Some(id).filter(|id| process::is_alive(*id))
}

/// Whether the repository holds an object, by itself or in a pack. It is opened anew: what libgit2 has
/// read before it takes for there.
fn is_there(common: &Path, id: Oid) -> bool {
    files::exists(&objects::place(common, id))
        || git2::Repository::open(common)
            .and_then(|anew| anew.odb().map(|odb| odb.exists(id)))
            .unwrap_or(false)
}
