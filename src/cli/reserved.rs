//! The words that the command line has taken for every run: what no input and no workflow can be
//! called by. The commands know them, and every project is opened with them, also by the commands.

use crate::definition::Reserved;
use std::sync::OnceLock;

static RESERVED: OnceLock<Reserved> = OnceLock::new();

/// Notes these words, once in a process.
pub fn note(reserved: impl FnOnce() -> Reserved) {
    RESERVED.get_or_init(reserved);
}

/// The words that were noted.
pub fn noted() -> Reserved {
    RESERVED.get().cloned().unwrap_or_default()
}
