//! New working trees, each with a branch of its own.

use super::Error;
use super::Repository;
use super::failure::doing;
use super::program;
use super::target::BRANCHES;
use crate::files;
use crate::process::Stop;
use std::path::Path;

/// The file in git's own folder of a working tree that says whose it is.
const OWNER: &str = "orch-run";

/// The largest of these that is read.
const OWNER_BYTES_MAX: u64 = 1024;

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

    /// Removes a working tree, and lets its branch be. It is moved `aside` first, in one step: of one that
    /// was half removed nobody could tell whose it was.
    pub fn remove_worktree(&self, folder: &Path, aside: &Path) -> Result<(), Error> {
        let io = |error: std::io::Error| Error::Worktree {
            reason: format!("cannot remove {}: {error}", folder.display()),
        };
        files::remove_tree(aside).map_err(io)?;
        files::rename_folder(folder, aside).map_err(io)?;
        self.prune_worktrees()?;
        files::remove_tree(aside).map_err(io)
    }

    /// Notes whose working tree this is, where nobody cleans up but who removes it.
    pub fn mark_worktree(folder: &Path, owner: &str) -> Result<(), Error> {
        let inner = git2::Repository::open(folder).map_err(doing("open the new worktree"))?;
        let path = inner.path().join(OWNER);
        files::write_view(&path, owner.as_bytes())
            .map_err(|source| Error::Io { path: path.display().to_string(), source })
    }

    /// Whose working tree this was noted to be.
    pub fn worktree_owner(&self) -> Option<String> {
        let path = self.folder().join(OWNER);
        let bytes = files::read_small(&path, OWNER_BYTES_MAX).ok().flatten();
        bytes.filter(|_| self.inner.is_worktree()).and_then(|bytes| String::from_utf8(bytes).ok())
    }

    /// The repositories in this working tree that are not its own: submodules that are checked out, and
    /// those that somebody made or cloned where git does not ignore it.
    pub fn repositories_within(&self) -> Result<Vec<String>, Error> {
        let mut within = Vec::new();
        self.find_repositories("", &mut within)?;
        let modules = self.inner.submodules().map_err(doing("look for submodules"))?;
        let open = modules.iter().filter(|module| module.open().is_ok());
        within.extend(open.map(|module| module.path().display().to_string()));
        Ok(within)
    }

    fn find_repositories(&self, below: &str, found: &mut Vec<String>) -> Result<(), Error> {
        let folder = self.work_folder.join(below);
        let io = |source| Error::Io { path: folder.display().to_string(), source };
        let names = files::names_in(&folder).map_err(io)?;
        if !below.is_empty() && names.iter().any(|name| name == ".git") {
            found.push(below.to_owned());
            return Ok(());
        }
        for name in names.iter().filter(|name| *name != ".git") {
            let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            let is_folder = files::is_real_folder(&self.work_folder.join(&path));
            if is_folder && !self.inner.is_path_ignored(&path).unwrap_or_default() {
                self.find_repositories(&path, found)?;
            }
        }
        Ok(())
    }

    /// The commit that is checked out, where no branch and no remote has it.
    pub fn head_alone(&self) -> Result<Option<String>, Error> {
        let Some(head) = self.commit_of("HEAD")? else { return Ok(None) };
        Ok((!self.is_elsewhere(head, "")?).then(|| head.to_string()))
    }

    /// Keeps a commit under a name that is free: this one, or the next of it.
    pub fn keep(&self, commit: &str, reference: &str) -> Result<String, Error> {
        let free = self.free_ref(reference, Some(commit))?;
        program::run(&self.work_folder, &["update-ref", &free, commit], b"")
            .map_err(|reason| Error::Worktree { reason })?;
        Ok(free)
    }

    /// The first of `name`, `name-2`, … that is no ref yet, or is one of this commit.
    pub fn free_ref(&self, name: &str, commit: Option<&str>) -> Result<String, Error> {
        let mut number = 1_u32;
        loop {
            let free = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
            match self.commit_of(&free)? {
                None => return Ok(free),
                Some(known) if commit == Some(known.to_string().as_str()) => return Ok(free),
                Some(_) => number += 1,
            }
        }
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
        self.is_elsewhere(tip, &name)
    }

    /// Whether a commit is on a branch or on a remote, one branch left out.
    fn is_elsewhere(&self, tip: git2::Oid, except: &str) -> Result<bool, Error> {
        for prefix in [BRANCHES, "refs/remotes/"] {
            for other in self.refs_below(prefix)?.iter().filter(|other| **other != except) {
                let Some(commit) = self.commit_of(other)? else { continue };
                let holds = commit == tip
                    || self
                        .inner
                        .graph_descendant_of(commit, tip)
                        .map_err(doing(format!("compare {other} with {tip}")))?;
                if holds {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The commit at the end of a branch.
    pub fn branch_end(&self, branch: &str) -> Result<Option<String>, Error> {
        Ok(self.commit_of(&format!("{BRANCHES}{branch}"))?.map(|tip| tip.to_string()))
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
