//! `orch gate finish`: judge, record, go on.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::ops::gate_finish;

pub fn execute(face: &Face, request: &gate_finish::Request) -> Result<u8, Failure> {
    let site = face.global.site(true)?;
    let mut progress = Progress::new(face);
    let reply = gate_finish::gate_finish(&site, request, &mut |notice| progress.show(&notice))?;
    Ok(drive::gate_words(face, &site, &reply))
}
