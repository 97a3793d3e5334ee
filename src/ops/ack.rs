//! Say that the messages which were forwarded to a run have been read.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use super::note;
use crate::event::Note;
use crate::event::NoteKind;
use crate::id::RunId;
use crate::run::Run;
use serde::Serialize;

/// What was acknowledged.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Acknowledged {
    /// The run's id.
    pub run_id: RunId,
    /// The messages that were not acknowledged before.
    pub messages: Vec<String>,
}

/// Acknowledges them. Where none is new, or the run is over, nothing is recorded.
pub fn ack(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<Acknowledged, Error> {
    let run_id = choose::run(project, caller, choice)?;
    let pending = note::pending(project, &run_id);
    let run = project.store.read(&run_id)?.run;
    let messages = unread(&run, pending.iter().map(|(_, note)| note));
    if !messages.is_empty() && !run.status.is_final() {
        let kind = NoteKind::Acknowledgement;
        let text = format!("read {}", messages.len());
        let note = note::said(project, caller, &run, (kind, None), &text)?;
        note::leave(project, caller, &run_id, &note)?;
    }
    Ok(Acknowledged { run_id, messages })
}

/// The messages since the last acknowledgement.
pub(super) fn unread<'n>(run: &'n Run, pending: impl Iterator<Item = &'n Note>) -> Vec<String> {
    let all: Vec<&Note> = run.notes.iter().map(|(_, note)| note).chain(pending).collect();
    let after = all.iter().rposition(|note| note.kind == NoteKind::Acknowledgement);
    let new = all.iter().skip(after.map_or(0, |at| at + 1));
    let new = new.filter(|note| note.kind == NoteKind::Message);
    new.map(|note| format!("{}: {}", note.by, note.text)).collect()
}
