//! The bytes of journals, for tests of what is read from them.

use super::line;
use crate::event::Event;
use crate::run::testing::at;

/// A journal of these events.
pub(crate) fn bytes(events: &[Event]) -> Vec<u8> {
    let mut prev = None;
    let mut bytes = Vec::new();
    for (seq, event) in (1..).zip(events) {
        let (line, head) = line(seq, at(), event, prev);
        bytes.extend(line);
        prev = Some(head);
    }
    bytes
}
