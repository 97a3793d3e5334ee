//! `orch run cancel`: end a run that is not wanted.

use super::Failure;
use super::run_pause;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::envelope::exit;
use crate::ops::run_cancel;

pub fn execute(face: &Face, request: &run_cancel::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let mut told = run_pause::told(face);
    let progress = Progress::of(face, &project, &request.run);
    let standing = run_cancel::run_cancel(&project, &face.caller, request, &mut told)?;
    drop(progress);
    drive::last_words(face, &project, &standing);
    Ok(exit::DONE)
}
