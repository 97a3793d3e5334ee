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

/// Where a commit goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Head,
    Branch(String),
    Ref(String),
}

/// Files to commit, by their path from the root of the working tree.
#[derive(Debug)]
pub struct Commit<'c> {
    pub target: &'c Target,
    pub files: &'c [(String, Vec<u8>)],
    pub message: &'c str,
    pub lock: Option<&'c Path>,
}

/// A commit that was made, or found to be there already.
#[derive(Debug)]
pub struct Committed {
    pub id: String,
}

impl Repository {
    pub fn work_folder(&self) -> &Path {
        self.inner.workdir().unwrap_or(Path::new("/"))
    }

    pub fn branch(&self) -> Option<String> {
        None
    }

    pub fn head(&self) -> Option<String> {
        None
    }

    pub fn tree_at(&self, _: &Target, _: &str) -> Result<Option<String>, Error> {
        Ok(None)
    }

    pub fn commit(&mut self, _: &Commit<'_>) -> Result<Committed, Error> {
        Ok(Committed { id: String::new() })
    }
}
