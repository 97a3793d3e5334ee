//! What a sitting has seen of the project's files, so that they are not read again.

use crate::files::Prints;
use crate::id::GateId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Instant;

/// What was seen of the project's files in this sitting.
#[derive(Debug, Default)]
pub struct Seen {
    /// The digests of files that were read, as long as the files are the same.
    pub prints: RefCell<Prints>,
    /// How often the outputs of each gate were found changed.
    pub changes: HashMap<GateId, u32>,
    /// When all that a gate stands on was looked at last.
    pub looked_at: Option<Instant>,
}
