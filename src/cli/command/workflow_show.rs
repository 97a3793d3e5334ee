//! `orch workflow show`: the text to standard output, why this copy to standard error.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::workflow_show;

pub fn execute(face: &Face, request: &workflow_show::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = workflow_show::workflow_show(&project, request)?;
    if !face.global.json {
        face.say(&reply.why);
    }
    face.answer(&reply, &Instructions::default(), &reply.text);
    Ok(exit::DONE)
}
