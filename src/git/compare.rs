//! What lies between two snapshots, or between one and the working tree.

use super::Error;
use super::Repository;
use super::present::Scope;
use super::snapshot::tree_of;
use git2::Delta;
use git2::Diff;
use git2::DiffDelta;
use git2::DiffFormat;
use git2::DiffOptions;
use git2::Oid;
use git2::Patch;
use serde::Serialize;

/// Larger files are told to differ, and not how, in bytes.
const DIFF_BYTES_MAX: i64 = 4 * 1024 * 1024;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fell {
    Added,
    Changed,
    Deleted,
}

impl Fell {
    pub(super) fn of(delta: &DiffDelta<'_>) -> Self {
        match delta.status() {
            Delta::Added => Self::Added,
            Delta::Deleted => Self::Deleted,
            Delta::Modified
            | Delta::Typechange
            | Delta::Unmodified
            | Delta::Renamed
            | Delta::Copied
            | Delta::Ignored
            | Delta::Untracked
            | Delta::Unreadable
            | Delta::Conflicted => Self::Changed,
        }
    }
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Differing {
    pub path: String,
    pub what: Fell,
    /// `None` for a binary file.
    pub lines_added: Option<usize>,
    pub lines_deleted: Option<usize>,
}

/// All that differs.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Comparison {
    pub files: Vec<Differing>,
    /// A unified diff.
    pub patch: String,
}

impl Repository {
    /// Compares a snapshot with another, or with the working tree as it is now.
    pub fn compare(
        &self,
        old: &str,
        new: Option<&str>,
        scope: Scope<'_>,
    ) -> Result<Comparison, Error> {
        let present = match new {
            Some(_) => None,
            None => Some(self.present(scope)?),
        };
        let inner = present.as_ref().map_or(&self.inner, |present| &present.inner);
        let commit = |id: &str| tree_of(inner, Oid::from_str(id)?);
        let new = match (&present, new) {
            (Some(present), _) => present.tree,
            (None, new) => commit(new.unwrap_or(old))?,
        };
        let diff = between(inner, commit(old)?, new)?;
        let mut files = Vec::new();
        for (at, delta) in diff.deltas().enumerate() {
            files.push(differing(&diff, at, &delta)?);
        }
        let mut patch = Vec::new();
        diff.print(DiffFormat::Patch, |_, _, line| {
            if matches!(line.origin(), ' ' | '+' | '-') {
                patch.extend(line.origin().to_string().bytes());
            }
            patch.extend_from_slice(line.content());
            true
        })?;
        Ok(Comparison { files, patch: String::from_utf8_lossy(&patch).into_owned() })
    }
}

/// What makes the new tree of the old one.
pub(super) fn between(inner: &git2::Repository, old: Oid, new: Oid) -> Result<Diff<'_>, Error> {
    let (old, new) = (inner.find_tree(old)?, inner.find_tree(new)?);
    let mut options = DiffOptions::new();
    options.max_size(DIFF_BYTES_MAX).include_typechange(true);
    Ok(inner.diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options))?)
}

fn differing(diff: &Diff<'_>, at: usize, delta: &DiffDelta<'_>) -> Result<Differing, Error> {
    // Whether it is text is known only after it was looked into.
    let looked = Patch::from_diff(diff, at)?;
    let is_text = looked.as_ref().is_some_and(|looked| !looked.delta().flags().is_binary());
    let counts = looked.filter(|_| is_text).map(|looked| looked.line_stats()).transpose()?;
    let path = delta.new_file().path().map(|path| path.to_string_lossy().into_owned());
    Ok(Differing {
        path: path.unwrap_or_default(),
        what: Fell::of(delta),
        lines_added: counts.map(|(_, added, _)| added),
        lines_deleted: counts.map(|(_, _, deleted)| deleted),
    })
}
