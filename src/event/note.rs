//! What people and agents say about the work while they do it.

use crate::clock::Moment;
use crate::id::GateId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Note {
    /// What kind of note it is.
    pub kind: NoteKind,
    /// The gate it is about; `None` if it is about the run.
    pub gate: Option<GateId>,
    /// Its words.
    pub text: String,
    /// A person as git knows them, or the agent whose marks were found.
    pub by: String,
    /// Time of the note, if it was recorded later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<Moment>,
}

/// The author of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Author {
    /// An agent, and how it is known to be one: by a mark, or by its work at a gate.
    Agent(String),
    /// A user, by name.
    User(String),
}

/// As records name them.
impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(sign) => write!(f, "an agent ({sign})"),
            Self::User(name) => f.write_str(name),
        }
    }
}

/// Kind of note.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoteKind {
    /// Progress.
    Update,
    /// Anything worth knowing.
    #[default]
    Note,
    /// Completed work.
    Log,
    /// A decision and its reason.
    Decision,
    /// The summary of finished work.
    Summary,
    /// What somebody tells whoever does the work; it is in the next packets.
    Message,
    /// The messages so far were read.
    Acknowledgement,
    /// How far the work has come: the name of a phase.
    Phase,
}

impl NoteKind {
    /// The kind as the record writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Note => "note",
            Self::Log => "log",
            Self::Decision => "decision",
            Self::Summary => "summary",
            Self::Message => "message",
            Self::Acknowledgement => "acknowledgement",
            Self::Phase => "phase",
        }
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
