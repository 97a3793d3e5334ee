//! `orch record`: the committed documents of runs.

use super::Failure;
use super::record_fetch;
use super::record_push;
use super::record_rebuild;
use crate::cli::answer::Face;
use crate::ops;

#[derive(Debug, clap::Subcommand)]
pub enum RecordCommand {
    /// Rebuild the record of a run from its journal, byte for byte, and commit what was missing.
    Rebuild(ops::record_rebuild::Request),
    /// Push the records of all runs to another repository.
    Push(ops::record_push::Request),
    /// Fetch the records of runs from another repository.
    Fetch(ops::record_fetch::Request),
}

pub fn execute(face: &Face, command: RecordCommand) -> Result<u8, Failure> {
    match command {
        RecordCommand::Rebuild(request) => record_rebuild::execute(face, &request),
        RecordCommand::Push(request) => record_push::execute(face, &request),
        RecordCommand::Fetch(request) => record_fetch::execute(face, &request),
    }
}
