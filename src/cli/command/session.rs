//! `orch session`: sit down at a run, get up again, see how it stands.

use super::Failure;
use super::session_complete;
use super::session_list;
use super::session_pause;
use super::session_start;
use super::session_status;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops;
use crate::ops::session_keep;

/// What can be typed after `orch session`.
#[derive(Debug, clap::Subcommand)]
pub enum SessionCommand {
    /// Sit down at the run of a key: begin it, or take it up with --resume.
    Start(ops::session_start::Request),
    /// Take up the run of a key: the same as `start --resume`.
    Resume(session_start::Resume),
    /// Show the sittings at a run, with cost and time.
    Status(ops::Epic),
    /// Get up: the run is paused until somebody sits down again.
    Pause(ops::session_pause::Request),
    /// List the checkpoints of a key, in all its runs.
    List(ops::Epic),
    /// End the sitting and the run, if nothing is missing.
    Complete(ops::session_complete::Request),
    /// Hold a session; `start` begins this by itself.
    #[command(hide = true)]
    Keep(session_keep::Request),
}

pub fn execute(face: &Face, command: SessionCommand) -> Result<u8, Failure> {
    match command {
        SessionCommand::Start(request) => session_start::execute(face, &request),
        SessionCommand::Resume(arguments) => session_start::execute(face, &arguments.request()),
        SessionCommand::Status(epic) => session_status::execute(face, &epic),
        SessionCommand::Pause(request) => session_pause::execute(face, &request),
        SessionCommand::List(epic) => session_list::execute(face, &epic),
        SessionCommand::Complete(request) => session_complete::execute(face, &request),
        SessionCommand::Keep(request) => {
            session_keep::session_keep(&face.global.open(false)?, &request)?;
            Ok(exit::DONE)
        }
    }
}
