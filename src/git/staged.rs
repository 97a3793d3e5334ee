//! What the index holds below a folder: where it is not what HEAD holds, and what it keeps out of
//! the working tree.

use super::Error;
use super::Repository;
use super::compare::Fell;
use super::failure::doing;
use crate::files;
use git2::Delta;
use git2::DiffOptions;
use git2::IndexEntry;
use git2::Oid;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Git's mark of a file that a sparse checkout leaves out.
const SKIPPED: u16 = 1 << 14;

/// An entry of the index that is not what HEAD holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staged {
    /// HEAD holds it, and the index does not.
    Deleted,
    /// A merge has left it undecided.
    Conflicted,
    Bytes(Vec<u8>),
}

impl Repository {
    /// The entries of the index that are not what HEAD holds, by their paths from the folder.
    pub fn staged_below(&self, folder: &str) -> Result<BTreeMap<String, Staged>, Error> {
        let head = match self.inner.head() {
            Ok(head) => Some(head.peel_to_tree().map_err(doing("read the commit of HEAD"))?),
            Err(_) => None,
        };
        let mut options = DiffOptions::new();
        options.pathspec(folder).disable_pathspec_match(true).include_typechange(true);
        let index = self.inner.index().map_err(doing("read the index"))?;
        let diff =
            self.inner.diff_tree_to_index(head.as_ref(), Some(&index), Some(&mut options))?;
        let mut staged = BTreeMap::new();
        for delta in diff.deltas() {
            let path = delta.new_file().path().or_else(|| delta.old_file().path());
            let path = path.and_then(|path| path.strip_prefix(folder).ok());
            let Some(path) = path.map(|path| path.to_string_lossy().into_owned()) else { continue };
            let what = match Fell::of(&delta) {
                Fell::Deleted => Staged::Deleted,
                Fell::Added | Fell::Changed if delta.status() == Delta::Conflicted => {
                    Staged::Conflicted
                }
                Fell::Added | Fell::Changed => {
                    Staged::Bytes(self.staged_bytes(delta.new_file().id())?)
                }
            };
            staged.insert(path, what);
        }
        Ok(staged)
    }

    fn staged_bytes(&self, id: Oid) -> Result<Vec<u8>, Error> {
        // `git add --intent-to-add` names a file and holds nothing of it.
        if id.is_zero() {
            return Ok(Vec::new());
        }
        Ok(self.inner.find_blob(id)?.content().to_vec())
    }

    /// Whether the index is being written, or was when git or orch was killed.
    pub fn is_index_locked(&self) -> bool {
        files::exists(&self.inner.path().join("index.lock"))
    }

    /// The files that a sparse checkout leaves out of the working tree, by their paths from the
    /// folder; the folder "" is the root.
    pub fn left_out_below(&self, folder: &str) -> Result<BTreeSet<String>, Error> {
        // What only git itself can read leaves nothing out that could be named here.
        let Ok(index) = self.inner.index() else { return Ok(BTreeSet::new()) };
        let is_left_out = |entry: &IndexEntry| entry.flags_extended & SKIPPED != 0;
        let path = |entry: IndexEntry| {
            let path = String::from_utf8_lossy(&entry.path).into_owned();
            let below = path.strip_prefix(folder)?;
            if folder.is_empty() { Some(path) } else { Some(below.strip_prefix('/')?.to_owned()) }
        };
        Ok(index.iter().filter(is_left_out).filter_map(path).collect())
    }
}
