//! `orch session`: sit down at a run, get up again, see how it stands.

use super::Failure;
use super::session_complete;
use super::session_list;
use super::session_pause;
use super::session_start;
use super::session_status;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops;
use crate::ops::session_keep;

/// What can be typed after `orch session`.
#[derive(Debug, clap::Subcommand)]
pub enum SessionCommand {
    /// Start a session: start the run of a key, or resume it with --resume.
    Start(ops::session_start::Request),
    /// Resume the run of a key; same as `start --resume`.
    Resume(session_start::Resume),
    /// Show the sessions of a run, with cost and time.
    Status(ops::Epic),
    /// Pause the session and its run.
    Pause(ops::session_pause::Request),
    /// List the checkpoints made in the sessions of a key.
    List(ops::Epic),
    /// Complete the session and its run, unless something is missing.
    Complete(ops::session_complete::Request),
    /// Keep a session open; `start` runs this automatically.
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
