//! The folders that the index names as repositories of their own: git looks into each, ignored or not.

use crate::files;
use crate::files::Stat;
use git2::Repository;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

/// The mode of such an entry, as in `gitformat-index(5)`.
const GITLINK: u32 = 0o160_000;

/// The entries of an index when its stat data is this.
struct SeenIndex {
    path: PathBuf,
    stat: Stat,
    /// The names, from the root of the working tree.
    links: Vec<PathBuf>,
}

/// The index that was read last: it is long, and looked at before and after each attempt.
static SEEN: Mutex<Option<SeenIndex>> = Mutex::new(None);

/// Those below a folder, relative to it; none where there is no repository that can be read.
pub fn gitlinks(folder: &Path) -> BTreeSet<PathBuf> {
    let Ok(repository) = Repository::discover(folder) else { return BTreeSet::new() };
    let Some(root) = repository.workdir() else { return BTreeSet::new() };
    let Ok(folder) = folder.strip_prefix(root) else { return BTreeSet::new() };
    let links = all(&repository).unwrap_or_default();
    let below = links.iter().filter_map(|path| Some(path.strip_prefix(folder).ok()?.to_owned()));
    below.filter(|path| !path.as_os_str().is_empty()).collect()
}

fn all(repository: &Repository) -> Option<Vec<PathBuf>> {
    let path = repository.path().join("index").canonicalize().ok()?;
    // Whoever opens a pipe waits, and a pipe has no such data.
    let stat = files::stat_of(&path)?;
    let is_settled = stat.is_settled();
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(seen) = seen.as_ref().filter(|seen| seen.path == path && seen.stat == stat) {
        return Some(seen.links.clone());
    }
    let index = repository.index().ok()?;
    let links = index.iter().filter(|entry| entry.mode == GITLINK);
    let links: Vec<_> = links.map(|entry| PathBuf::from(OsString::from_vec(entry.path))).collect();
    *seen = is_settled.then(|| SeenIndex { path, stat, links: links.clone() });
    Some(links)
}
