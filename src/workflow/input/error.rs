//! What is wrong with one given value.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// What a value is that a person gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Called {
    /// An input of a workflow.
    #[default]
    Input,
    /// An answer to a question of a gate.
    Answer,
}

impl Called {
    /// Whether it is an input.
    pub fn is_input(&self) -> bool {
        *self == Self::Input
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Answer => "answer",
        })
    }
}

/// What is wrong with one given value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What makes it so follows the words "is required".
    #[error("{called} `{name}` is required{because}")]
    Missing {
        /// What it is.
        called: Called,
        /// The name.
        name: String,
        /// What makes it required.
        because: String,
        /// What to type.
        help: String,
    },
    /// Its value is of another type, or not allowed.
    #[error("{called} `{name}`: {message}")]
    Wrong {
        /// What it is.
        called: Called,
        /// The name.
        name: String,
        /// What is wrong with the value.
        message: String,
        /// What to type.
        help: Option<String>,
    },
    /// There is none of that name.
    #[error("unknown {called} `{name}`")]
    Unknown {
        /// What it would be.
        called: Called,
        /// The name.
        name: String,
        /// What to type.
        help: String,
    },
}

impl Error {
    /// The name of the value that is wrong or missing.
    pub fn name(&self) -> &str {
        match self {
            Self::Missing { name, .. } | Self::Wrong { name, .. } | Self::Unknown { name, .. } => {
                name
            }
        }
    }
}
