//! What is not committed among some files.

use super::Error;
use super::Repository;
use super::failure::doing;
use git2::Delta;
use git2::DiffOptions;
use git2::Index;
use git2::Status;
use git2::StatusOptions;
use std::collections::BTreeSet;
use std::path::Path;

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
        let known: BTreeSet<String> = found.iter().map(|file| file.path.clone()).collect();
        let is_below = |path: &str| {
            let is_in = |folder: &String| folder == "." || Path::new(path).starts_with(folder);
            below.is_empty() || below.iter().any(is_in)
        };
        found.extend(
            self.hidden_changes(|path| !known.contains(path) && is_below(path) && is_meant(path))?,
        );
        Ok(found)
    }

    /// Files that do not hold what HEAD says, whatever index and settings say of them: whoever may
    /// write these could hide changes there. The files are compared with an index that knows nothing
    /// of any, so that each is read.
    fn hidden_changes(&self, is_meant: impl Fn(&str) -> bool) -> Result<Vec<Uncommitted>, Error> {
        let Ok(head) = self.inner.head() else { return Ok(Vec::new()) };
        let mut all = Index::new()?;
        all.read_tree(&head.peel_to_tree().map_err(doing("read the commit of HEAD"))?)?;
        let mut meant = Index::new()?;
        let is_text = |path: &[u8]| std::str::from_utf8(path).is_ok_and(&is_meant);
        for entry in all.iter().filter(|entry| is_text(&entry.path)) {
            meant.add(&entry)?;
        }
        let mut options = DiffOptions::new();
        options.include_typechange(true);
        let diff = super::look(&self.work_folder, || {
            self.inner.diff_index_to_workdir(Some(&meant), Some(&mut options))
        })?;
        // A sparse checkout leaves files away that are committed all the same.
        let is_changed = |delta: Delta| matches!(delta, Delta::Modified | Delta::Typechange);
        let changed = diff.deltas().filter(|delta| is_changed(delta.status()));
        let path = |delta: git2::DiffDelta<'_>| Some(delta.new_file().path()?.to_str()?.to_owned());
        let file = |path| Uncommitted { path, what: "modified", is_ignored: false };
        Ok(changed.filter_map(path).map(file).collect())
    }
}

fn say(status: Status) -> Option<&'static str> {
    let meanings = [
        (Status::CONFLICTED, "in conflict"),
        (Status::WT_DELETED, "deleted"),
        (Status::WT_MODIFIED | Status::WT_TYPECHANGE | Status::WT_RENAMED, "modified"),
        (Status::WT_UNREADABLE, "unreadable"),
        (Status::INDEX_DELETED, "deleted in the index"),
        (Status::WT_NEW, "untracked"),
        (Status::IGNORED, "ignored by git"),
        (Status::INDEX_NEW, "added"),
        (Status::INDEX_MODIFIED | Status::INDEX_RENAMED | Status::INDEX_TYPECHANGE, "staged"),
    ];
    meanings.iter().find(|(bits, _)| status.intersects(*bits)).map(|(_, what)| *what)
}
