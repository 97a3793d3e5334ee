//! One run that a worker drives, with what it was told.

use super::Error;
use super::Project;
use super::Suggestion;
use super::pooled;
use super::pooled::PooledRun;
use crate::event::Note;
use crate::event::NoteKind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The run that a worker drives.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Key, run id, or a unique part of one.
    #[cfg_attr(feature = "cli", arg(value_name = "KEY"))]
    pub key: String,
}

/// One run in the hands of workers.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Got {
    /// The run.
    #[serde(flatten)]
    pub run: PooledRun,
    /// The messages that were forwarded to it.
    pub messages: Vec<String>,
}

/// Looks it up.
pub fn get(project: &Project, request: &Request) -> Result<Got, Error> {
    let run = pooled::find(project, &request.key, Suggestion::new("run show").word(&request.key))?;
    let notes = project.store.glance(&run.run_id).map(|reading| reading.run.notes);
    let is_message = |note: &Note| note.kind == NoteKind::Message;
    let messages = notes.unwrap_or_default().into_iter().map(|(_, note)| note).filter(is_message);
    Ok(Got { run, messages: messages.map(|note| format!("{}: {}", note.by, note.text)).collect() })
}
