//! `orch checkpoint`: sealed points in a run.

use super::Failure;
use super::checkpoint_create;
use super::checkpoint_diff;
use super::checkpoint_list;
use super::checkpoint_restore;
use super::checkpoint_show;
use crate::cli::answer::Face;
use crate::ops;

#[derive(Debug, clap::Subcommand)]
pub enum CheckpointCommand {
    /// Create a checkpoint of the run and the working tree, untracked files included.
    Create(ops::checkpoint_create::Request),
    /// List the checkpoints of a run, with the space they take.
    List(ops::checkpoint_list::Request),
    /// Show a checkpoint.
    Show(ops::checkpoint_show::Request),
    /// Show changes since a checkpoint, or between two.
    Diff(checkpoint_diff::Arguments),
    /// Restore the files of a checkpoint; never overwrites work that is saved nowhere else.
    Restore(ops::checkpoint_restore::Request),
}

pub fn execute(face: &Face, command: CheckpointCommand) -> Result<u8, Failure> {
    match command {
        CheckpointCommand::Create(request) => checkpoint_create::execute(face, &request),
        CheckpointCommand::List(request) => checkpoint_list::execute(face, &request),
        CheckpointCommand::Show(request) => checkpoint_show::execute(face, &request),
        CheckpointCommand::Diff(arguments) => checkpoint_diff::execute(face, &arguments),
        CheckpointCommand::Restore(request) => checkpoint_restore::execute(face, &request),
    }
}

/// A number of bytes for people: `12 B`, `3.4 MiB`.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut whole, mut unit) = (bytes, 0);
    while whole >= 1024 * 1024 && unit + 1 < UNITS.len() {
        whole /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", whole / 1024, whole % 1024 * 10 / 1024, UNITS[unit])
}
