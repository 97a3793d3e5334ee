//! The folders that the index names as repositories of their own: git looks into each, ignored or not.

use git2::Repository;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;
use std::path::PathBuf;

/// The mode of such an entry, as in `gitformat-index(5)`.
const GITLINK: u32 = 0o160_000;

/// Those below a folder, relative to it; none where there is no repository that can be read.
pub fn gitlinks(folder: &Path) -> BTreeSet<PathBuf> {
    let Ok(repository) = Repository::discover(folder) else { return BTreeSet::new() };
    // Whoever opens a pipe waits.
    let is_file = repository.path().join("index").is_file();
    let (Some(root), true) = (repository.workdir(), is_file) else { return BTreeSet::new() };
    let (Ok(folder), Ok(index)) = (folder.strip_prefix(root), repository.index()) else {
        return BTreeSet::new();
    };
    let links = index.iter().filter(|entry| entry.mode == GITLINK);
    let paths = links.map(|entry| PathBuf::from(OsString::from_vec(entry.path)));
    let below = paths.filter_map(|path| Some(path.strip_prefix(folder).ok()?.to_owned()));
    below.filter(|path| !path.as_os_str().is_empty()).collect()
}
