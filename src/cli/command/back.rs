//! `orch back`: leave the current run.

use super::Failure;
use super::use_run;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::back;

pub fn execute(face: &Face) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let reply = back::back(&site)?;
    use_run::answer(face, &site, &reply);
    Ok(exit::DONE)
}
