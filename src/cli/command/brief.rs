//! `orch brief`: its text to standard output.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::brief;

pub fn execute(face: &Face, request: &brief::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = brief::brief(&project, &face.caller, request)?;
    face.answer(&reply, &Instructions::default(), &reply.text);
    Ok(exit::DONE)
}
