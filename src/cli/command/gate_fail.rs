//! `orch gate fail`: end an attempt as failed.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::exit;
use crate::cli::progress::Progress;
use crate::ops::gate_fail;

pub fn execute(face: &Face, request: &gate_fail::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let progress = Progress::of(face, &project, &request.gate.run);
    let mut reply = gate_fail::gate_fail(&project, &face.caller, request)?;
    drop(progress);
    // The failure was asked for, and recorded: the command has done its work.
    reply.passed = true;
    drive::gate_words(face, &project, &reply);
    Ok(exit::DONE)
}
