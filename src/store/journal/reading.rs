//! A journal that was read whole, and what it tells beside the run that it folds to.

use super::Error;
use super::FILE;
use super::Header;
use super::Segment;
use super::line;
use super::line_error;
use super::parse;
use super::segment::Stretch;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Event;
use crate::id::GateId;
use crate::run::Run;
use std::collections::HashSet;
use std::path::Path;

/// A journal read whole: the run it folds to, and where each segment begins.
#[derive(Debug)]
pub struct Reading {
    /// The run that it folds to.
    pub run: Run,
    /// The head of its chain.
    pub head: Digest,
    /// The number of its events.
    pub count: u64,
    /// All sound lines; a torn last one is not among them.
    pub bytes: Vec<u8>,
    pub(super) stretches: Vec<Stretch>,
}

/// A run as it stood before one of its events.
#[derive(Debug, Clone, Copy)]
pub struct Then<'r> {
    /// The run.
    pub run: &'r Run,
    /// The head of the chain then.
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

    /// The events that name a gate, each with its moment: of a long run, few of them need to be parsed.
    pub fn history_of(&self, gate: &GateId) -> Vec<(Moment, Event)> {
        let name = format!("\"{gate}\"");
        let is_named = |line: &&[u8]| std::str::from_utf8(line).is_ok_and(|it| it.contains(&name));
        let event = |line: &[u8]| parse(line).ok().map(|(header, event)| (header.ts, event));
        self.lines().filter(is_named).filter_map(event).collect()
    }

    /// The latest moment that any line tells: time had come as far, whatever a clock says since.
    pub fn latest(&self) -> Option<Moment> {
        let moment = |line| serde_json::from_slice::<Header>(line).ok().map(|header| header.ts);
        self.lines().filter_map(moment).max()
    }

    /// The first line that says what it says in other bytes than the program writes: with a key
    /// twice, an unknown one, or a number that no run comes to.
    pub fn first_foreign_line(&self) -> Option<u64> {
        self.lines().zip(1..).find(|(text, _)| !is_own(text)).map(|(_, number)| number)
    }

    /// Whether the last line is none of these.
    pub(super) fn ends_in_own_line(&self) -> bool {
        let lines = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        lines.rsplit(|byte| *byte == b'\n').next().is_some_and(is_own)
    }
}

fn is_own(text: &[u8]) -> bool {
    parse(text).is_ok_and(|(header, event)| {
        let (raw, _) = line(header.seq, header.ts, &event, header.prev);
        raw.strip_suffix(b"\n") == Some(text)
    })
}
