//! Bringing the files of a snapshot back: into the working tree, never over work that no commit
//! holds, or into a new worktree. Index and HEAD stay as they are.

use super::Error;
use super::Repository;
use super::compare::Fell;
use super::compare::between;
use super::failure::doing;
use super::io_error;
use super::present::Scope;
use super::program;
use super::snapshot::tree_of;
use crate::files;
use git2::AttrCheckFlags;
use git2::AttrValue;
use git2::FileMode;
use git2::Oid;
use git2::build::CheckoutBuilder;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// What is to be brought back.
pub struct Restore<'a> {
    /// The snapshot.
    pub commit: &'a str,
    pub scope: Scope<'a>,
    /// Which of its paths are meant.
    pub wants: &'a dyn Fn(&str) -> bool,
    /// Files that the snapshot left out: their absence means nothing.
    pub left_out: &'a [String],
    /// Refs that begin so hold work.
    pub keeping: &'a str,
}

/// One file, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Put {
    pub path: String,
    pub what: Fell,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    Done(RestorePlan),
    /// Nothing was changed: these files hold what nothing else does.
    Unsaved(Vec<String>),
    /// Nothing was changed: these files stand in the way, and no checkpoint keeps them.
    Barred(Vec<String>),
}

/// What is changed, and what git alone can write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RestorePlan {
    pub files: Vec<Put>,
    /// Files with a filter of their own: `git restore --source COMMIT` brings them back.
    pub filtered: Vec<String>,
    #[serde(skip)]
    paths: Vec<(PathBuf, Fell)>,
}

impl Repository {
    /// Makes the working tree what a snapshot holds.
    pub fn restore(&self, restore: &Restore<'_>) -> Result<Restored, Error> {
        let present = self.present(restore.scope)?;
        let inner = &present.inner;
        let tree = tree_of(inner, Oid::from_str(restore.commit)?)?;
        let is_unknown = |path: &str| restore.left_out.iter().any(|left| left == path);
        let plan = plan(inner, (present.tree, tree), restore.scope, |path| {
            (restore.wants)(path) && !is_unknown(path)
        })?;
        let kept = self.kept_trees(restore.keeping)?;
        let deleted: BTreeSet<&Path> = plan.deleted().collect();
        let now = inner.find_tree(present.tree)?;
        let (mut unsaved, mut barred) = (Vec::new(), Vec::new());
        for (path, _) in &plan.paths {
            let Ok(entry) = now.get_path(path) else {
                if is_in_the_way(&self.work_folder, path, &deleted) {
                    barred.push(path.to_string_lossy().into_owned());
                }
                continue;
            };
            let is_kept = kept.iter().any(|kept| {
                let found = inner.find_tree(*kept).and_then(|kept| kept.get_path(path));
                found.is_ok_and(|found| found.id() == entry.id())
            });
            if !is_kept {
                unsaved.push(path.to_string_lossy().into_owned());
            }
        }
        if !barred.is_empty() {
            return Ok(Restored::Barred(barred));
        }
        if !unsaved.is_empty() {
            return Ok(Restored::Unsaved(unsaved));
        }
        put(inner, &self.work_folder, tree, &plan)?;
        Ok(Restored::Done(plan))
    }

    /// Makes a new worktree, at the commit that was checked out, with what a snapshot holds.
    pub fn restore_into(&self, folder: &Path, restore: &Restore<'_>) -> Result<RestorePlan, Error> {
        let reading = doing(format!("read commit {}", restore.commit));
        let found = Oid::from_str(restore.commit).and_then(|id| self.inner.find_commit(id));
        let commit = found.map_err(reading)?;
        let base = commit.parent(0).unwrap_or_else(|_| commit.clone());
        let (name, at) = (folder.display().to_string(), base.id().to_string());
        program::run(
            &self.work_folder,
            &["worktree", "add", "--detach", "--quiet", &name, &at],
            b"",
        )
        .map_err(|reason| Error::Worktree { reason })?;
        let opening = doing(format!("open the worktree {name}"));
        let inner = git2::Repository::open(folder).map_err(opening)?;
        let plan = plan(&inner, (base.tree_id(), commit.tree_id()), restore.scope, restore.wants)?;
        put(&inner, folder, commit.tree_id(), &plan)?;
        Ok(plan)
    }

