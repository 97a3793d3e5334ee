//! Segments: the journal's committed copy lies in files of their own, whose borders are a pure
//! function of the events.

use crate::event::Event;

/// A stretch of lines that is committed together; a pure function of the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub first_seq: u64,
    pub bytes: Vec<u8>,
    /// Whether its last event closes it.
    pub is_closed: bool,
}

impl Segment {
    /// Its name in the record.
    pub fn name(&self) -> String {
        segment_name(self.first_seq)
    }
}

/// The name of the segment that begins with this event.
pub fn segment_name(first_seq: u64) -> String {
    format!("{first_seq:06}.jsonl")
}

/// Puts one more line where it belongs.
pub(super) fn add(segments: &mut Vec<Segment>, seq: u64, raw: &[u8], event: &Event) {
    if segments.last().is_none_or(|segment| segment.is_closed) {
        segments.push(Segment { first_seq: seq, bytes: Vec::new(), is_closed: false });
    }
    if let Some(segment) = segments.last_mut() {
        segment.bytes.extend_from_slice(raw);
        segment.is_closed = closes(event);
    }
}

/// A segment ends where a commit is made: with an attempt, and wherever the run stops.
pub(super) fn closes(event: &Event) -> bool {
    event.ended_attempt().is_some() || event.is_stop()
}
