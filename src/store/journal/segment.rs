//! Segments: the journal's committed copy lies in files of their own, whose borders are a pure
//! function of the events.

use crate::event::Event;
use std::ops::Range;

/// A stretch of lines that is committed together; a pure function of the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The number of its first event.
    pub first_seq: u64,
    /// Its lines.
    pub bytes: Vec<u8>,
    /// Whether its last event closes it.
    pub is_closed: bool,
}

impl Segment {
    /// The one that begins after the event of this number, with nothing in it yet.
    pub(super) fn after(seq: u64) -> Self {
        Self { first_seq: seq + 1, bytes: Vec::new(), is_closed: false }
    }
}

/// Where a segment lies in a journal.
#[derive(Debug)]
pub(super) struct Stretch {
    first_seq: u64,
    bytes: Range<usize>,
    pub(super) is_closed: bool,
}

impl Stretch {
    /// Puts one more line where it belongs; `length` is its own, in bytes.
    pub(super) fn add(all: &mut Vec<Self>, seq: u64, length: usize, event: &Event) {
        if all.last().is_none_or(|last| last.is_closed) {
            let begin = all.last().map_or(0, |last| last.bytes.end);
            all.push(Self { first_seq: seq, bytes: begin..begin, is_closed: false });
        }
        if let Some(last) = all.last_mut() {
            last.bytes.end += length;
            last.is_closed = closes(event);
        }
    }

    /// The segment, out of the journal's bytes.
    pub(super) fn of(&self, journal: &[u8]) -> Segment {
        let bytes = journal[self.bytes.clone()].to_vec();
        Segment { first_seq: self.first_seq, bytes, is_closed: self.is_closed }
    }
}

/// A segment ends where a commit is made: with an attempt, and wherever the run stops.
pub fn closes(event: &Event) -> bool {
    event.ended_attempt().is_some() || event.is_stop()
}
