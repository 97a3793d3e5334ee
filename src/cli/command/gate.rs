//! `orch gate`: what can be done with one gate.

use super::Failure;
use super::gate_approve;
use super::gate_check;
use super::gate_estimate;
use super::gate_fail;
use super::gate_finish;
use super::gate_redo;
use super::gate_reject;
use super::gate_start;
use super::gate_waive;
use crate::cli::answer::Face;
use crate::ops;

/// What can be typed after `orch gate`.
#[derive(Debug, clap::Subcommand)]
pub enum GateCommand {
    /// Begin an attempt by hand.
    Start(ops::gate_start::Request),
    /// Have the outputs judged, and go on; exits with the verdict.
    Finish(ops::gate_finish::Request),
    /// End an attempt as failed.
    Fail(ops::gate_fail::Request),
    /// Approve outputs that have passed; a person on a terminal.
    Approve(ops::gate_approve::Request),
    /// Refuse outputs that have passed; a person on a terminal.
    Reject(ops::gate_reject::Request),
    /// Have a gate done again, passed or failed, and all that follows from it; a person.
    Redo(ops::gate_redo::Request),
    /// Let the run pass without a gate; a person on a terminal.
    Waive(ops::gate_waive::Request),
    /// Say how long a gate should take.
    Estimate(ops::gate_estimate::Request),
    /// Judge the outputs as they are now, and change nothing.
    Check(gate_check::Arguments),
}

pub fn execute(face: &Face, command: GateCommand) -> Result<u8, Failure> {
    match command {
        GateCommand::Start(request) => gate_start::execute(face, &request),
        GateCommand::Finish(request) => gate_finish::execute(face, &request),
        GateCommand::Fail(request) => gate_fail::execute(face, &request),
        GateCommand::Approve(request) => gate_approve::execute(face, &request),
        GateCommand::Reject(request) => gate_reject::execute(face, &request),
        GateCommand::Redo(request) => gate_redo::execute(face, &request),
        GateCommand::Waive(request) => gate_waive::execute(face, &request),
        GateCommand::Estimate(request) => gate_estimate::execute(face, &request),
        GateCommand::Check(arguments) => gate_check::execute(face, &arguments),
    }
}
