//! `orch record`: the committed documents of runs.

use super::Failure;
use super::record_fetch;
use super::record_push;
use super::record_rebuild;
use crate::cli::answer::Face;
use crate::ops;

#[derive(Debug, clap::Subcommand)]
pub enum RecordCommand {
    /// Make the record of a run again from its journal, byte for byte, and commit what was missing.
    Rebuild(ops::record_rebuild::Request),
    /// Send the records of all runs to another repository.
    Push(ops::record_push::Request),
    /// Bring the records of runs from another repository.
    Fetch(ops::record_fetch::Request),
}

pub fn execute(face: &Face, command: RecordCommand) -> Result<u8, Failure> {
    match command {
        RecordCommand::Rebuild(request) => record_rebuild::execute(face, &request),
        RecordCommand::Push(request) => record_push::execute(face, &request),
        RecordCommand::Fetch(request) => record_fetch::execute(face, &request),
    }
}
