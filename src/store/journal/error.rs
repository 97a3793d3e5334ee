//! Why a journal cannot be used, and what can be done about it.

use super::FILE;
use crate::digest::Digest;
use crate::files;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use std::io;
use std::path::PathBuf;

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[diagnostic(code("corrupt"))]
#[non_exhaustive]
pub enum Error {
    /// It cannot be read or written.
    #[error("{}", files::told(path, source))]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of it is not what must stand there.
    #[error("{} line {line}: {message}", path.display())]
    Line {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// It has no first event, and so is no run's.
    #[error("{} contains no events", path.display())]
    Empty {
        /// The journal.
        path: PathBuf,
    },
    /// Found by the process that drives the run.
    #[error("{} was changed by another process: {message}", path.display())]
    Changed {
        /// The journal.
        path: PathBuf,
        /// What was changed.
        message: String,
    },
    /// Two sound journals of one run that each say something the other does not.
    #[error("local and committed journals have diverged: {} has head {here}, {} has head \
             {committed}", path.display(), copy.display())]
    Fork {
        /// The local one.
        path: PathBuf,
        /// The head of its chain.
        here: Digest,
        /// The committed one.
        copy: PathBuf,
        /// The head of its chain.
        committed: Digest,
    },
}

impl Error {
    /// What can be done about it.
    pub fn advice(&self) -> Option<Advice> {
        match self {
            Self::Changed { .. } => Some(
                Advice::from("nothing more was written; to check the run: ")
                    .then(Suggestion::new("verify")),
            ),
            Self::Fork { .. } => Some("keep the correct one, and replace the other with it".into()),
            // A committed copy is put right by what git and `doctor` know of it.
            Self::Line { path, .. } | Self::Empty { path } if path.ends_with(FILE) => {
                let path = path.to_string_lossy();
                let aside = Advice::program(&["mv", &path, &format!("{path}.aside")]);
                let go_on = "to continue from the committed record: ";
                Some(
                    Advice::from(go_on)
                        .then(aside)
                        .then("; what was recorded after its last commit stays in that file"),
                )
            }
            Self::Io { .. } | Self::Line { .. } | Self::Empty { .. } => None,
        }
    }
}
