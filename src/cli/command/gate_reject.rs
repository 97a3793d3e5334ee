//! `orch gate reject`: a person refuses; the reason goes to the next attempt.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::cli::terminal;
use crate::envelope::exit;
use crate::ops::gate_reject;

pub fn execute(face: &Face, request: &gate_reject::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    gate_reject::refuse_blank(request)?;
    gate_reject::refuse_unasked(&project, &face.caller, request)?;
    let person = terminal::person(&project, &face.caller, face.global.is_ci())?;
    let progress = Progress::of(face, &project, &request.gate.run);
    let mut reply = gate_reject::gate_reject(&project, &face.caller, request, &person)?;
    drop(progress);
    reply.passed = true;
    drive::gate_words(face, &project, &reply);
    Ok(exit::DONE)
}
