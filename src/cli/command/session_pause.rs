//! `orch session pause`.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::exit;
use crate::ops::session_pause;

pub fn execute(face: &Face, request: &session_pause::Request) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let standing = session_pause::session_pause(&site, request)?;
    drive::last_words(face, &site, &standing);
    Ok(exit::DONE)
}
