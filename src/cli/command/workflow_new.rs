//! `orch workflow new`: three files to write on from.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::workflow_new;

pub fn execute(face: &Face, request: &workflow_new::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = workflow_new::workflow_new(&project, request)?;
    let name = &request.name;
    let instructions = Instructions::to(
        "Make these files say what you want.",
        [
            format!("orch workflow check {name}"),
            format!("orch rehearse {name} --slug example"),
            format!("orch run {name} --slug example"),
        ],
    );
    face.answer(&reply, &instructions, &reply.files.join("\n"));
    Ok(exit::DONE)
}
