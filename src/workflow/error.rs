//! Why there is no workflow.

use crate::definition::Unreadable;
use crate::source::Unsound;
use crate::suggestion::Advice;

/// Why there is no workflow.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[non_exhaustive]
pub enum Error {
    /// None has the name.
    #[error("workflow `{name}` not found")]
    #[diagnostic(code("not_found"))]
    Unknown {
        /// The name.
        name: String,
        /// What to type.
        #[help]
        help: Advice,
    },
    /// The name could never be one.
    #[error("`{name}` is not a valid workflow name")]
    #[diagnostic(code("not_found"))]
    NoName {
        /// The name.
        name: String,
        /// What to type.
        #[help]
        help: Advice,
    },
    /// A file of it cannot be read.
    #[error("{0}")]
    #[diagnostic(code("unsound"))]
    Unreadable(String),
    /// Something in it is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unsound(Box<Unsound>),
}

impl From<Box<Unsound>> for Error {
    fn from(unsound: Box<Unsound>) -> Self {
        Self::Unsound(unsound)
    }
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Unopened(message) => Self::Unreadable(message),
            Unreadable::NotText(unsound) => Self::Unsound(unsound),
        }
    }
}
