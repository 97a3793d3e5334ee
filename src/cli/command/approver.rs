//! `orch approver`: who approves in a browser.

use super::Failure;
use super::approver_add;
use crate::cli::answer::Face;

/// What can be typed after `orch approver`.
#[derive(Debug, clap::Subcommand)]
pub enum ApproverCommand {
    /// Create a passkey in a browser, and print its line for the allowed-signers file (interactive terminal only).
    Add(approver_add::Arguments),
}

pub fn execute(face: &Face, command: ApproverCommand) -> Result<u8, Failure> {
    match command {
        ApproverCommand::Add(arguments) => approver_add::execute(face, arguments),
    }
}
