//! `orch update`: report progress, or how far the work has come.

use super::Failure;
use super::note;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::event::NoteKind;
use crate::ops::Instructions;
use crate::ops::phase_set;

/// What can be typed after `orch update`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Phase of the work, such as `working`, `shipping` or `pr_ready`.
    #[arg(long, value_name = "PHASE", conflicts_with = "text")]
    status: Option<String>,
    /// Text; quotes are optional unless the shell needs them.
    #[arg(value_name = "TEXT", required_unless_present = "status", num_args = 1..)]
    text: Vec<String>,
    #[command(flatten)]
    gate: crate::ops::GateChoice,
}

pub fn execute(face: &Face, arguments: Arguments) -> Result<u8, Failure> {
    let Arguments { status, text, gate } = arguments;
    let Some(phase) = status else {
        let request = crate::ops::note::Request { kind: NoteKind::Update, text, gate };
        return note::execute(face, NoteKind::Update, request);
    };
    let project = face.global.open(false)?;
    let request = phase_set::Request { phase, run: gate.run.run };
    let reply = phase_set::phase_set(&project, &face.caller, &request)?;
    let text = format!("run {} {}\n", reply.run_id, reply.phase);
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}
