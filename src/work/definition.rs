//! The texts of workflows in the project: which of them the programs of an attempt may write, and which they
//! made all the same.

use super::Granted;
use crate::config;
use crate::files;
use crate::files::Globs;
use crate::files::ProjectFolder;
use crate::permits::folder_of;
use std::collections::BTreeSet;
use std::path::Path;

const NAMES: [&str; 4] = ["workflows", "contracts", "prompts", config::FILE];

/// What a gate is there to write of them.
pub(super) struct Definition<'p> {
    project: &'p ProjectFolder,
    own: Vec<String>,
}

impl<'p> Definition<'p> {
    pub(super) fn of(granted: &Granted, project: &'p ProjectFolder) -> Self {
        let named = granted.own_files.iter().chain(granted.permits.write.iter().flatten());
        let is_definition = |glob: &&String| {
            let folder = folder_of(glob);
            NAMES.iter().any(|name| Path::new(&folder).starts_with(name))
        };
        Self { project, own: named.filter(is_definition).cloned().collect() }
    }

    /// The paths that are there and not the gate's to write.
    pub(super) fn closed(&self) -> impl Iterator<Item = String> {
        self.paths().into_iter().filter(|path| !self.is_own(path))
    }

    /// What is there: each name, and what lies in those folders of which something is the gate's own.
    pub(super) fn paths(&self) -> BTreeSet<String> {
        let root = self.project.root();
        let below = |name: &str| {
            let names = files::names_in(&root.join(name)).unwrap_or_default();
            names.into_iter().map(|below| format!("{name}/{below}")).collect::<Vec<_>>()
        };
        let there = NAMES.into_iter().filter(|name| files::exists(&root.join(name)));
        let opened = there.clone().filter(|name| self.is_own(name)).flat_map(below);
        there.map(str::to_owned).chain(opened).collect()
    }

    /// The names that are links: what they lead to can be held, but not they.
    pub(super) fn links(project: &ProjectFolder) -> Vec<&'static str> {
        NAMES.into_iter().filter(|name| project.root().join(name).is_symlink()).collect()
    }

    /// What is there now and was not, and is not the gate's to write; a link leads to what is not.
    pub(super) fn planted(&self, before: &BTreeSet<String>) -> BTreeSet<String> {
        let is_link = |path: &str| self.project.root().join(path).is_symlink();
        let mut new = self.paths();
        new.retain(|path| !before.contains(path) && (is_link(path) || !self.is_own(path)));
        // What lies behind a link goes with it.
        let links: Vec<String> = new.iter().filter(|path| is_link(path)).cloned().collect();
        new.retain(|path| {
            links.iter().all(|link| link == path || !Path::new(path).starts_with(link))
        });
        new
    }

    /// Whether a path, or something below it, is the gate's to write.
    fn is_own(&self, path: &str) -> bool {
        let holds_own = |glob: &String| Path::new(&folder_of(glob)).starts_with(path);
        let matches = |globs: Globs| self.project.path(path).is_ok_and(|path| globs.matches(&path));
        self.own.iter().any(holds_own) || Globs::new(&self.own, self.project).is_ok_and(matches)
    }
}
