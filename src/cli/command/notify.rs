//! `orch notify`: those who are told what happens in runs.

use super::Failure;
use super::notify_test;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::notify_send;

/// What can be typed after `orch notify`.
#[derive(Debug, clap::Subcommand)]
pub enum NotifyCommand {
    /// Send a test notification to each [[notify]] of orch.toml.
    Test,
    /// Send the notifications of a run; orch runs this automatically.
    #[command(hide = true)]
    Send(notify_send::Request),
}

pub fn execute(face: &Face, command: NotifyCommand) -> Result<u8, Failure> {
    match command {
        NotifyCommand::Test => notify_test::execute(face),
        NotifyCommand::Send(request) => {
            notify_send::notify_send(&face.global.open(false)?, &request)?;
            Ok(exit::DONE)
        }
    }
}
