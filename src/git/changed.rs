//! What became of files since a commit: committed or not, beside what git ignores.

use super::Error;
use super::Repository;
use super::failure::doing;
use git2::Delta;
use git2::Diff;
use git2::DiffOptions;
use git2::Oid;
use git2::Tree;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A file that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Changed {
    /// Relative to the work folder.
    pub path: String,
    /// What became of it, such as `modified`.
    pub what: &'static str,
    /// Whether git holds it as it lies there.
    pub is_committed: bool,
}

impl Repository {
    /// The files that differ from a commit, or from nothing, by their paths.
    pub fn changed_since(&self, commit: Option<&str>) -> Result<Vec<Changed>, Error> {
        let before = match commit {
            Some(commit) => Some(self.inner.find_commit(Oid::from_str(commit)?)?.tree()?),
            None => None,
        };
        let head = match self.inner.head() {
            Ok(head) => Some(head.peel_to_tree().map_err(doing("read the commit of HEAD"))?),
            Err(_) => None,
        };
        let uncommitted: BTreeSet<String> =
            self.to_work_folder(head.as_ref())?.into_keys().collect();
        let changed = self.to_work_folder(before.as_ref())?.into_iter();
        Ok(changed
            .map(|(path, what)| {
                let is_committed = !uncommitted.contains(&path);
                Changed { path, what, is_committed }
            })
            .collect())
    }

    fn to_work_folder(
        &self,
        tree: Option<&Tree<'_>>,
    ) -> Result<BTreeMap<String, &'static str>, Error> {
        let mut options = DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true);
        let diff = super::look(&self.work_folder, || {
            self.inner.diff_tree_to_workdir_with_index(tree, Some(&mut options))
        })?;
        Ok(files(&diff))
    }
}

fn files(diff: &Diff<'_>) -> BTreeMap<String, &'static str> {
    let file = |delta: git2::DiffDelta<'_>| {
        let path = delta.new_file().path_bytes().or_else(|| delta.old_file().path_bytes())?;
        Some((String::from_utf8_lossy(path).into_owned(), say(delta.status())?))
    };
    diff.deltas().filter_map(file).collect()
}

fn say(delta: Delta) -> Option<&'static str> {
    match delta {
        Delta::Added | Delta::Copied | Delta::Untracked => Some("added"),
        Delta::Deleted => Some("deleted"),
        Delta::Modified | Delta::Renamed | Delta::Typechange => Some("modified"),
        Delta::Conflicted => Some("in conflict"),
        Delta::Unreadable => Some("unreadable"),
        Delta::Unmodified | Delta::Ignored => None,
    }
}
