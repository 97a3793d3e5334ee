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

    /// The folder that the working tree lies in.
    pub fn work_folder(&self) -> &Path {
        self.inner.workdir().unwrap_or_else(|| self.inner.path())
    }

    /// What is not as the commit at hand has it, among the paths that `wanted` wants, and how:
    /// `modified`, `staged`, `untracked`, `ignored`, `deleted` or `conflicted`. Paths are relative to
    /// the working tree; an ignored folder and a repository within this one are one path that ends
    /// with `/`, and a submodule is one path.
    pub fn uncommitted(
        &self,
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<Vec<(String, String)>, Error> {
        let mut options = git2::StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_ignored(true);
        let statuses = self.inner.statuses(Some(&mut options))?;
        let entries = statuses.iter().filter_map(|entry| {
            let path = String::from_utf8_lossy(entry.path_bytes()).into_owned();
            let what = what_is_left(entry.status())?;
            wanted(&path).then(|| (path, what.to_owned()))
        });
        Ok(entries.collect())
    }
}

/// The word for a status, the worst first; `None` for what is committed.
fn what_is_left(status: git2::Status) -> Option<&'static str> {
    use git2::Status;
    let words = [
        (Status::CONFLICTED, "conflicted"),
        (Status::WT_DELETED | Status::INDEX_DELETED, "deleted"),
        (Status::WT_MODIFIED | Status::WT_TYPECHANGE | Status::WT_RENAMED, "modified"),
        (
            Status::INDEX_NEW
                | Status::INDEX_MODIFIED
                | Status::INDEX_TYPECHANGE
                | Status::INDEX_RENAMED,
            "staged",
        ),
        (Status::WT_NEW | Status::WT_UNREADABLE, "untracked"),
        (Status::IGNORED, "ignored"),
    ];
    words.iter().find(|(flags, _)| status.intersects(*flags)).map(|(_, word)| *word)
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
