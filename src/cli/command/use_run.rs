//! `orch use`: choose the current run.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::use_run;
use crate::ops::use_run::Reply;

/// The run to work on.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run: its id, a unique part of it, or its key.
    #[arg(value_name = "RUN")]
    name: String,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let reply = use_run::use_run(&site, &arguments.name)?;
    answer(face, &reply);
    Ok(exit::DONE)
}

pub(super) fn answer(face: &Face, reply: &Reply) {
    let text = reply
        .current
        .as_ref()
        .map_or_else(|| "no run is chosen".to_owned(), |current| format!("current run: {current}"));
    face.answer(reply, &Instructions::default(), &text);
}
