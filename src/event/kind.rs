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

#[cfg(test)]
mod tests {
    use crate::event::Event;
    use crate::event::EventKind;
    use strum::IntoEnumIterator;

    #[test]
    fn every_kind_has_the_name_that_journals_read() {
        for kind in EventKind::iter() {
            // What it lacks is what it tells, and not a kind.
            let error = serde_json::from_str::<Event>(&format!("{{\"type\":\"{kind}\"}}"));
            let error = error.unwrap_err().to_string();
            assert!(error.contains("missing field `data`"), "{kind}: {error}");
        }
        assert_eq!(EventKind::CheckpointSealed.to_string(), "CHECKPOINT_SEALED");
    }
}
