//! What is said about the work while it is done: updates, notes, summaries and decisions.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::Project;
use super::choose;
use super::session_state;
use crate::check;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::event::Event;
use crate::event::Note;
use crate::event::NoteKind;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::secrets_of;
use crate::run::Run;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// More than this is no note but a document, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Arguments of `note`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Kind of note.
    #[cfg_attr(feature = "cli", arg(skip))]
    #[serde(default)]
    pub kind: NoteKind,
    /// Text; quotes are optional unless the shell needs them.
    #[cfg_attr(feature = "cli", arg(value_name = "TEXT", required = true, num_args = 1..))]
    pub text: Vec<String>,
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
}

/// What was noted, and where.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The gate it was noted for, if known.
    pub gate: Option<GateId>,
    /// Kind of note.
    pub kind: NoteKind,
    /// The text, as recorded.
    pub text: String,
    /// Whether it was passed to the process that holds the run, which will record it.
    pub handed_over: bool,
    /// The current gate, if it takes longer than estimated.
    pub overrun: Option<Overrun>,
}

/// A gate that takes longer than was estimated.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Overrun {
    /// The gate.
    pub gate: GateId,
    /// Estimate in seconds.
    pub estimate_s: u64,
    /// Working time so far, in seconds.
    pub active_s: u64,
}

/// Notes it in the current run, at the gate that is worked on where that is clear.
pub fn note(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let kind = request.kind;
    let id = choose::open_run(project, caller, &request.gate.run)?;
    let run = project.store.read(&id)?.run;
    let gate = match &request.gate.gate {
        Some(name) => Some(choose::gate_of(project, caller, &run, Some(name))?),
        None => choose::gate_at_hand(project, caller, &run),
    };
    let note = said(project, caller, &run, (kind, gate), &request.text.join(" "))?;
    let handed_over = leave(project, caller, &id, &note)?;
    let overrun = note.gate.as_ref().and_then(|gate| overrun(project, &run, gate));
    Ok(Reply { run_id: id, gate: note.gate, kind, text: note.text, handed_over, overrun })
}

/// Records a note; where another process holds the run, that one does. Says whether it is left to it.
pub(super) fn leave(
    project: &Project,
    caller: &Caller,
    id: &RunId,
    note: &Note,
) -> Result<bool, Error> {
    let is_left = match Driver::take(project, id) {
        Ok(mut driver) => {
            driver.append(&[Event::Noted(note.clone())])?;
            false
        }
        // An agent says how far it has come while its run is driven.
        Err(Error::Held { .. }) => {
            hand_over(project, caller, id, note)?;
            true
        }
        Err(error) => return Err(error),
    };
    session_state::write(project, id)?;
    Ok(is_left)
}

fn overrun(project: &Project, run: &Run, gate: &GateId) -> Option<Overrun> {
    let state = run.gate(gate)?;
    let planned = || Some(workflow(run).ok()?.gate(gate)?.estimate?.as_secs());
    let estimate_s = state.estimate_s.or_else(planned)?;
    let active_s = state.time.until(project.clock.now()).active.as_secs();
    (active_s > estimate_s).then(|| Overrun { gate: gate.clone(), estimate_s, active_s })
}

fn workflow(run: &Run) -> Result<Workflow, Error> {
    let definition = Definition::thaw(&run.started.definition);
    Ok(Workflow::parse(&run.started.workflow, &definition)?)
}

/// Leaves a letter to whoever holds the run.
pub(super) fn hand_over(
    project: &Project,
    caller: &Caller,
    id: &RunId,
    note: &Note,
) -> Result<(), Error> {
    let at = project.clock.now();
    let letter = Note { said_at: Some(at), ..note.clone() };
    let said = project.store.say(id, at, &letter, &caller.who(project)?);
    said.map_err(|source| Error::disk(&project.store.mailbox(id), source))
}

/// What was said to whoever drives the run, and is not recorded yet. Asked for before the journal is
/// read: a letter leaves after it is in there.
pub(super) fn pending(project: &Project, id: &RunId) -> Vec<(Moment, Note)> {
    let letters = project.store.said(id).unwrap_or_default().into_iter();
    letters
        .filter(|letter| letter.answers.is_none())
        .filter_map(|letter| Some((letter.note.said_at?, letter.note)))
        .collect()
}

/// The note as the record may hold it: without secrets and terminal escapes.
pub(super) fn said(
    project: &Project,
    caller: &Caller,
    run: &Run,
    (kind, gate): (NoteKind, Option<GateId>),
    text: &str,
) -> Result<Note, Error> {
    let secrets = secrets_of(project, run)?;
    let text = secrets.redact(check::plain_text(&secrets.redact(text)).trim());
    if text.is_empty() {
        return Err(Error::usage(format!("the {kind} is empty")));
    }
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the {kind} is too long ({} bytes)", text.len());
        return Err(Error::usage(message).advise(format!(
            "use at most {TEXT_BYTES_MAX} bytes, or write a file and refer to it"
        )));
    }
    let by = caller.who(project)?.to_string();
    Ok(Note { kind, gate, text, by, said_at: None })
}
