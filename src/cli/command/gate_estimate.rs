//! `orch gate estimate`.

use super::Failure;
use crate::cli::answer::Face;
use crate::clock::show_duration;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::gate_estimate;
use std::time::Duration;

pub fn execute(face: &Face, request: &gate_estimate::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = gate_estimate::gate_estimate(&project, &face.caller, request)?;
    let shown = |seconds| show_duration(Duration::from_secs(seconds));
    let text = format!(
        "gate {}: estimated {}, worked {} so far",
        reply.gate,
        shown(reply.estimate_s),
        shown(reply.active_s)
    );
    face.answer(&reply, &Instructions::of_run(&project, &face.caller, &request.gate.run), &text);
    Ok(exit::DONE)
}
