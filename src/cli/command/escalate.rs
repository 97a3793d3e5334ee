//! `orch escalate`: leave a question to a person.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::escalate;

pub fn execute(face: &Face, request: &escalate::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = escalate::escalate(&project, &face.caller, request)?;
    let then = if reply.handed_over {
        "; exit now, and the attempt ends with this question"
    } else {
        "; the gate waits for an answer"
    };
    let asked = reply.question.in_words();
    face.answer(&reply, &Instructions::default(), &format!("{} asks: {asked}{then}", reply.gate));
    Ok(exit::DONE)
}
