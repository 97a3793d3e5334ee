//! What lies where only the program's own files and folders may lie: it is told, and left alone.

use super::link::shown_target;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// What a path is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Folder,
    File,
}

/// What was found instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    Link {
        target: OsString,
    },
    /// A folder, pipe, socket or device, in these words.
    Kind(&'static str),
    /// A file that has other names too: what is written to it is written to them.
    Names(u64),
}

/// A link or another odd file where one of the program's own belongs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}; remove it: {}", self.words(), self.remedy())]
pub struct InTheWay {
    pub(super) path: PathBuf,
    pub(super) found: Found,
    pub(super) wanted: Wanted,
}

impl InTheWay {
    /// What lies where, and what belongs there.
    pub fn words(&self) -> String {
        let (found, wanted) = (self.found.words(), self.wanted.words());
        format!("{} {found}, expected {wanted}", self.path.display())
    }

    /// The command that takes it out of the way. What is in a file or folder may be dear to somebody.
    pub fn remedy(&self) -> String {
        let path = self.path.display();
        match self.found {
            Found::Kind("file" | "folder") => format!("mv {path} {path}.old"),
            Found::Link { .. } | Found::Kind(_) | Found::Names(_) => format!("rm {path}"),
        }
    }
}

impl Wanted {
    fn words(self) -> &'static str {
        match self {
            Self::Folder => "a folder",
            Self::File => "a regular file",
        }
    }
}

impl Found {
    fn words(&self) -> String {
        match self {
            Self::Link { target } => {
                format!("is a symbolic link (to {})", shown_target(Path::new(target)))
            }
            Self::Kind(kind) => format!("is a {kind}"),
            Self::Names(names) => format!("is a file with {names} hard links"),
        }
    }
}

impl From<InTheWay> for io::Error {
    fn from(thing: InTheWay) -> Self {
        Self::other(thing)
    }
}

/// An error about a path, with the path in it once.
pub fn told(path: &Path, source: &io::Error) -> String {
    match in_the_way(source) {
        Some(thing) => thing.to_string(),
        None => format!("{}: {source}", path.display()),
    }
}

/// What lies in the way, where that is what an error says, or one that it stands on.
pub fn in_the_way<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e InTheWay> {
    let thing = |error: &'e (dyn std::error::Error + 'static)| {
        error.downcast_ref::<io::Error>()?.get_ref()?.downcast_ref::<InTheWay>()
    };
    std::iter::successors(Some(error), |error| error.source()).find_map(thing)
}
