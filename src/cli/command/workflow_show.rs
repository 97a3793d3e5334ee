//! `orch workflow show`: the text to standard output, why this copy to standard error.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::workflow_show;

/// Which workflow.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The workflow's name.
    name: String,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let reply = workflow_show::workflow_show(&site, &arguments.name)?;
    if !face.global.json {
        face.say(&reply.why);
    }
    face.answer(&reply, &Instructions::default(), &reply.text);
    Ok(exit::DONE)
}
