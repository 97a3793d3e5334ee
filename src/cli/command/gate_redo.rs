//! `orch gate redo`: open a gate again, and drive on.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::ops::gate_redo;

pub fn execute(face: &Face, request: &gate_redo::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let progress = Progress::of(face, &project, &request.gate.run);
    let reply = gate_redo::gate_redo(&project, &face.caller, request)?;
    drop(progress);
    Ok(drive::gate_words(face, &project, &reply))
}
