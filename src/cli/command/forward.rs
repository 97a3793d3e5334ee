//! `orch forward`: tell whoever works in a run something.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::forward;

pub fn execute(face: &Face, request: &forward::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = forward::forward(&project, &face.caller, request)?;
    let said = match (&reply.answered, reply.resumed) {
        (Some(gate), true) => format!("answered {gate}; run {} continues", reply.run_id),
        (Some(gate), false) => format!("answered {gate}; resume run {} to continue", reply.run_id),
        (None, _) => format!("forwarded; it is in the next packet of run {}", reply.run_id),
    };
    face.answer(&reply, &Instructions::default(), &said);
    Ok(exit::DONE)
}
