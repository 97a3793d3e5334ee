//! The journal: a run's events on disk, append-only, each line chained to the one
//! before it by SHA-256 and synced before anything relies on it. It is the only truth.

mod chain;
mod error;
mod follow;
mod reading;
mod segment;

pub use error::Error;
pub use follow::Follow;
pub use follow::FollowFrom;
pub use follow::JournalEntry;
pub use follow::wake;
pub use reading::Reading;
pub use reading::Then;
pub use segment::Segment;
pub use segment::closes;

use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Event;
use crate::event::EventKind;
use crate::files::Appender;
use crate::files::Beneath;
use crate::files::CutShort;
use crate::json;
use crate::run::Run;
use segment::Stretch;
use serde::Deserialize;
use serde::Serialize;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The file's name in a run's folder.
pub const FILE: &str = "journal.jsonl";

/// What is wrong with a line that is no event, or one in other bytes than are ever written.
pub const FOREIGN: &str = "orch did not write this line";

/// What every line says beside its event.
#[derive(Debug, Deserialize)]
struct Header {
    seq: u64,
    ts: Moment,
    prev: Option<Digest>,
}

/// A line as it is written: `{"seq":1,"ts":"…","type":"…","data":{…},"prev":"…"}`.
#[derive(Debug, Serialize)]
struct Line<'e> {
    seq: u64,
    ts: Moment,
    #[serde(flatten)]
    event: &'e Event,
    prev: Option<Digest>,
}

/// How lines get to the disk.
type Write = fn(&mut Appender, &[u8]) -> io::Result<()>;

/// A journal open for appending, with the run it has come to. Who appends knows its head: see
/// [`super::Lease`].
#[derive(Debug)]
pub(super) struct Journal {
    appender: Appender,
    /// The run that it has come to.
    pub run: Run,
    head: Digest,
    count: u64,
    /// The segment that is not closed yet.
    tail: Segment,
}

impl Journal {
    /// Begins a journal with its first event.
    pub fn create(folder: &Beneath, at: Moment, event: &Event) -> Result<Self, Error> {
        let (place, path) = (folder.join(FILE), folder.join(FILE).path());
        let run = Run::begin(at, event).map_err(|error| line_error(&path, 1, error.to_string()))?;
        let (line, head) = line(1, at, event, None);
        let io_error = |source| Error::Io { path: path.clone(), source };
        let mut appender = Appender::open(&place, 0).map_err(io_error)?;
        appender.append(&line).map_err(io_error)?;
        let tail = Segment { first_seq: 1, bytes: line, is_closed: false };
        Ok(Self { appender, run, head, count: 1, tail })
    }

    /// Opens a journal; a torn last line is dropped, any other bad line is refused with its place.
    pub fn open(folder: &Beneath) -> Result<(Self, Reading), Error> {
        let place = folder.join(FILE);
        let reading = read(&place)?;
        let appender = Appender::open(&place, reading.bytes.len() as u64)
            .map_err(|source| Error::Io { path: place.path(), source })?;
        let open = reading.segments().next_back().filter(|segment| !segment.is_closed);
        let journal = Self {
            appender,
            run: reading.run.clone(),
            head: reading.head,
            count: reading.count,
            tail: open.unwrap_or_else(|| Segment::after(reading.count)),
        };
        Ok((journal, reading))
    }

    /// Appends events as one durable write; gives the segments that they closed. An error leaves
    /// journal and run as they were.
    pub fn append(&mut self, at: Moment, events: &[Event]) -> Result<Vec<Segment>, Error> {
        self.add(at, events, Appender::append)
    }

    /// Appends events that the next durable write, or [`Journal::sync`], makes last.
    pub fn append_lazily(&mut self, at: Moment, events: &[Event]) -> Result<Vec<Segment>, Error> {
        self.add(at, events, Appender::append_lazily)
    }

    /// Makes all events last.
    pub fn sync(&mut self) -> Result<(), Error> {
        let path = self.appender.place().path();
        self.appender.sync().map_err(|source| changed(path, source))
    }

