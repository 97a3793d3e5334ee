//! What was said about the work of a run, in the order in which it was said.

use super::Caller;
use super::Error;
use super::GateChoice;
use super::Project;
use super::choose;
use super::note;
use crate::clock::Moment;
use crate::event::Note;
use crate::event::NoteKind;
use crate::id::GateId;
use crate::id::RunId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Which run, and optionally which gate of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Which run; with a gate, only what was said about that gate.
    #[serde(flatten)]
    pub gate: GateChoice,
}

/// What was said about a run.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// What was said, oldest first.
    pub entries: Vec<Entry>,
}

/// One thing that was said.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// Update, note, log, decision or summary.
    pub kind: NoteKind,
    /// The gate that it is about; null where it is about the run.
    pub gate: Option<GateId>,
    /// A person, or how an agent was recognized.
    pub by: String,
    /// The text.
    pub text: String,
    /// Whether the process that drives the run has yet to record it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_pending: bool,
}

/// Lists updates, notes, logs, decisions and summaries of a run.
pub fn log(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let run_id = choose::run(project, caller, &request.gate.run)?;
    let pending = note::pending(project, &run_id);
    let run = project.store.read(&run_id)?.run;
    let named = request.gate.gate.as_deref();
    let gate = named.map(|name| choose::gate_of(project, caller, &run, Some(name))).transpose()?;
    let is_wanted = |note: &Note| gate.is_none() || note.gate == gate;
    // One that was recorded meanwhile is not told twice.
    let pending =
        pending.into_iter().filter(|(_, note)| run.notes.iter().all(|(_, it)| it != note));
    let pending = pending.map(|said| (said, true)).collect::<Vec<_>>();
    let said = run.notes.iter().cloned().map(|said| (said, false)).chain(pending);
    let mut entries: Vec<Entry> = said
        .filter(|((_, note), _)| is_wanted(note))
        .map(|((at, note), is_pending)| Entry {
            at: note.said_at.unwrap_or(at),
            kind: note.kind,
            gate: note.gate,
            by: note.by,
            text: note.text,
            is_pending,
        })
        .collect();
    entries.sort_by_key(|entry| entry.at);
    Ok(Reply { run_id, entries })
}
