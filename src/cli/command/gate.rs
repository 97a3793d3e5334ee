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
    /// Start an attempt by hand.
    Start(ops::gate_start::Request),
    /// Judge the outputs and continue the run; the exit code is the verdict.
    Finish(ops::gate_finish::Request),
    /// Fail the current attempt.
    Fail(ops::gate_fail::Request),
    /// Approve outputs that passed (interactive terminal only).
    Approve(ops::gate_approve::Request),
    /// Reject outputs that passed (interactive terminal only).
    Reject(ops::gate_reject::Request),
    /// Redo a gate, passed or failed, and every gate that depends on it (not for agents).
    Redo(ops::gate_redo::Request),
    /// Let the run pass without a gate (interactive terminal only).
    Waive(ops::gate_waive::Request),
    /// Estimate how long a gate will take.
    Estimate(ops::gate_estimate::Request),
    /// Judge the current outputs without recording anything.
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