    fn add(&mut self, at: Moment, events: &[Event], write: Write) -> Result<Vec<Segment>, Error> {
        let appended = self.try_add(at, events, write);
        if appended.is_err() {
            // A copy beforehand would cost every event what a long run weighs.
            let place = self.appender.place();
            let mut bytes = place.read().ok().flatten().unwrap_or_default();
            bytes.truncate(usize::try_from(self.bytes()).unwrap_or(usize::MAX));
            if let Ok(reading) = fold(&place.path(), bytes) {
                self.run = reading.run;
            }
        }
        appended
    }

    fn try_add(
        &mut self,
        at: Moment,
        events: &[Event],
        write: Write,
    ) -> Result<Vec<Segment>, Error> {
        let path = self.appender.place().path();
        // The fold guards the write: what cannot be read back is never written.
        let applied = events.iter().try_for_each(|event| self.run.apply(at, event));
        applied.map_err(|error| line_error(&path, self.count + 1, error.to_string()))?;
        let mut head = self.head;
        let mut lines = Vec::new();
        for (seq, event) in (self.count + 1..).zip(events) {
            let (line, digest) = line(seq, at, event, Some(head));
            head = digest;
            lines.push((line, segment::closes(event)));
        }
        let bytes: Vec<u8> = lines.iter().flat_map(|(line, _)| line).copied().collect();
        self.refuse_changed()?;
        write(&mut self.appender, &bytes).map_err(|source| changed(path, source))?;
        follow::wake();
        self.head = head;
        let mut closed = Vec::new();
        for (line, closes) in lines {
            self.count += 1;
            self.tail.bytes.extend_from_slice(&line);
            if closes {
                self.tail.is_closed = true;
                closed.push(std::mem::replace(&mut self.tail, Segment::after(self.count)));
            }
        }
        Ok(closed)
    }

    /// Takes out of the journal what somebody else wrote to its end; gives where all that was found since
    /// this was asked last lies now.
    pub fn set_foreign_aside(&mut self) -> Result<Vec<PathBuf>, Error> {
        let set_aside = self.appender.set_foreign_aside();
        let path = self.appender.place().path();
        set_aside.map_err(|source| changed(path, source))?;
        Ok(self.appender.take_aside())
    }

    /// Refuses to go on behind lines that are not those that were written: where another has touched
    /// the file, it is read again.
    fn refuse_changed(&mut self) -> Result<(), Error> {
        let (place, path) = (self.appender.place().clone(), self.appender.place().path());
        let touched = self.appender.set_foreign_aside().and_then(|()| self.appender.is_touched());
        if !touched.map_err(|source| changed(path.clone(), source))? {
            return Ok(());
        }
        match read(&place) {
            Ok(reading) if (reading.head, reading.count) == (self.head, self.count) => {
                self.appender.take_as_own().map_err(|source| changed(path, source))
            }
            Ok(reading) => {
                let (here, head) = (reading.head, self.head);
                let message = format!("its head is {here}, expected {head}");
                Err(Error::Changed { path, message })
            }
            Err(error) => Err(error),
        }
    }

    /// The head of its chain.
    pub fn head(&self) -> Digest {
        self.head
    }

    /// The number of its events.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Its size.
    pub fn bytes(&self) -> u64 {
        self.appender.bytes()
    }

    /// Events that no closed segment holds yet.
    pub fn tail(&self) -> &Segment {
        &self.tail
    }
}

/// Reads and folds a journal without opening it for writing.
pub fn read(place: &Beneath) -> Result<Reading, Error> {
    let bytes = place.read().map_err(|source| io_error(place, source))?;
    let bytes = bytes.ok_or_else(|| io_error(place, io::ErrorKind::NotFound.into()))?;
    fold_own(&place.path(), bytes)
}

