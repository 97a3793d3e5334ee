//! New working trees, each with a branch of its own.

use super::Error;
use super::Repository;
use super::failure::doing;
use super::program;
use crate::files;
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
        // What was not made is not there to be removed; git removes none that it had not finished, and
        // keeps those locked.
        if git(&["worktree", "remove", "--force", "--force", &folder]).is_err() {
            let _ = git(&["worktree", "unlock", &folder]);
            files::remove_tree(Path::new(&folder)).map_err(|error| {
                let reason = format!("cannot remove {folder}: {error}");
                Error::Worktree { reason }
            })?;
        }
        git(&["worktree", "prune"]).map_err(|reason| Error::Worktree { reason })?;
        if self.has_branch(branch)? {
            git(&["branch", "-D", "--quiet", branch])
                .map_err(|reason| Error::Worktree { reason })?;
        }
        Ok(())
    }

    /// Removes a working tree, and lets its branch be.
    pub fn remove_worktree(&self, folder: &Path) -> Result<(), Error> {
        let folder = folder.display().to_string();
        program::run(&self.work_folder, &["worktree", "remove", "--force", &folder], b"")
            .map_err(|reason| Error::Worktree { reason })
    }

    /// Forgets working trees whose folders are gone.
    pub fn prune_worktrees(&self) -> Result<(), Error> {
        program::run(&self.work_folder, &["worktree", "prune"], b"")
            .map_err(|reason| Error::Worktree { reason })
    }

    /// Whether somebody has locked this working tree.
    pub fn is_locked_worktree(&self) -> bool {
        self.inner.is_worktree() && self.folder().join("locked").exists()
    }

    /// Whether git takes this for the name of a branch.
    pub fn is_branch_name(&self, name: &str) -> bool {
        git2::Branch::name_is_valid(name).unwrap_or_default()
    }

    /// Whether all commits of a branch are on another branch, or on a remote.
    pub fn is_branch_elsewhere(&self, branch: &str) -> Result<bool, Error> {
        let name = format!("{BRANCHES}{branch}");
        let Some(tip) = self.commit_of(&name)? else { return Ok(true) };
        for prefix in [BRANCHES, "refs/remotes/"] {
            for other in self.refs_below(prefix)?.iter().filter(|other| **other != name) {
                let Some(commit) = self.commit_of(other)? else { continue };
                let holds = commit == tip
                    || self
                        .inner
                        .graph_descendant_of(commit, tip)
                        .map_err(doing(format!("compare {other} with {branch}")))?;
                if holds {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Keeps the end of a branch under another ref.
    pub fn keep_branch(&self, branch: &str, reference: &str) -> Result<(), Error> {
        let Some(tip) = self.commit_of(&format!("{BRANCHES}{branch}"))? else { return Ok(()) };
        program::run(&self.work_folder, &["update-ref", reference, &tip.to_string()], b"")
            .map_err(|reason| Error::Worktree { reason })
    }

    /// Deletes a branch, merged or not.
    pub fn delete_branch(&self, branch: &str) -> Result<(), Error> {
        program::run(&self.work_folder, &["branch", "-D", "--quiet", "--", branch], b"")
            .map_err(|reason| Error::Worktree { reason })
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
