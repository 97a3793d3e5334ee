//! The kinds of events by name, as journals have them.

use super::EventKind;
use serde::Serialize;
use std::fmt;
use strum::IntoEnumIterator;

impl EventKind {
    /// Whether this is the name of one.
    pub fn is_known(name: &str) -> bool {
        Self::iter().any(|kind| kind.to_string() == name)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