/// Folds a run's own journal. Each line is bound by the one after it; the last one, by none, has to be
/// what is ever written there.
pub fn fold_own(path: &Path, bytes: Vec<u8>) -> Result<Reading, Error> {
    let reading = fold(path, bytes)?;
    if reading.ends_in_own_line() {
        Ok(reading)
    } else {
        Err(line_error(path, reading.count, FOREIGN))
    }
}

fn changed(path: PathBuf, source: io::Error) -> Error {
    let inner = source.get_ref();
    if inner.and_then(|inner| inner.downcast_ref::<CutShort>()).is_some() {
        return Error::Changed { path, message: CutShort.to_string() };
    }
    Error::Io { path, source }
}

fn io_error(place: &Beneath, source: io::Error) -> Error {
    Error::Io { path: place.path(), source }
}

/// Folds the bytes of a journal; `path` is for messages.
pub fn fold(path: &Path, bytes: Vec<u8>) -> Result<Reading, Error> {
    let mut reading: Option<Reading> = None;
    let mut line_number = 0;
    let mut good_bytes = 0;
    for raw in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(text) = raw.strip_suffix(b"\n") else { break };
        line_number += 1;
        let (header, event) =
            parse(text).map_err(|_| line_error(path, line_number, unreadable(text)))?;
        refuse_broken_chain((path, &bytes), line_number, &header, reading.as_ref())?;
        let head = Digest::of(text);
        match &mut reading {
            None => {
                let run = Run::begin(header.ts, &event)
                    .map_err(|error| line_error(path, line_number, error.to_string()))?;
                let (bytes, stretches) = (Vec::new(), Vec::new());
                reading = Some(Reading { run, head, count: 0, bytes, stretches });
            }
            Some(reading) => reading
                .run
                .apply(header.ts, &event)
                .map_err(|error| line_error(path, line_number, error.to_string()))?,
        }
        if let Some(reading) = &mut reading {
            reading.head = head;
            reading.count = header.seq;
            Stretch::add(&mut reading.stretches, header.seq, raw.len(), &event);
        }
        good_bytes += raw.len();
    }
    let mut reading = reading.ok_or_else(|| Error::Empty { path: path.to_owned() })?;
    reading.bytes = bytes;
    reading.bytes.truncate(good_bytes);
    Ok(reading)
}

/// Why a line is no event.
fn unreadable(text: &[u8]) -> String {
    let line: Option<serde_json::Value> = serde_json::from_slice(text).ok();
    let kind = line.as_ref().and_then(|line| line["type"].as_str());
    match kind.filter(|kind| !EventKind::is_known(kind)) {
        Some(kind) => {
            format!("`{kind}` is an event that this version of orch does not know")
        }
        None => FOREIGN.to_owned(),
    }
}

fn parse(text: &[u8]) -> Result<(Header, Event), serde_json::Error> {
    Ok((serde_json::from_slice(text)?, serde_json::from_slice(text)?))
}

fn refuse_broken_chain(
    (path, bytes): (&Path, &[u8]),
    line: u64,
    header: &Header,
    before: Option<&Reading>,
) -> Result<(), Error> {
    let (seq, head) = before.map_or((0, None), |reading| (reading.count, Some(reading.head)));
    if header.seq != seq + 1 {
        let message = format!("`seq` goes from {seq} to {}", header.seq);
        return Err(line_error(path, line, message));
    }
    if header.prev != head {
        let line = chain::changed_line(bytes, line);
        return Err(line_error(path, line, "it was changed: the hash chain breaks here"));
    }
    Ok(())
}

/// The line with its end, and its digest without.
fn line(seq: u64, ts: Moment, event: &Event, prev: Option<Digest>) -> (Vec<u8>, Digest) {
    let line = Line { seq, ts, event, prev };
    let mut bytes = json::harmless(serde_json::to_vec(&line).unwrap_or_default());
    let digest = Digest::of(&bytes);
    bytes.push(b'\n');
    (bytes, digest)
}

fn line_error(path: &Path, line: u64, message: impl Into<String>) -> Error {
    Error::Line { path: path.to_owned(), line, message: message.into() }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
