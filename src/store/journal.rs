//! The journal: a run's events on disk, append-only, each line chained to the one
//! before it by SHA-256 and synced before anything relies on it. It is the only truth.

mod chain;
mod follow;
mod segment;

pub use follow::Follow;
pub use follow::JournalEntry;
pub use follow::wake;
pub use segment::Segment;

use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Event;
use crate::files;
use crate::files::Appender;
use crate::files::Beneath;
use crate::json;
use crate::run::Run;
use segment::Stretch;
use serde::Deserialize;
use serde::Serialize;
use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The file's name in a run's folder.
pub const FILE: &str = "journal.jsonl";

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[diagnostic(code("corrupt"))]
pub enum Error {
    #[error("{}", files::told(path, source))]
    Io { path: PathBuf, source: io::Error },
    #[error("{} line {line}: {message}", path.display())]
    Line { path: PathBuf, line: u64, message: String },
    #[error("{} holds no events", path.display())]
    Empty { path: PathBuf },
    /// Two sound journals of one run that each say something the other does not.
    #[error("{} stands at {here}, and its committed copy {} at {committed}: the run was taken two ways", path.display(), copy.display())]
    #[diagnostic(help("keep the one that is right, and put it in the place of the other"))]
    Fork { path: PathBuf, here: Digest, copy: PathBuf, committed: Digest },
}

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

/// A journal read whole: the run it folds to, and where each segment begins.
#[derive(Debug)]
pub struct Reading {
    pub run: Run,
    pub head: Digest,
    pub count: u64,
    /// All sound lines; a torn last one is not among them.
    pub bytes: Vec<u8>,
    stretches: Vec<Stretch>,
}

/// A run as it stood before one of its events.
#[derive(Debug, Clone, Copy)]
pub struct Then<'r> {
    pub run: &'r Run,
    pub head: Digest,
    /// The latest moment that any line before tells.
    pub latest: Moment,
}

impl Reading {
    /// What is committed together, in its order; only the last may not be closed yet.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment> {
        self.stretches.iter().map(|stretch| stretch.of(&self.bytes))
    }

    /// Whether the last event closes its segment.
    pub fn is_closed(&self) -> bool {
        self.stretches.last().is_some_and(|stretch| stretch.is_closed)
    }

    /// Whether the chain ever stood at this digest.
    pub fn stood_at(&self, head: Digest) -> bool {
        self.lines().any(|line| Digest::of(line) == head)
    }

    /// Every digest that the chain ever stood at.
    pub fn heads(&self) -> HashSet<Digest> {
        self.lines().map(Digest::of).collect()
    }

    /// Each line without its end.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.split_inclusive(|byte| *byte == b'\n').filter_map(|raw| raw.strip_suffix(b"\n"))
    }

    /// The length of all lines before each event, and the event with its moment.
    pub fn events(&self) -> Vec<(usize, Moment, Event)> {
        let mut before = 0;
        let event = |line: &[u8]| {
            let at = before;
            before += line.len() + 1;
            parse(line).ok().map(|(header, event)| (at, header.ts, event))
        };
        self.lines().filter_map(event).collect()
    }

    /// Shows each event but the first with how the run stood before it, in one fold over all of them.
    pub fn retrace<E: From<Error>>(
        &self,
        mut look: impl FnMut(&Then<'_>, Moment, &Event) -> Result<(), E>,
    ) -> Result<(), E> {
        let path = Path::new(FILE);
        let mut then: Option<(Run, Digest, Moment)> = None;
        for (text, number) in self.lines().zip(1..) {
            let wrong = |error: String| line_error(path, number, error);
            let (header, event) = parse(text).map_err(|error| wrong(error.to_string()))?;
            then = Some(match then {
                None => {
                    let run = Run::begin(header.ts, &event);
                    (run.map_err(|error| wrong(error.to_string()))?, Digest::of(text), header.ts)
                }
                Some((mut run, head, latest)) => {
                    look(&Then { run: &run, head, latest }, header.ts, &event)?;
                    let applied = run.apply(header.ts, &event);
                    applied.map_err(|error| wrong(error.to_string()))?;
                    (run, Digest::of(text), latest.max(header.ts))
                }
            });
        }
        Ok(())
    }

    /// Each event with its moment.
    pub fn history(&self) -> Vec<(Moment, Event)> {
        self.events().into_iter().map(|(_, at, event)| (at, event)).collect()
    }

    /// The latest moment that any line tells: time had come as far, whatever a clock says since.
    pub fn latest(&self) -> Option<Moment> {
        let moment = |line| serde_json::from_slice::<Header>(line).ok().map(|header| header.ts);
        self.lines().filter_map(moment).max()
    }

    /// The first line that says what it says in other bytes than the program writes: with a key
    /// twice, an unknown one, or a number that no run comes to.
    pub fn first_foreign_line(&self) -> Option<u64> {
        let is_own = |text: &[u8]| {
            parse(text).is_ok_and(|(header, event)| {
                let (raw, _) = line(header.seq, header.ts, &event, header.prev);
                raw.strip_suffix(b"\n") == Some(text)
            })
        };
        self.lines().zip(1..).find(|(text, _)| !is_own(text)).map(|(_, number)| number)
    }
}

/// How lines get to the disk.
type Write = fn(&mut Appender, &[u8]) -> io::Result<()>;

/// A journal open for appending, with the run it has come to.
#[derive(Debug)]
pub struct Journal {
    appender: Appender,
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
        self.appender.sync().map_err(|source| Error::Io { path, source })
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
        write(&mut self.appender, &bytes).map_err(|source| Error::Io { path, source })?;
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
        set_aside.map_err(|source| Error::Io { path, source })?;
        Ok(self.appender.take_aside())
    }

    pub fn head(&self) -> Digest {
        self.head
    }

    pub fn count(&self) -> u64 {
        self.count
    }

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
    fold(&place.path(), bytes)
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
            parse(text).map_err(|error| line_error(path, line_number, error.to_string()))?;
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
        let message = format!("the count goes from {seq} to {}", header.seq);
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
mod tests;
