//! `orch run complete`: end a run.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::envelope::exit;
use crate::ops::run_complete;

pub fn execute(face: &Face, request: &run_complete::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let progress = Progress::of(face, &project, &request.run);
    let standing = run_complete::run_complete(&project, &face.caller, request)?;
    drop(progress);
    drive::last_words(face, &project, &standing);
    Ok(exit::DONE)
}
