//! `orch record push`: how many records the remote holds now.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::record_push;

pub fn execute(face: &Face, request: &record_push::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let pushed = record_push::record_push(&project, request)?;
    let text = match pushed.refs.len() {
        0 => "no runs to push".to_owned(),
        1 => format!("pushed the record of 1 run to {}", pushed.remote),
        count => format!("pushed the records of {count} runs to {}", pushed.remote),
    };
    face.answer(&pushed, &Instructions::default(), &text);
    Ok(exit::DONE)
}
