//! What programs may have left where a sandbox cannot keep them from it: names that were not there, and that
//! git, orch or a shell outside would obey.

use super::Granted;
use super::Workspace;
use super::definition::Definition;
use super::mounts;
use super::mounts::OBEYED;
use super::repositories;
use super::repositories::Named;
use crate::files;
use crate::files::Beneath;
use crate::finding::Finding;
use crate::id::RunId;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// Names in git's folder that it obeys. In a repository of one worktree none of them need be there.
const IN_GIT: [&str; 4] = ["commondir", "config", "config.worktree", "hooks"];

/// Where runs have their refs.
const RUN_REFS: &str = "refs/orch/";

/// The folder of an attempt that what was planted is put into.
const ASIDE: &str = "planted";

/// What is wrong with a name that was made.
const OBEYED_NOW: &str = "it was not there before, and orch, git or a shell would obey it";

/// What was there before the programs began.
pub(super) struct Before<'w> {
    workspace: &'w Workspace,
    /// The names that nothing had, as they are told, and where they lie.
    free: BTreeMap<String, PathBuf>,
    definition: Definition<'w>,
    /// The texts of workflows that were there.
    texts: BTreeSet<String>,
    repository: Option<Named>,
    /// The repositories inside it, by their folders.
    pub inside: BTreeMap<String, Named>,
    packed_refs: BTreeSet<String>,
    has_own_ref: bool,
}

impl<'w> Before<'w> {
    pub(super) fn look(workspace: &'w Workspace, granted: &Granted) -> Self {
        let root = workspace.project.root();
        let definition = Definition::of(granted, &workspace.project);
        let mut names = BTreeMap::new();
        if let Some(git) = &workspace.git_folder {
            names.extend(IN_GIT.map(|name| (format!(".git/{name}"), git.join(name))));
            for module in repositories::submodules_of(git) {
                let below = module.strip_prefix(git).unwrap_or(&module).display().to_string();
                names
                    .extend(IN_GIT.map(|name| (format!(".git/{below}/{name}"), module.join(name))));
            }
        }
        let inside = repositories::inside(workspace);
        let places = |folder: &String| IN_GIT.map(|name| format!("{folder}/.git/{name}"));
        names.extend(inside.keys().flat_map(places).map(|name| (name.clone(), root.join(name))));
        // Of a home that is hidden, what is made is gone.
        let home = mounts::home_of(workspace).filter(|_| granted.permits.home.is_none());
        if let Some(home) = home {
            names.extend(OBEYED.map(|name| (format!("~/{name}"), home.join(name))));
        }
        names.retain(|_, path| !files::exists(path));
        Self {
            workspace,
            free: names,
            texts: definition.paths(),
            definition,
            repository: repositories::own(workspace),
            inside,
            packed_refs: packed_refs(workspace),
            has_own_ref: own_ref(workspace).is_some_and(|path| path.exists()),
        }
    }

    /// What lies now where nothing did. What would be obeyed at once is put aside, into the folder of the
    /// attempt.
    pub(super) fn findings(&self, attempt: &Beneath) -> Vec<Finding> {
        let workspace = self.workspace;
        let root = workspace.project.root();
        let planted = self.free.iter().filter(|(_, path)| files::exists(path));
        let mut findings: Vec<Finding> = planted
            .map(|(name, path)| match name.strip_prefix("~/") {
                // It may be the user's, who works there meanwhile.
                Some(_) => {
                    finding(name, &format!("{OBEYED_NOW}; remove it if you did not make it"))
                }
                None => put_aside(name, path, attempt),
            })
            .collect();
        let texts = self.definition.planted(&self.texts);
        findings.extend(texts.iter().map(|path| put_aside(path, &root.join(path), attempt)));
        if self.repository != repositories::own(workspace) {
            findings.push(finding(".git", "the repository was replaced by another one"));
        }
        for (folder, named) in repositories::inside(workspace) {
            let wrong = match self.inside.get(&folder) {
                None => "a repository was made inside the project's",
                Some(before) if *before != named => "the repository was replaced by another one",
                Some(_) => continue,
            };
            findings.push(finding(&format!("{folder}/.git"), wrong));
        }
        findings.extend(self.forged_refs(workspace));
        findings
    }

    /// Refs of runs that orch did not write: it writes each in a file of its own, where programs cannot.
    fn forged_refs(&self, workspace: &Workspace) -> Vec<Finding> {
        let Some(git) = &workspace.git_folder else { return Vec::new() };
        let own = workspace.said.as_ref().map(|(_, run)| run);
        let packed = packed_refs(workspace);
        let is_forged = |line: &&String| {
            let Some((_, name)) = line.split_once(' ') else { return false };
            let run = name.rsplit('/').next().and_then(|name| RunId::parse(name).ok());
            // Git itself packs refs that have had a file.
            let is_of_run = run.is_some_and(|run| match own {
                Some(own) if *own == run => self.has_own_ref,
                Some(_) | None => git.join("orch/runs").join(run.as_str()).exists(),
            });
            !is_of_run && !git.join(name).exists()
        };
        let new = packed.difference(&self.packed_refs).filter(is_forged);
        let name = |line: &String| line.split_once(' ').map_or("", |(_, name)| name).to_owned();
        new.map(|line| finding(&name(line), "a ref of a run was written by something else"))
            .collect()
    }
}

/// The lines of `packed-refs` that name refs of runs: `ID NAME`.
fn packed_refs(workspace: &Workspace) -> BTreeSet<String> {
    let Some(git) = &workspace.git_folder else { return BTreeSet::new() };
    let bytes = files::read_own(&git.join("packed-refs")).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let is_of_run =
        |line: &&str| line.split_once(' ').is_some_and(|(_, name)| name.starts_with(RUN_REFS));
    text.lines().filter(is_of_run).map(str::to_owned).collect()
}

/// The file of the run's own ref.
fn own_ref(workspace: &Workspace) -> Option<PathBuf> {
    let (git, (_, run)) = (workspace.git_folder.as_ref()?, workspace.said.as_ref()?);
    Some(git.join(RUN_REFS).join("runs").join(run.as_str()))
}

fn put_aside(name: &str, path: &Path, attempt: &Beneath) -> Finding {
    let aside = attempt.join(ASIDE);
    let place = aside.join(name.replace('/', "-"));
    let moved = aside.make_folder().and_then(|()| files::rename(path, &place.path()));
    let done = match moved {
        Ok(()) => format!("it was moved to the attempt's logs, in {ASIDE}/"),
        Err(error) => format!("remove it ({error})"),
    };
    finding(name, &format!("{OBEYED_NOW}; {done}"))
}

fn finding(path: &str, message: &str) -> Finding {
    Finding::of("planted", message).path(path)
}
