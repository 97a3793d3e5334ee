//! `orch init`: make a project ready.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::init;

pub fn execute(face: &Face) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = init::init(&project)?;
    for remark in reply.remarks.iter().filter(|_| !face.global.json) {
        face.say(remark);
    }
    let commands = ["doctor", "workflow list"].map(Suggestion::new);
    let instructions = Instructions::to("Configure your agents in orch.toml.", commands);
    face.answer(&reply, &instructions, &reply.files.join("\n"));
    Ok(exit::DONE)
}
