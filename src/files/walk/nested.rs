//! Repositories inside a project, as a walk finds them that waits at no pipe.

use crate::files::ProjectFolder;
use std::collections::BTreeSet;
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
#[derive(Debug, Default)]
pub struct NestedRepositories {
    /// The folders that are or hold a repository.
    pub folders: BTreeSet<PathBuf>,
    /// The files that should say what git ignores and are links, pipes or the like: git does not read them,
    /// and below their folders nothing was looked for.
    pub odd_ignores: BTreeSet<PathBuf>,
}

impl ProjectFolder {
    /// The folders in it that are or hold a repository of their own, relative to it, but for those that git
    /// ignores. What cannot be read is passed over, and so is the folder `without`.
    pub fn nested_repositories(&self, without: &str) -> NestedRepositories {
        let without = self.root().join(without);
        let odd = Arc::new(Mutex::new(BTreeSet::new()));
        let is_plain = {
            let (odd, root) = (odd.clone(), self.root().to_owned());
            move |folder: &Path| {
                let ignore = folder.join(IGNORE);
                let is_odd = ignore.symlink_metadata().is_ok_and(|metadata| !metadata.is_file());
                if is_odd && let Ok(below) = ignore.strip_prefix(&root) {
                    odd.lock().unwrap_or_else(PoisonError::into_inner).insert(below.to_owned());
                }
                !is_odd
            }
        };
        let mut found = NestedRepositories::default();
        if is_plain(self.root()) {
            let walk = ignore::WalkBuilder::new(self.root())
                .standard_filters(false)
                .git_ignore(true)
                .require_git(false)
                .filter_entry(move |entry| {
                    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                    is_folder
                        && entry.file_name() != GIT
                        && entry.path() != without
                        && is_plain(entry.path())
                })
                .build();
            let folders = walk.flatten().filter(|entry| entry.depth() > 0);
            let repositories = folders.filter(|entry| is_repository(entry.path()));
            let below = repositories
                .filter_map(|entry| Some(entry.path().strip_prefix(self.root()).ok()?.to_owned()));
            found.folders = below.collect();
        }
        found.odd_ignores = std::mem::take(&mut odd.lock().unwrap_or_else(PoisonError::into_inner));
        found
    }
}

fn is_repository(folder: &Path) -> bool {
    let is_there = |name: &str| folder.join(name).symlink_metadata().is_ok();
    is_there(GIT) || BARE.iter().all(|name| is_there(name))
}
