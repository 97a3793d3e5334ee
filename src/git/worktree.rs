//! New working trees, each with a branch of its own.

use super::Error;
use super::Repository;
use super::failure::doing;
use super::program;
use crate::process::Stop;
use std::path::Path;

const BRANCHES: &str = "refs/heads/";

impl Repository {
    /// Makes a working tree in a folder that is not there, with a new branch from a commit.
    pub fn add_worktree(&self, folder: &Path, branch: &str, base: &str) -> Result<(), Error> {
        let folder = folder.display().to_string();
        let words = ["worktree", "add", "--quiet", "--no-track", "-b", branch, &folder, base];
        program::run(&self.work_folder, &words, b"").map_err(|reason| Error::Worktree { reason })
    }

    /// Removes a working tree and its branch, whatever is in it.
    pub fn discard_worktree(&self, folder: &Path, branch: &str) -> Result<(), Error> {
        let folder = folder.display().to_string();
        let git = |words: &[&str]| program::run(&self.work_folder, words, b"");
        // What was not made is not there to be removed.
        let _ = git(&["worktree", "remove", "--force", "--force", &folder]);
        git(&["worktree", "prune"]).map_err(|reason| Error::Worktree { reason })?;
        if self.has_branch(branch)? {
            git(&["branch", "-D", "--quiet", branch])
                .map_err(|reason| Error::Worktree { reason })?;
        }
        Ok(())
    }

    /// Whether there is a branch of this name here.
    pub fn has_branch(&self, branch: &str) -> Result<bool, Error> {
        Ok(self.commit_of(&format!("{BRANCHES}{branch}"))?.is_some())
    }

    /// The commit that a name stands for as git reads names: a branch, a tag, `origin/main`, `HEAD~2`.
    pub fn commit_named(&self, name: &str) -> Result<Option<String>, Error> {
        let found = self.inner.revparse_single(name).and_then(|found| found.peel_to_commit());
        match found {
            Ok(commit) => Ok(Some(commit.id().to_string())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(doing(format!("find {name:?}"))(error)),
        }
    }

    /// Fetches what is new on the remote's branches.
    pub fn fetch_branches(&self, remote: &str, stop: &Stop) -> Result<(), Error> {
        let fetched =
            program::run_until(&self.work_folder, &["fetch", "--quiet", "--", remote], stop);
        fetched.map_err(|reason| Error::Remote { command: "fetch".to_owned(), reason })
    }
}