    /// The trees that hold work: of HEAD, and of all snapshots.
    fn kept_trees(&self, prefix: &str) -> Result<Vec<Oid>, Error> {
        let mut names = self.refs_below(prefix)?;
        names.push("HEAD".to_owned());
        let ids = names.iter().filter_map(|name| self.inner.refname_to_id(name).ok());
        ids.map(|id| tree_of(&self.inner, id)).collect()
    }
}

impl RestorePlan {
    fn deleted(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().filter(|(_, what)| *what == Fell::Deleted).map(|(path, _)| path.as_path())
    }
}

/// What makes the tree `to` of the tree `from`.
fn plan(
    inner: &git2::Repository,
    (from, to): (Oid, Oid),
    scope: Scope<'_>,
    wants: impl Fn(&str) -> bool,
) -> Result<RestorePlan, Error> {
    let mut plan = RestorePlan::default();
    for delta in between(inner, from, to)?.deltas() {
        let Some(path) = delta.new_file().path() else { continue };
        let shown = path.to_string_lossy().into_owned();
        let sides = [delta.old_file().mode(), delta.new_file().mode()];
        if path.starts_with(scope.except) || sides.contains(&FileMode::Commit) || !wants(&shown) {
            continue;
        }
        let what = Fell::of(&delta);
        if what != Fell::Deleted && has_filter(inner, path)? {
            plan.filtered.push(shown);
            continue;
        }
        plan.paths.push((path.to_owned(), what));
        plan.files.push(Put { path: shown, what });
    }
    Ok(plan)
}

/// Whether a program of the user's stands between the file and what git keeps of it.
fn has_filter(inner: &git2::Repository, path: &Path) -> Result<bool, Error> {
    let value = inner.get_attr_bytes(path, "filter", AttrCheckFlags::FILE_THEN_INDEX)?;
    Ok(matches!(AttrValue::from_bytes(value), AttrValue::String(_) | AttrValue::Bytes(_)))
}

/// Whether something lies at a path, or at a folder above it, that the working tree's own tree does
/// not know: a file that git ignores, or one that was left out.
fn is_in_the_way(root: &Path, path: &Path, deleted: &BTreeSet<&Path>) -> bool {
    let mut above = path.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty());
    let is_file = |path: &Path| {
        let whole = root.join(path);
        files::exists(&whole) && (whole.is_symlink() || !whole.is_dir())
    };
    let bars = |path: &Path| is_file(path) && !deleted.contains(path);
    let is_foreign_folder =
        || root.join(path).is_dir() && !deleted.iter().any(|gone| gone.starts_with(path));
    bars(path) || above.any(bars) || is_foreign_folder()
}

fn put(inner: &git2::Repository, root: &Path, tree: Oid, plan: &RestorePlan) -> Result<(), Error> {
    for path in plan.deleted() {
        let whole = root.join(path);
        files::remove_with_empty_folders(&whole, root).map_err(io_error(&whole))?;
    }
    let mut checkout = CheckoutBuilder::new();
    checkout.force().update_index(false).refresh(false).disable_pathspec_match(true);
    let mut is_empty = true;
    for (path, what) in &plan.paths {
        if *what != Fell::Deleted {
            checkout.path(path.as_path());
            is_empty = false;
        }
    }
    // No path at all would mean every path.
    if is_empty {
        return Ok(());
    }
    let tree = inner.find_object(tree, None)?;
    Ok(inner.checkout_tree(&tree, Some(&mut checkout))?)
}
