//! The other working trees of a repository, each with a branch of its own.

use super::Repository;
use super::target;
use std::path::PathBuf;

impl Repository {
    /// The working tree that the repository was made with; this one where it has none.
    pub fn main_work_folder(&self) -> PathBuf {
        let first = git2::Repository::open(self.inner.commondir()).ok();
        let folder = first.as_ref().and_then(git2::Repository::workdir);
        folder.unwrap_or(&self.work_folder).to_owned()
    }

    /// The other working tree where a branch, by its full name, is checked out.
    pub fn elsewhere(&self, branch: &str) -> Option<PathBuf> {
        let names = self.inner.worktrees().ok()?;
        let names = names.iter().flatten().flatten();
        let linked = names.filter_map(|name| {
            git2::Repository::open_from_worktree(&self.inner.find_worktree(name).ok()?).ok()
        });
        let first = git2::Repository::open(self.inner.commondir()).ok();
        let holds = |other: git2::Repository| {
            let folder = other.workdir().filter(|folder| folder.is_dir())?;
            let is_other = folder != self.work_folder;
            let head = target::resolve(&other, "HEAD").ok()?;
            (is_other && head == branch).then(|| folder.to_owned())
        };
        linked.chain(first).find_map(holds)
    }
}
