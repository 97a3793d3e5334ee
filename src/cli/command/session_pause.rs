//! `orch session pause`.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::envelope::exit;
use crate::ops::session_pause;

pub fn execute(face: &Face, request: &session_pause::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let standing = session_pause::session_pause(&project, &face.caller, request)?;
    drive::last_words(face, &project, &standing);
    Ok(exit::DONE)
}
