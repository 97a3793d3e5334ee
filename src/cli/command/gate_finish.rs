//! `orch gate finish`: judge, record, go on.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::ops::gate_finish;

pub fn execute(face: &Face, request: &gate_finish::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let progress = Progress::of(face, &project, &request.gate.run);
    let reply = gate_finish::gate_finish(&project, &face.caller, request)?;
    drop(progress);
    Ok(drive::gate_words(face, &project, &reply))
}
