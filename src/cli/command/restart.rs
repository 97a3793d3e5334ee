//! `orch restart`: have a worker drive a run again.

use super::Failure;
use super::list;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::get;
use crate::ops::restart;

pub fn execute(face: &Face, request: &get::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let run = restart::restart(&project, &face.caller, request)?;
    let text = format!("{} {}\n", run.key, list::state(&run));
    face.answer(&run, &Instructions::default(), &text);
    Ok(exit::DONE)
}
