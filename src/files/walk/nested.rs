//! Repositories inside a project, as a walk finds them that waits at no pipe. It looks again before and after
//! each attempt, so it reads only the folders that have changed since the last time.

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
mod property;

use crate::files::ProjectFolder;
use crate::files::Stat;
use crate::files::stat_of;
use ignore::gitignore::Gitignore;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// The name by which git knows a repository.
const GIT: &str = ".git";

/// The file that says what git ignores.
const IGNORE: &str = ".gitignore";

/// What makes a folder a repository for git, whatever its name.
const BARE: [&str; 3] = ["HEAD", "objects", "refs"];

/// What such a walk finds, relative to the project.
#[derive(Debug, Default, PartialEq)]
pub struct NestedRepositories {
    /// The folders that are or hold a repository.
    pub folders: BTreeSet<PathBuf>,
    /// The files that should say what git ignores and are links, pipes or the like: git does not read them,
    /// and below their folders nothing was looked for.
    pub odd_ignores: BTreeSet<PathBuf>,
}

/// Walks for such repositories, and what the last one saw.
#[derive(Debug, Clone, Default)]
pub struct NestedWalk(Arc<Mutex<HashMap<PathBuf, SeenFolder>>>);

/// What a folder held. Stat data that was not settled says nothing about what came after it.
#[derive(Debug)]
struct SeenFolder {
    ignore: Option<SeenIgnore>,
    /// `None` where it must be read again.
    listing: Option<Listing>,
}

/// What is in a folder when its stat data is this.
#[derive(Debug)]
struct Listing {
    stat: Stat,
    is_repository: bool,
    /// The folders in it that git does not ignore.
    folders: Vec<OsString>,
}

/// The rules that a folder's own file says when its stat data is this.
#[derive(Debug, Clone)]
struct SeenIgnore {
    /// `None` where it must be read again.
    stat: Option<Stat>,
    rules: Arc<Gitignore>,
}

/// The rules that hold in a folder: its own, or those of the nearest folder above it that has some, and so on.
#[derive(Debug)]
struct Rules {
    own: Arc<Gitignore>,
    above: Option<Arc<Rules>>,
}

/// A folder that a walk comes to.
struct Next {
    path: PathBuf,
    rules: Option<Arc<Rules>>,
    /// Whether rules above it have changed since the last walk.
    is_stale: bool,
}

impl NestedWalk {
    /// The folders in a project that are or hold a repository of their own, but for those that git ignores.
    /// What cannot be read is passed over, and so is the folder `without`.
    pub fn find(&self, project: &ProjectFolder, without: &str) -> NestedRepositories {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut before = std::mem::take(&mut *seen);
        let (root, without) = (project.root(), project.root().join(without));
        let mut found = NestedRepositories::default();
        let mut open = vec![Next { path: root.to_owned(), rules: None, is_stale: false }];
        while let Some(next) = open.pop() {
            let below = next.path.strip_prefix(root).unwrap_or(&next.path).to_owned();
            let known = before.remove(&next.path);
            let Ok(ignore) = ignore_of(&next.path, known.as_ref()) else {
                found.odd_ignores.insert(below.join(IGNORE));
                continue;
            };
            let is_stale =
                next.is_stale || known.as_ref().is_some_and(|it| !it.has_rules(ignore.as_ref()));
            let rules = ignore.as_ref().map(|ignore| {
                Arc::new(Rules { own: ignore.rules.clone(), above: next.rules.clone() })
            });
            let rules = rules.or(next.rules);
            let listing = known.and_then(|known| known.listing).filter(|_| !is_stale);
            let (listing, is_kept) = listed(&next.path, listing, rules.as_deref());
            let is_repository =
                listing.as_ref().map_or_else(|| is_repository(&next.path), |it| it.is_repository);
            if is_repository && next.path != root {
                found.folders.insert(below);
            }
            let folders = listing.iter().flat_map(|listing| &listing.folders);
            let folders = folders.map(|name| next.path.join(name)).filter(|path| *path != without);
            open.extend(folders.map(|path| Next { path, rules: rules.clone(), is_stale }));
            let listing = listing.filter(|_| is_kept);
            seen.insert(next.path, SeenFolder { ignore, listing });
        }
        found
    }
}

impl SeenFolder {
    /// Whether the rules of the folder itself are still these.
    fn has_rules(&self, ignore: Option<&SeenIgnore>) -> bool {
        match (&self.ignore, ignore) {
            (None, None) => true,
            (Some(before), Some(now)) => Arc::ptr_eq(&before.rules, &now.rules),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}

/// A file that should say what git ignores, and git does not read.
struct Odd;

fn ignore_of(folder: &Path, known: Option<&SeenFolder>) -> Result<Option<SeenIgnore>, Odd> {
    let path = folder.join(IGNORE);
    let Some(stat) = stat_of(&path) else {
        return if path.symlink_metadata().is_ok() { Err(Odd) } else { Ok(None) };
    };
    let known = known.and_then(|known| known.ignore.clone());
    Ok(Some(known.filter(|known| known.stat == Some(stat)).unwrap_or_else(|| SeenIgnore {
        stat: Some(stat).filter(Stat::is_settled),
        // A line that cannot be read is passed over, as git does.
        rules: Arc::new(Gitignore::new(path).0),
    })))
}

/// What is in a folder, and whether that can be known by its stat data; `None` where it cannot be listed.
fn listed(path: &Path, known: Option<Listing>, rules: Option<&Rules>) -> (Option<Listing>, bool) {
    let stat = fs::symlink_metadata(path).ok().map(|metadata| Stat::of(&metadata));
    let Some(stat) = stat else { return (None, false) };
    if let Some(known) = known.filter(|known| known.stat == stat) {
        return (Some(known), true);
    }
    let is_settled = stat.is_settled();
    let Ok(entries) = fs::read_dir(path) else { return (None, false) };
    let mut folders = Vec::new();
    let (mut has_git, mut of_bare) = (false, 0);
    for entry in entries.flatten() {
        let name = entry.file_name();
        has_git |= name == GIT;
        of_bare += usize::from(BARE.iter().any(|bare| name == *bare));
        let is_folder = name != GIT && entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !is_ignored(rules, &path.join(&name)) {
            folders.push(name);
        }
    }
    let is_repository = has_git || of_bare == BARE.len();
    (Some(Listing { stat, is_repository, folders }), is_settled)
}

/// Whether git ignores a folder that lies in one that it does not ignore.
fn is_ignored(mut rules: Option<&Rules>, folder: &Path) -> bool {
    while let Some(Rules { own, above }) = rules {
        let told = own.matched(folder, true);
        if !told.is_none() {
            return told.is_ignore();
        }
        rules = above.as_deref();
    }
    false
}

/// Whether a folder that cannot be listed is or holds a repository.
fn is_repository(folder: &Path) -> bool {
    let is_there = |name: &str| folder.join(name).symlink_metadata().is_ok();
    is_there(GIT) || BARE.iter().all(|name| is_there(name))
}
