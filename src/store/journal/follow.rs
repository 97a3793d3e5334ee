//! Following a journal: what is appended to it, as it comes, by this process or another one.

use super::Error;
use super::Reading;
use super::io_error;
use super::parse;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Event;
use crate::files::Beneath;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

/// How many times this process has appended to any journal.
static APPENDED: Mutex<u64> = Mutex::new(0);

static APPENDED_NOW: Condvar = Condvar::new();

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FollowFrom {
    /// Where the run stands now.
    Now,
    /// Behind the event of this number, counted from 1; 0 is before the first one.
    Event(u64),
    /// Behind an event that is known: its number, and its digest, by which its line is known again.
    After {
        /// Counted from 1.
        seq: u64,
        /// The head of the hash chain then.
        head: Digest,
    },
}

/// One event of a journal.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JournalEntry {
    /// Counted from 1.
    pub seq: u64,
    /// The head of the hash chain with it.
    pub head: Digest,
    /// Time of the event.
    pub at: Moment,
    /// The event.
    pub event: Event,
}

/// A place in a journal, and what came behind it.
#[derive(Debug)]
pub struct Follow {
    place: Beneath,
    bytes: u64,
    seq: u64,
    /// The head of the hash chain there; `None` before the first event.
    head: Option<Digest>,
    appended: u64,
}

impl Follow {
    /// Follows a journal that has come to this reading. It goes on behind no event that is not in it.
    pub fn from(place: Beneath, reading: &Reading, from: FollowFrom) -> Result<Self, Error> {
        let (seq, head) = match from {
            FollowFrom::Now => (reading.count, Some(reading.head)),
            FollowFrom::Event(seq) => (seq, None),
            FollowFrom::After { seq, head } => (seq, Some(head)),
        };
        let number = usize::try_from(seq).unwrap_or(usize::MAX);
        let lines = reading.bytes.split_inclusive(|byte| *byte == b'\n').take(number);
        let (mut bytes, mut last) = (0, &[][..]);
        for line in lines {
            bytes += line.len() as u64;
            last = line;
        }
        let found = last.strip_suffix(b"\n").map(Digest::of);
        if seq > reading.count || head.is_some_and(|head| found != Some(head)) {
            let with = head.map(|head| format!(" with head {head}")).unwrap_or_default();
            let message = format!("it has no event {seq}{with}");
            return Err(Error::Changed { path: place.path(), message });
        }
        Ok(Self { place, bytes, seq, head: found, appended: 0 })
    }

    /// The events that were appended since this was asked last. A line that does not chain to the one
    /// before it, or is not whole yet, ends them.
    pub fn news(&mut self) -> Result<Vec<JournalEntry>, Error> {
        let failed = |source| io_error(&self.place, source);
        self.appended = *APPENDED.lock().unwrap_or_else(PoisonError::into_inner);
        // A run that came as a committed copy has no journal of its own before it goes on.
        let Some(mut file) = self.place.open().map_err(failed)? else { return Ok(Vec::new()) };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(self.bytes)).map_err(failed)?;
        file.read_to_end(&mut bytes).map_err(failed)?;
        let mut news = Vec::new();
        for raw in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(line) = raw.strip_suffix(b"\n") else { break };
            let Ok((header, event)) = parse(line) else { break };
            if header.prev != self.head || header.seq != self.seq + 1 {
                break;
            }
            self.bytes += raw.len() as u64;
            self.seq = header.seq;
            let head = Digest::of(line);
            self.head = Some(head);
            news.push(JournalEntry { seq: header.seq, head, at: header.ts, event });
        }
        Ok(news)
    }

    /// Waits until this process appends something, or for so long: another process tells nobody.
    pub fn wait(&self, most: Duration) {
        let appended = APPENDED.lock().unwrap_or_else(PoisonError::into_inner);
        let waited =
            APPENDED_NOW.wait_timeout_while(appended, most, |appended| *appended == self.appended);
        drop(waited);
    }
}

/// Wakes whoever follows a journal of this process.
pub fn wake() {
    *APPENDED.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    APPENDED_NOW.notify_all();
}
