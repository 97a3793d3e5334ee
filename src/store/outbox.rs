//! The outbox of a run: notifications that are to be sent, written by whoever holds the run, and what
//! became of each try, written by the process that sends them. Both files only grow, so that a kill of
//! either process takes nothing back and has nothing sent twice that is known to have arrived.

use crate::clock::Moment;
use crate::digest::Digest;
use crate::files::Appender;
use crate::files::Beneath;
use crate::json;
use crate::notification::Notification;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::io;

const QUEUE: &str = "queue.jsonl";

const TRIES: &str = "tries.jsonl";

/// Where the notifications of one run lie.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: Beneath,
    /// Lies among those of all runs for as long as anything may be left to send here.
    flag: Beneath,
}

/// A line of the queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Watched(Watched),
    Queued(Box<Queued>),
}

/// Which entries of `orch.toml` are told of what follows an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Watched {
    /// The number of the event.
    pub since: u64,
    /// The entries.
    pub entries: BTreeSet<Digest>,
}

impl Watched {
    /// These entries, from behind an event on.
    pub fn new(since: u64, entries: BTreeSet<Digest>) -> Self {
        Self { since, entries }
    }
}

/// A notification, and to whom it goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Queued {
    /// The number of its event.
    pub seq: u64,
    /// What is told.
    pub notification: Notification,
    /// To whom: entries of `orch.toml`.
    pub entries: BTreeSet<Digest>,
}

impl Queued {
    /// What is told of an event.
    pub fn new(seq: u64, notification: Notification, entries: BTreeSet<Digest>) -> Self {
        Self { seq, notification, entries }
    }
}

/// All that was queued.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Queue {
    /// What was watched last; the number counts what was queued since.
    pub watched: Watched,
    /// The notifications, in their order.
    pub queued: Vec<Queued>,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Try {
    /// The number of the event.
    pub seq: u64,
    /// To whom it goes.
    pub entry: Digest,
    /// The number of the try, from 1.
    pub attempt: u32,
    /// When it ended.
    pub at: Moment,
    /// What became of it.
    pub outcome: TryOutcome,
}

impl Try {
    /// A try of what an event told to an entry.
    pub fn new((seq, entry): (u64, Digest), attempt: u32, at: Moment, outcome: TryOutcome) -> Self {
        Self { seq, entry, attempt, at, outcome }
    }
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TryOutcome {
    /// It arrived.
    Sent,
    /// It is tried again.
    Again {
        /// Not before this moment.
        at: Moment,
    },
    /// It is not tried again.
    GaveUp,
}

/// A notification that is to be sent to somebody.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DueNotification {
    /// The number of the event.
    pub seq: u64,
    /// What is told.
    pub notification: Notification,
    /// To whom it goes.
    pub entry: Digest,
    /// How often it was tried.
    pub tries: u32,
    /// When it was tried first.
    pub first_at: Option<Moment>,
    /// When it may be tried again; at once where it was never tried.
    pub not_before: Option<Moment>,
}

impl Outbox {
    /// The outbox in this folder, which need not be there, and its flag.
    pub fn new(folder: Beneath, flag: Beneath) -> Self {
        Self { folder, flag }
    }

    /// The lock of the process that sends.
    pub fn lock_place(&self) -> Beneath {
        self.folder.join("lock")
    }

    /// Whether anything was ever written here.
    pub fn exists(&self) -> bool {
        self.folder.join(QUEUE).exists()
    }

    /// What was queued.
    pub fn queue(&self) -> io::Result<Queue> {
        let mut queue = Queue::default();
        for line in read(&self.folder.join(QUEUE))? {
            match line {
                Line::Watched(watched) => queue.watched = watched,
                Line::Queued(queued) => {
                    queue.watched.since = queue.watched.since.max(queued.seq);
                    queue.queued.push(*queued);
                }
            }
        }
        Ok(queue)
    }

    /// Says who is told of what follows.
    pub fn watch(&self, watched: Watched) -> io::Result<()> {
        append(&self.folder.join(QUEUE), &Line::Watched(watched))
    }

    /// Queues a notification. When it returns, a power cut does not take it back.
    pub fn put(&self, queued: Queued) -> io::Result<()> {
        self.raise_flag()?;
        append(&self.folder.join(QUEUE), &Line::Queued(Box::new(queued)))
    }

