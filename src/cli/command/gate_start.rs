//! `orch gate start`: begin an attempt; prints its packet.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::envelope::exit;
use crate::ops::gate_start;
use crate::run::GateStatus;

pub fn execute(face: &Face, request: &gate_start::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let progress = Progress::of(face, &project, &request.gate.run);
    let mut reply = gate_start::gate_start(&project, &face.caller, request)?;
    drop(progress);
    // A gate that now waits has been started, which is all that was asked for.
    reply.passed |= reply.status == GateStatus::Waiting;
    let code = drive::gate_words(face, &project, &reply);
    Ok(if reply.passed { exit::DONE } else { code })
}
