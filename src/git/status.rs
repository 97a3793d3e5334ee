//! What is not committed among some files.

use super::Error;
use super::Repository;
use super::failure::doing;
use super::objects::stat_of_blob;
use git2::IndexEntry;
use git2::Status;
use git2::StatusOptions;

/// A file that git does not hold as it lies there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncommitted {
    /// Relative to the work folder.
    pub path: String,
    /// What is the matter with it, such as `modified`.
    pub what: &'static str,
    pub is_ignored: bool,
}

impl Repository {
    /// What is not committed of the files that `is_meant` says yes to, looked for at and below the
    /// paths `below` (all where there are none). Git-ignored files count: they are not committed.
    pub fn uncommitted(
        &self,
        below: &[String],
        is_meant: impl Fn(&str) -> bool + Copy,
    ) -> Result<Vec<Uncommitted>, Error> {
        let mut options = StatusOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .include_ignored(true)
            .recurse_ignored_dirs(true)
            .disable_pathspec_match(true);
        for path in below.iter().filter(|path| path.as_str() != ".") {
            options.pathspec(path);
        }
        let statuses = super::look(&self.work_folder, || self.inner.statuses(Some(&mut options)))?;
        let mut found = Vec::new();
        for entry in statuses.iter() {
            let Ok(path) = entry.path() else { continue };
            if let Some(what) = say(entry.status()).filter(|_| is_meant(path)) {
                let is_ignored = entry.status().contains(Status::IGNORED);
                found.push(Uncommitted { path: path.to_owned(), what, is_ignored });
            }
        }
        found.extend(self.hidden_changes(is_meant)?);
        Ok(found)
    }

    /// Changed files that the index tells git not to look at: whoever may change the index could hide
    /// their changes so.
    fn hidden_changes(&self, is_meant: impl Fn(&str) -> bool) -> Result<Vec<Uncommitted>, Error> {
        let index = self.inner.index().map_err(doing("read the index"))?;
        let is_unlooked = |entry: &IndexEntry| {
            entry.flags & ASSUME_UNCHANGED != 0 || entry.flags_extended & SKIP_WORKTREE != 0
        };
        let mut found = Vec::new();
        for entry in index.iter().filter(is_unlooked) {
            let Ok(path) = String::from_utf8(entry.path) else { continue };
            let place = self.work_folder.join(&path);
            // A sparse checkout leaves files away that are committed all the same.
            let is_changed =
                crate::files::exists(&place) && stat_of_blob(&place, entry.id).is_none();
            if is_changed && is_meant(&path) {
                found.push(Uncommitted { path, what: "modified", is_ignored: false });
            }
        }
        Ok(found)
    }
}

/// The flags of git's index format: `assume-valid`, and `skip-worktree` among the extended ones.
const ASSUME_UNCHANGED: u16 = 0x8000;
const SKIP_WORKTREE: u16 = 0x4000;

fn say(status: Status) -> Option<&'static str> {
    let meanings = [
        (Status::CONFLICTED, "in conflict"),
        (Status::WT_DELETED, "deleted"),
        (Status::WT_MODIFIED | Status::WT_TYPECHANGE | Status::WT_RENAMED, "modified"),
        (Status::WT_UNREADABLE, "unreadable"),
        (Status::INDEX_DELETED, "deleted in the index, not committed"),
        (Status::WT_NEW, "untracked"),
        (Status::IGNORED, "ignored by git"),
        (Status::INDEX_NEW, "added, not committed"),
        (
            Status::INDEX_MODIFIED | Status::INDEX_RENAMED | Status::INDEX_TYPECHANGE,
            "staged, not committed",
        ),
    ];
    meanings.iter().find(|(bits, _)| status.intersects(*bits)).map(|(_, what)| *what)
}
