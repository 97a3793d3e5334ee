//! `orch gate fail`: end an attempt as failed.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::RunChoice;
use crate::ops::gate_fail;
use crate::ops::gate_fail::Reply;

pub fn execute(face: &Face, request: &gate_fail::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let progress = Progress::of(face, &project, &request.gate.run);
    let reply = gate_fail::gate_fail(&project, &face.caller, request)?;
    drop(progress);
    match reply {
        Reply::Failed(mut reply) => {
            // The failure was asked for, and recorded: the command has done its work.
            reply.passed = true;
            drive::gate_words(face, &project, &reply);
        }
        Reply::HandedOver(said) => {
            let text = format!("gate {} will fail when this work ends: {}", said.gate, said.reason);
            let choice = RunChoice { run: Some(said.run_id.to_string()) };
            face.answer(&said, &Instructions::of_run(&project, &face.caller, &choice), &text);
        }
    }
    Ok(exit::DONE)
}