    /// Says that something may be left to send, whatever becomes of this process.
    pub fn raise_flag(&self) -> io::Result<()> {
        self.flag.write(b"")
    }

    /// Says that nothing is left to send.
    pub fn lower_flag(&self) -> io::Result<()> {
        self.flag.remove()
    }

    /// Writes down what became of a try.
    pub fn note(&self, tried: &Try) -> io::Result<()> {
        append(&self.folder.join(TRIES), tried)
    }

    /// Adds a line for people to a log.
    pub fn log(&self, log: &Beneath, line: &impl Serialize) -> io::Result<()> {
        append(log, line)
    }

    /// What is still to be sent, the one first whose time comes first.
    pub fn due(&self) -> io::Result<Vec<DueNotification>> {
        let queue = self.queue()?;
        let tries: Vec<Try> = read(&self.folder.join(TRIES))?;
        let mut due = Vec::new();
        for queued in queue.queued {
            for entry in queued.entries {
                let is_its = |it: &&Try| it.seq == queued.seq && it.entry == entry;
                let mut its = tries.iter().filter(is_its);
                let (first, count) = (its.clone().next(), its.clone().count());
                let not_before = match its.next_back().map(|it| it.outcome) {
                    None => None,
                    Some(TryOutcome::Again { at }) => Some(at),
                    Some(TryOutcome::Sent | TryOutcome::GaveUp) => continue,
                };
                due.push(DueNotification {
                    seq: queued.seq,
                    notification: queued.notification.clone(),
                    tries: u32::try_from(count).unwrap_or(u32::MAX),
                    first_at: first.map(|it| it.at),
                    entry,
                    not_before,
                });
            }
        }
        due.sort_by_key(|due| due.not_before);
        Ok(due)
    }
}

/// The lines of a file that can be read; an agent may have written others there.
fn read<T: DeserializeOwned>(place: &Beneath) -> io::Result<Vec<T>> {
    let bytes = place.read()?.unwrap_or_default();
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let whole = lines.filter_map(|raw| raw.strip_suffix(b"\n"));
    Ok(whole.filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

/// Adds a line; what a kill left of one is cut off.
fn append(place: &Beneath, line: &impl Serialize) -> io::Result<()> {
    let bytes = place.read()?.unwrap_or_default();
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut line = json::harmless(serde_json::to_vec(line)?);
    line.push(b'\n');
    Appender::open(place, whole as u64)?.append(&line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Topic;
    use crate::id::RunId;
    use std::collections::BTreeMap;

    fn at(second: u32) -> Moment {
        Moment::parse(&format!("2026-01-19T14:30:{second:02}.000Z")).unwrap()
    }

    #[test]
    fn what_was_sent_or_given_up_is_not_due() {
        let folder = tempfile::tempdir().unwrap();
        let place = Beneath::new(folder.path());
        let outbox = Outbox::new(place.join("outbox"), place.join("flag"));
        assert!(!outbox.exists() && outbox.due().unwrap().is_empty());
        outbox.watch(Watched::new(3, BTreeSet::from([Digest::of("a")]))).unwrap();
        let run = RunId::new("20260119T143012Z", "x", "ab12cd");
        let told = Notification::test(Topic::Failed, at(0), run);
        let (a, b) = (Digest::of("a"), Digest::of("b"));
        outbox.put(Queued::new(7, told, BTreeSet::from([a, b]))).unwrap();
        assert_eq!(outbox.queue().unwrap().watched.since, 7);
        let due = || {
            let due = outbox.due().unwrap();
            due.iter().map(|due| (due.entry, due.tries)).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(due(), BTreeMap::from([(a, 0), (b, 0)]));
        let tried = |entry: &str, attempt, outcome| {
            let entry = Digest::of(entry);
            outbox.note(&Try { seq: 7, entry, attempt, at: at(attempt), outcome }).unwrap();
        };
        tried("a", 1, TryOutcome::Again { at: at(9) });
        // A kill in the midst of a line.
        let path = folder.path().join("outbox/tries.jsonl");
        crate::files::append_unsynced(&path, b"{\"seq\":7,\"ent").unwrap();
        assert_eq!(due(), BTreeMap::from([(a, 1), (b, 0)]));
        assert_eq!(outbox.due().unwrap()[0].entry, b);
        tried("b", 1, TryOutcome::GaveUp);
        tried("a", 2, TryOutcome::Sent);
        assert!(due().is_empty());
    }
}
