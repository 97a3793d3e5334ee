//! `orch invocation record`: note a call of an agent.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::invocation_record;

/// What can be typed after `orch invocation`.
#[derive(Debug, clap::Subcommand)]
pub enum InvocationCommand {
    /// Record an agent invocation that orch did not make itself.
    Record(invocation_record::Request),
}

pub fn execute(face: &Face, command: InvocationCommand) -> Result<u8, Failure> {
    let InvocationCommand::Record(request) = command;
    let project = face.global.open(false)?;
    let invocation = invocation_record::invocation_record(&project, &face.caller, &request)?;
    let next = Instructions::of_run(&project, &face.caller, &request.gate.run);
    face.answer(&invocation, &next, invocation.invocation_id.as_str());
    Ok(exit::DONE)
}
