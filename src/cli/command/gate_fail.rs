//! `orch gate fail`: end an attempt as failed.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::exit;
use crate::cli::progress::Progress;
use crate::ops::gate_fail;

pub fn execute(face: &Face, request: &gate_fail::Request) -> Result<u8, Failure> {
    let site = face.global.site(true)?;
    let progress = Progress::of(face, &site, &request.gate.run);
    let mut reply = gate_fail::gate_fail(&site, request)?;
    drop(progress);
    // The failure was asked for, and recorded: the command has done its work.
    reply.passed = true;
    drive::gate_words(face, &site, &reply);
    Ok(exit::DONE)
}
