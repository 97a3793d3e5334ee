//! What programs may have left where a sandbox cannot keep them from it: names that were not there, links that
//! lead elsewhere now, and settings of other repositories, which git, orch or a shell outside would obey.

use super::Granted;
use super::Workspace;
use super::definition::Definition;
use super::home;
use super::packed;
use super::packed::RunRefs;
use super::repositories;
use super::repositories::Named;
use super::repositories::OBEYED_BY_GIT;
use super::watched::Watched;
use crate::contract::RUNS;
use crate::files;
use crate::files::Beneath;
use crate::finding::Finding;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// What git reads in its own folder, and would wait at if it were a pipe.
const READ_BY_GIT: [&str; 3] = ["HEAD", "index", "packed-refs"];

/// The folder of an attempt that what was planted is put into.
const ASIDE: &str = "planted";

/// How often another name is tried for what is put aside.
const NAMES_MAX: u32 = 100;

/// What is wrong with a name that was made, or leads elsewhere.
const OBEYED_NOW: &str = "orch, git or a shell would obey it";

/// What was there before the programs began.
pub(super) struct Before<'w> {
    workspace: &'w Workspace,
    definition: Definition<'w>,
    /// The texts of workflows that were there.
    texts: BTreeSet<String>,
    /// What lay at the names that are obeyed.
    held: BTreeMap<String, (PathBuf, Option<Watched>)>,
    /// The same in other repositories.
    around: BTreeMap<String, Watched>,
    repository: Option<Named>,
    /// The repositories inside it, by their folders.
    inside: BTreeMap<PathBuf, Named>,
    odd_ignores: BTreeSet<PathBuf>,
    run_refs: RunRefs,
}

impl<'w> Before<'w> {
    pub(super) fn look(workspace: &'w Workspace, granted: &Granted) -> Self {
        let definition = Definition::of(granted, &workspace.project);
        let nested = workspace.nested.find(&workspace.project, RUNS);
        let inside = repositories::inside(workspace, &nested.folders);
        let held = obeyed(workspace).into_iter();
        Self {
            workspace,
            texts: definition.paths(),
            definition,
            held: held.map(|(name, path)| (name, (path.clone(), Watched::look(&path)))).collect(),
            around: around(workspace, &inside).1,
            repository: repositories::own(workspace),
            inside,
            odd_ignores: nested.odd_ignores,
            run_refs: packed::run_refs(workspace),
        }
    }

    /// What lies now where nothing did, or something else. What would be obeyed at once is put aside, into
    /// the folder of the attempt.
    pub(super) fn findings(&self, attempt: &Beneath) -> Vec<Finding> {
        let root = self.workspace.project.root();
        let mut findings = self.new_names(attempt);
        let texts = self.definition.planted(&self.texts);
        findings.extend(texts.iter().map(|path| put_aside(path, &root.join(path), attempt)));
        if self.repository != repositories::own(self.workspace) {
            findings.push(finding(".git", "the repository was replaced by another one"));
        }
        let nested = self.workspace.nested.find(&self.workspace.project, RUNS);
        let inside = repositories::inside(self.workspace, &nested.folders);
        for (folder, named) in &inside {
            let wrong = match self.inside.get(folder) {
                None => "a repository was made inside the project's",
                Some(before) if before != named => "the repository was replaced by another one",
                Some(_) => continue,
            };
            findings.push(finding(&format!("{}/.git", folder.display()), wrong));
        }
        for ignore in nested.odd_ignores.difference(&self.odd_ignores) {
            let name = ignore.display().to_string();
            findings.push(put_aside(&name, &root.join(ignore), attempt));
        }
        let (places, now) = around(self.workspace, &inside);
        let changed = now.iter().filter(|(name, now)| self.around.get(*name) != Some(now));
        // What belongs to a repository that is new was told with it.
        let changed = changed.filter(|(name, _)| {
            let is_of = |folder: &PathBuf| name.starts_with(&format!("{}/", folder.display()));
            inside.keys().all(|folder| self.inside.contains_key(folder) || !is_of(folder))
        });
        findings.extend(changed.map(|(name, _)| put_aside(name, &places[name], attempt)));
        findings.extend(self.run_refs.forged(self.workspace).into_iter().map(|name| {
            finding(&name, "the ref of a run was changed by something other than orch")
        }));
        findings
    }

