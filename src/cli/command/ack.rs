//! `orch ack`: the messages were read.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::answer::one_line;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::RunChoice;
use crate::ops::ack;

pub fn execute(face: &Face, choice: &RunChoice) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = ack::ack(&project, &face.caller, choice)?;
    if reply.messages.is_empty() {
        face.say("no new messages");
    }
    let lines = reply.messages.iter().map(|message| format!("{}\n", one_line(message)));
    face.answer(&reply, &Instructions::default(), &lines.collect::<String>());
    Ok(exit::DONE)
}
