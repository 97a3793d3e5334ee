//! `orch record`: the committed documents of runs.

use super::Failure;
use super::record_rebuild;
use crate::cli::answer::Face;
use crate::ops;

#[derive(Debug, clap::Subcommand)]
pub enum RecordCommand {
    /// Make the record of a run again from its journal, byte for byte, and commit what was missing.
    Rebuild(ops::record_rebuild::Request),
}

pub fn execute(face: &Face, command: RecordCommand) -> Result<u8, Failure> {
    match command {
        RecordCommand::Rebuild(request) => record_rebuild::execute(face, &request),
    }
}
