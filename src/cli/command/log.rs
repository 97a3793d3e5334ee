//! `orch log`: with a text it records completed work, without one it lists what was recorded.

use super::Failure;
use super::note;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::event::NoteKind;
use crate::ops;
use crate::ops::GateChoice;
use crate::ops::Instructions;
use crate::ops::log;

/// What `orch log` takes on the command line.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Text; quotes are optional unless the shell needs them. Without it, list updates, notes, logs and decisions.
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    #[command(flatten)]
    gate: GateChoice,
}

pub fn execute(face: &Face, Arguments { text, gate }: Arguments) -> Result<u8, Failure> {
    if !text.is_empty() {
        let request = ops::note::Request { kind: NoteKind::Log, text, gate };
        return note::execute(face, NoteKind::Log, request);
    }
    let project = face.global.open(false)?;
    let reply = log::log(&project, &face.caller, &log::Request { gate })?;
    let rows: Vec<Vec<String>> = reply
        .entries
        .iter()
        .map(|entry| {
            let gate = entry.gate.as_ref().map(ToString::to_string).unwrap_or_default();
            let kind = entry.kind.to_string();
            let pending = if entry.is_pending { " (not recorded yet)" } else { "" };
            let by = format!("{}{pending}", entry.by);
            vec![entry.at.to_string(), kind, gate, by, entry.text.clone()]
        })
        .collect();
    if rows.is_empty() && !face.global.json {
        face.say(&format!("nothing recorded for run {}", reply.run_id));
    }
    face.answer(&reply, &Instructions::default(), &table(&rows));
    Ok(exit::DONE)
}