    fn new_names(&self, attempt: &Beneath) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut names = obeyed(self.workspace);
        names.extend(self.held.iter().map(|(name, (path, _))| (name.clone(), path.clone())));
        for (name, path) in names {
            let now = Watched::look(&path);
            let before = self.held.get(&name).and_then(|(_, before)| before.as_ref());
            let is_planted = match (before, &now) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(before @ Watched::Link(_)), Some(now)) => before != now,
                // What lay there itself is held by the sandbox.
                (Some(_), Some(_)) => false,
            };
            if is_planted {
                // What is in the home may be the user's, who works there meanwhile.
                findings.push(if name.starts_with('~') {
                    let done = "remove it if you did not make it";
                    finding(&name, &format!("it is new, and {OBEYED_NOW}; {done}"))
                } else {
                    put_aside(&name, &path, attempt)
                });
            }
        }
        let Some(git) = &self.workspace.git_folder else { return findings };
        for name in READ_BY_GIT {
            let path = git.join(name);
            if Watched::look(&path) == Some(Watched::Odd) {
                findings.push(put_aside(&format!(".git/{name}"), &path, attempt));
            }
        }
        findings
    }
}

/// The names that git, orch or a shell obeys, as they are told, and where they lie.
fn obeyed(workspace: &Workspace) -> BTreeMap<String, PathBuf> {
    let root = workspace.project.root();
    let mut names = BTreeMap::new();
    if let Some(git) = &workspace.git_folder {
        names.extend(OBEYED_BY_GIT.map(|name| (format!(".git/{name}"), git.join(name))));
        // Below the top of a worktree, this would make a repository of the project's folder.
        if !files::exists(&root.join(".git")) {
            names.insert("HEAD".to_owned(), root.join("HEAD"));
        }
    }
    let texts = Definition::links(&workspace.project).into_iter();
    names.extend(texts.map(|name| (name.to_owned(), root.join(name))));
    let configured = home::configured_in_git(workspace);
    for path in &configured {
        if let Ok(below) = path.strip_prefix(root) {
            names.insert(below.display().to_string(), path.clone());
        }
    }
    if let Some(home) = home::home_of(workspace) {
        for path in home::obeyed_in(workspace, &home, &configured) {
            let below = path.strip_prefix(&home).unwrap_or(&path).display().to_string();
            names.insert(format!("~/{below}"), path);
        }
    }
    // Where a link leads nowhere yet, what it leads to may be made.
    let dangling = names.iter().filter(|(_, path)| path.is_symlink() && !path.exists());
    let ends: Vec<(String, PathBuf)> = dangling
        .filter_map(|(name, path)| {
            let end = path.parent()?.join(path.read_link().ok()?);
            Some((format!("{name} -> {}", end.display()), end))
        })
        .collect();
    names.extend(ends);
    names
}

/// The files that git obeys in other repositories: where they lie, and what they are.
fn around(
    workspace: &Workspace,
    inside: &BTreeMap<PathBuf, Named>,
) -> (BTreeMap<String, PathBuf>, BTreeMap<String, Watched>) {
    let mut places = BTreeMap::new();
    for (name, folder) in repositories::around(workspace, inside) {
        let is_seat = repositories::has_common_folder(&folder);
        let obeyed = OBEYED_BY_GIT.into_iter().filter(|file| *file != "commondir" || !is_seat);
        places.extend(obeyed.map(|file| (format!("{name}/{file}"), folder.join(file))));
        let hooks = files::names_in(&folder.join("hooks")).unwrap_or_default().into_iter();
        places.extend(
            hooks.map(|hook| (format!("{name}/hooks/{hook}"), folder.join("hooks").join(hook))),
        );
    }
    let watched = places.iter().filter_map(|(name, path)| Some((name, Watched::look(path)?)));
    let watched = watched.map(|(name, watched)| (name.clone(), watched)).collect();
    (places, watched)
}

/// Moves something to the folder of the attempt, or at least to another name.
fn put_aside(name: &str, path: &Path, attempt: &Beneath) -> Finding {
    let finding = |done: &str| finding(name, &format!("{OBEYED_NOW}; {done}"));
    // Over a link it would be something else that is moved.
    let folder = path.parent().unwrap_or(path);
    if folder.canonicalize().ok().as_deref() != Some(folder) {
        return finding("remove it");
    }
    let aside = attempt.join(ASIDE);
    let place = aside.join(name.replace('/', "-"));
    if aside.make_folder().and_then(|()| files::rename(path, &place.path())).is_ok() {
        return finding(&format!("it was moved to the attempt's logs, in {ASIDE}/"));
    }
    let free = (1..=NAMES_MAX).map(|number| {
        let mut other = path.to_owned().into_os_string();
        other.push(format!(".{ASIDE}-{number}"));
        PathBuf::from(other)
    });
    let moved =
        free.filter(|other| !files::exists(other)).find(|other| files::rename(path, other).is_ok());
    match moved.as_deref().and_then(Path::file_name) {
        Some(other) => finding(&format!("it was renamed to {}", other.display())),
        None => finding("remove it"),
    }
}

fn finding(path: &str, message: &str) -> Finding {
    Finding::of("planted", message).path(path)
}
