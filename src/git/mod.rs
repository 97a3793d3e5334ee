//! The repository that a project lies in: the one home of `git2`.

use std::path::Path;
use std::path::PathBuf;

/// Why git could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("git: {0}")]
    Git(#[from] git2::Error),
}

/// An open repository with a working tree.
pub struct Repository {
    inner: git2::Repository,
}

impl Repository {
    /// The repository that holds `folder`; `None` outside of one.
    pub fn discover(folder: &Path) -> Result<Option<Self>, Error> {
        match git2::Repository::discover(folder) {
            Ok(inner) => Ok(Some(Self { inner })),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The folder that all worktrees of the repository share.
    pub fn common_folder(&self) -> PathBuf {
        self.inner.commondir().to_owned()
    }
}
