//! The right to write a run: its lock, and its journal open for appending. Whoever does not know
//! where the chain stands does not write.

use super::Store;
use super::journal;
use super::journal::Journal;
use super::journal::Reading;
use super::journal::Segment;
use super::record;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Event;
use crate::files::Lock;
use crate::id::RunId;
use crate::run::Run;
use std::path::PathBuf;

/// Whether events are on the disk when they are appended, or with the next ones that are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// They are on the disk.
    Now,
    /// They may be lost with the machine until the next ones are written.
    Later,
}

/// Why events were not appended; nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Another process may hold the run now.
    #[error("its lock was lost")]
    Lost,
    /// Somebody has written since.
    #[error("the journal head is {head}, expected {expected}")]
    Moved {
        /// Where the caller took the chain to stand.
        expected: Digest,
        /// Where it stands.
        head: Digest,
    },
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] journal::Error),
}

/// The right to write a run; it ends with this value.
#[derive(Debug)]
pub struct Lease {
    journal: Journal,
    lock: Lock,
}

impl Lease {
    /// Begins a run, whose lock is held, with its first event.
    pub fn begin(
        store: &Store,
        id: &RunId,
        lock: Lock,
        (at, first): (Moment, &Event),
    ) -> Result<Self, journal::Error> {
        Ok(Self { journal: Journal::create(&store.state(id), at, first)?, lock })
    }

    /// Takes up a run whose lock is held: its journal, or the committed copy that is ahead of it.
    pub fn take(store: &Store, id: &RunId, lock: Lock) -> Result<(Self, Reading), journal::Error> {
        store.adopt(id)?;
        let (journal, reading) = Journal::open(&store.state(id))?;
        Ok((Self { journal, lock }, reading))
    }

    /// Appends events behind the `expected` head of the chain; gives the segments that they closed.
    pub fn append(
        &mut self,
        expected: Digest,
        (at, durability): (Moment, Durability),
        events: &[Event],
    ) -> Result<Vec<Segment>, Refused> {
        if self.lock.is_lost() {
            return Err(Refused::Lost);
        }
        let head = self.journal.head();
        if head != expected {
            return Err(Refused::Moved { expected, head });
        }
        Ok(match durability {
            Durability::Now => self.journal.append(at, events)?,
            Durability::Later => self.journal.append_lazily(at, events)?,
        })
    }

    /// Has everything that was appended on the disk.
    pub fn sync(&mut self) -> Result<(), journal::Error> {
        self.journal.sync()
    }

    /// Takes out of the journal what somebody else wrote to its end; gives where it lies now.
    pub fn set_foreign_aside(&mut self) -> Result<Vec<PathBuf>, journal::Error> {
        self.journal.set_foreign_aside()
    }

    /// The run as the journal folds to.
    pub fn run(&self) -> &Run {
        &self.journal.run
    }

    /// Where the chain stands.
    pub fn head(&self) -> record::Head {
        record::Head {
            count: self.journal.count(),
            bytes: self.journal.bytes(),
            sha256: self.journal.head(),
        }
    }

    /// Whether the last event closed a segment.
    pub fn has_no_tail(&self) -> bool {
        self.journal.tail().bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PauseCause;
    use crate::files::ProjectFolder;
    use std::time::Duration;

    #[test]
    fn whoever_does_not_know_the_head_or_lost_the_lock_does_not_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(ProjectFolder::new(folder.path(), Vec::new()).unwrap(), None);
        let at = Moment::parse("2026-01-19T14:30:12Z").unwrap();
        let started = crate::event::testing::started();
        let id = started.run_id.clone();
        let lock = store.lock(&id, "now", Duration::ZERO).unwrap().unwrap();
        let first = Event::RunStarted(Box::new(started));
        let mut lease = Lease::begin(&store, &id, lock, (at, &first)).unwrap();
        let pause = [Event::RunPaused { reason: String::new(), cause: PauseCause::Person }];
        let (begun, now) = (lease.head(), (at, Durability::Now));
        lease.append(begun.sha256, now, &pause).unwrap();
        let resume = [Event::RunResumed { retried: Vec::new() }];
        let refused = lease.append(begun.sha256, now, &resume).unwrap_err();
        assert!(matches!(refused, Refused::Moved { expected, .. } if expected == begun.sha256));
        store.lock_place(&id).remove().unwrap();
        let refused = lease.append(lease.head().sha256, now, &resume).unwrap_err();
        assert!(matches!(refused, Refused::Lost));
        assert_eq!(store.read(&id).unwrap().count, 2);
    }
}
