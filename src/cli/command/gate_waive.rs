//! `orch gate waive`: asks the person at the terminal, and nobody else.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::menu;
use crate::cli::progress::Progress;
use crate::cli::question;
use crate::cli::terminal;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::gate_waive;

pub fn execute(face: &Face, request: &gate_waive::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    gate_waive::refuse_blank(request)?;
    let person = terminal::person(&project, &face.caller, face.global.is_ci())?;
    let gate = request.gate.gate.as_deref().unwrap_or("the waiting gate");
    let ask = format!("Waive {gate} as {}: {}? [yes/no]", person.by, request.reason);
    let mut look = menu::unless_stopped(face, &project, &request.gate.run, None)?;
    if !question::word(&ask, &["yes", "y", "waive"], &mut look)? {
        return Err(Error::usage("not waived; nothing was written").into());
    }
    let progress = Progress::of(face, &project, &request.gate.run);
    let mut reply = gate_waive::gate_waive(&project, &face.caller, request, &person)?;
    drop(progress);
    reply.passed = true;
    drive::gate_words(face, &project, &reply);
    Ok(exit::DONE)
}
