//! `orch next`: the packet that is to be worked on, and the commands that follow.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::RunChoice;
use crate::ops::next;

pub fn execute(face: &Face, choice: &RunChoice) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = next::next(&project, &face.caller, choice)?;
    let packet = reply.packet.clone().unwrap_or_default();
    let text = format!("run {} {}\n{packet}", reply.run.run_id, reply.run.status);
    face.answer(&reply, &reply.instructions, &crate::check::plain_text(&text));
    Ok(exit::DONE)
}
