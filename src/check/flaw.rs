//! What is wrong with the parameters of a check, and which of them is.

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

    pub fn advise(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
