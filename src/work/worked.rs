//! The work that an attempt belongs to, as checks look at it: what the run says of it, and what was
//! said since in letters that nobody has taken in yet.

use super::Workspace;
use crate::check::WorkLog;
use crate::clock::Moment;
use crate::event::Note;
use crate::event::NoteKind;
use crate::id::GateId;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// The work up to the moment when it was looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Worked {
    /// The work so far.
    pub work: WorkLog,
    /// The gate.
    pub gate: GateId,
    /// The notes, each with its time.
    pub notes: Vec<(Moment, Note)>,
    /// When the gate's round began: what was summed up before is of another round.
    pub since: Option<Moment>,
    /// Whether somebody works on the run from here on.
    pub is_timed: bool,
}

impl Worked {
    /// The work as it is so long after that moment.
    pub(super) fn now(&self, workspace: &Workspace, after: Duration) -> WorkLog {
        let notes = self.said(workspace);
        let said = || notes.iter();
        let is_summary =
            |note: &&Note| note.kind == NoteKind::Summary && note.gate.as_ref() == Some(&self.gate);
        let passed = if self.is_timed { after } else { Duration::ZERO };
        WorkLog {
            summary: said().rfind(is_summary).map(|note| note.text.clone()),
            updates: said().filter(|note| note.kind == NoteKind::Update).count(),
            active: self.work.active + passed,
            ..self.work.clone()
        }
    }

    /// All that was said.
    fn said(&self, workspace: &Workspace) -> Vec<Note> {
        let of_round = |(at, note): (Moment, Note)| {
            let is_old =
                note.kind == NoteKind::Summary && self.since.is_some_and(|since| at < since);
            (!is_old).then_some(note)
        };
        let told = || self.notes.clone().into_iter().filter_map(of_round).collect();
        let Some((store, run)) = &workspace.said else { return told() };
        // Whoever drives the run may take letters in at any moment: after the mailbox the journal.
        let mut letters = store.said(run).unwrap_or_default();
        let mut notes: Vec<Note> = match store.glance(run) {
            Ok(reading) => reading.run.notes.into_iter().filter_map(of_round).collect(),
            Err(_) => told(),
        };
        letters.retain(|letter| !notes.contains(&letter.note));
        notes.extend(letters.into_iter().map(|letter| letter.note));
        notes
    }
}
