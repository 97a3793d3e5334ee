//! What libgit2 fails with, in words for who uses git: what was tried, what kind of thing failed, and
//! what to do. What the library says of it is the cause, without its classes and codes.

use git2::ErrorClass;
use git2::ErrorCode;
use std::fmt;

/// What did not work.
#[derive(Debug, thiserror::Error)]
pub struct GitFailure {
    /// What was tried, as words behind `cannot`.
    attempt: Option<String>,
    kind: Kind,
    #[source]
    cause: Cause,
}

/// What kind of thing failed: the library tells by class and code.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Locked,
    Missing,
    Damaged,
    Reference,
    Settings,
    Index,
    Files,
    Folder,
    Memory,
    Other,
}

/// What the library says.
#[derive(Debug)]
struct Cause(git2::Error);

impl GitFailure {
    pub(super) fn of(cause: git2::Error) -> Self {
        Self { attempt: None, kind: Kind::of(&cause), cause: Cause(cause) }
    }

    /// Whether something is not there that was looked for.
    pub(super) fn is_not_found(&self) -> bool {
        self.cause.0.code() == ErrorCode::NotFound
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self.kind {
            Kind::Locked => "wait for it; if no git process is running, remove the .lock file",
            Kind::Missing => "find what is missing with `git fsck`, and fetch it from a remote",
            Kind::Damaged => "find what is damaged with `git fsck`",
            Kind::Reference => "find broken refs with `git fsck`, and delete or restore them",
            Kind::Settings => "run `git config --list`, which names the file and line",
            Kind::Index => "rebuild the index with `git reset`",
            Kind::Files => "check permissions and free space in the repository's .git folder",
            Kind::Folder => "run `git status` there to see what is wrong",
            Kind::Memory => "free some memory and try again",
            Kind::Other => "check the repository with `git fsck`",
        }
    }
}

/// Says what was tried.
pub(super) fn doing(attempt: impl fmt::Display) -> impl FnOnce(git2::Error) -> super::Error {
    move |error| {
        let attempt = Some(attempt.to_string());
        super::Error::Git(GitFailure { attempt, ..GitFailure::of(error) })
    }
}

impl Kind {
    fn of(error: &git2::Error) -> Self {
        match (error.code(), error.class()) {
            (ErrorCode::Locked, _) => Self::Locked,
            (ErrorCode::NotFound, ErrorClass::Reference) => Self::Reference,
            (
                ErrorCode::NotFound,
                ErrorClass::Odb | ErrorClass::Object | ErrorClass::Tree | ErrorClass::Invalid,
            ) => Self::Missing,
            (_, ErrorClass::Odb | ErrorClass::Object | ErrorClass::Tree | ErrorClass::Zlib) => {
                Self::Damaged
            }
            (_, ErrorClass::Reference) => Self::Reference,
            (_, ErrorClass::Config) => Self::Settings,
            (_, ErrorClass::Index) => Self::Index,
            (_, ErrorClass::Os | ErrorClass::Filesystem) => Self::Files,
            (_, ErrorClass::Repository) => Self::Folder,
            (_, ErrorClass::NoMemory) => Self::Memory,
            // The library has classes for all that it can do, and grows.
            _ => Self::Other,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Locked => "another git process holds a lock",
            Self::Missing => "an object is missing from the repository",
            Self::Damaged => "an object of the repository is damaged",
            Self::Reference => "a ref of the repository is damaged or leads nowhere",
            Self::Settings => "git's settings are not valid",
            Self::Index => "git's index is damaged",
            Self::Files => "git cannot read or write its files",
            Self::Folder => "there is no usable git repository",
            Self::Memory => "out of memory",
            Self::Other => "git refused it",
        }
    }
}

impl fmt::Display for GitFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.attempt {
            Some(attempt) => write!(f, "cannot {attempt}: {}", self.kind.words()),
            None => write!(f, "cannot read the git repository: {}", self.kind.words()),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.message())
    }
}

impl std::error::Error for Cause {}
