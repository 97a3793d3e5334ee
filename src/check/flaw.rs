//! What is wrong with the parameters of a check, and which of them is.

use crate::clock::DurationError;
use crate::files::PathError;

/// A flaw, before any file is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The parameter whose value is wrong; `None` where it is not one alone.
    pub parameter: Option<&'static str>,
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Flaw {
    /// A flaw of one parameter.
    pub fn of(parameter: &'static str, message: impl Into<String>) -> Self {
        Self { parameter: Some(parameter), message: message.into(), help: None }
    }

    /// A flaw of the check as a whole.
    pub fn whole(message: impl Into<String>) -> Self {
        Self { parameter: None, message: message.into(), help: None }
    }

    /// A flaw of a parameter that is a time.
    pub fn of_time(parameter: &'static str, error: &DurationError) -> Self {
        Self::of(parameter, error.message.as_str()).advise(error.help.as_str())
    }

    /// A flaw of a parameter that is a path.
    pub fn of_path(parameter: &'static str, error: &PathError) -> Self {
        Self::of(parameter, error.to_string()).advise(error.help())
    }

    pub fn advise(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
