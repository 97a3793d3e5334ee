//! The folders that the index names as repositories of their own: git looks into each, ignored or not.

use git2::Repository;
use std::collections::BTreeSet;
use std::path::Path;

/// The mode of such an entry, as in `gitformat-index(5)`.
const GITLINK: u32 = 0o160_000;

/// Those below a folder, relative to it; none where there is no repository that can be read.
pub fn gitlinks(folder: &Path) -> BTreeSet<String> {
    let Ok(repository) = Repository::discover(folder) else { return BTreeSet::new() };
    let (Some(root), Ok(index)) = (repository.workdir(), repository.index()) else {
        return BTreeSet::new();
    };
    let Ok(folder) = folder.strip_prefix(root) else { return BTreeSet::new() };
    let links = index.iter().filter(|entry| entry.mode == GITLINK);
    let paths = links.filter_map(|entry| String::from_utf8(entry.path).ok());
    let below = paths
        .filter_map(|path| Some(Path::new(&path).strip_prefix(folder).ok()?.to_str()?.to_owned()));
    below.filter(|path| !path.is_empty()).collect()
}
