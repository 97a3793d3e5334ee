//! `orch back`: leave the current run.

use super::Failure;
use super::use_run;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::back;

pub fn execute(face: &Face) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = back::back(&project, &face.caller)?;
    use_run::answer(face, &project, &reply);
    Ok(exit::DONE)
}
