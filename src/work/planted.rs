//! What programs may have left where a sandbox cannot keep them from it: names that were not there, and that
//! git, orch or a shell outside would obey.

use super::Workspace;
use super::mounts::OBEYED;
use crate::config;
use crate::contract::RUNS;
use crate::files;
use crate::files::Beneath;
use crate::finding::Finding;
use crate::id::RunId;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

/// Names in git's folder that it obeys. In a repository of one worktree none of them need be there.
const IN_GIT: [&str; 4] = ["commondir", "config", "config.worktree", "hooks"];

/// Where runs have their refs.
const RUN_REFS: &str = "refs/orch/";

/// The folder of an attempt that what was planted is put into.
const ASIDE: &str = "planted";

/// What was there before the programs began.
pub(super) struct Before {
    /// The names that nothing had, as they are told, and where they lie.
    free: BTreeMap<String, PathBuf>,
    /// Which folder the repository is.
    repository: Option<(u64, u64)>,
    nested: BTreeSet<String>,
    packed_refs: BTreeSet<String>,
    has_own_ref: bool,
}

impl Before {
    pub(super) fn look(workspace: &Workspace) -> Self {
        let root = workspace.project.root();
        let mut names = BTreeMap::from([(config::FILE.to_owned(), root.join(config::FILE))]);
        if let Some(git) = &workspace.git_folder {
            names.extend(IN_GIT.map(|name| (format!(".git/{name}"), git.join(name))));
        }
        if let Some(home) = workspace.variables.get("HOME").map(Path::new) {
            names.extend(OBEYED.map(|name| (format!("~/{name}"), home.join(name))));
        }
        names.retain(|_, path| !files::exists(path));
        Self {
            free: names,
            repository: identity(root),
            nested: nested(workspace),
            packed_refs: packed_refs(workspace),
            has_own_ref: own_ref(workspace).is_some_and(|path| path.exists()),
        }
    }

    /// What lies now where nothing did. What would be obeyed at once is put aside, into the folder of the
    /// attempt.
    pub(super) fn findings(&self, workspace: &Workspace, attempt: &Beneath) -> Vec<Finding> {
        let root = workspace.project.root();
        let planted = self.free.iter().filter(|(_, path)| files::exists(path));
        let mut findings: Vec<Finding> =
            planted.map(|(name, path)| put_aside(name, path, attempt)).collect();
        if self.repository != identity(root) {
            findings.push(finding(".git", "the repository was replaced by another one"));
        }
        let nested = nested(workspace);
        findings.extend(nested.difference(&self.nested).map(|folder| {
            finding(&format!("{folder}/.git"), "a repository was made inside the project's")
        }));
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

/// The repositories inside that of the project, but for its own worktrees.
fn nested(workspace: &Workspace) -> BTreeSet<String> {
    let root = workspace.project.root();
    let mut nested = workspace.project.nested_repositories(RUNS);
    let seats = workspace.git_folder.as_ref().map(|git| git.join("worktrees"));
    nested.retain(|folder| {
        let named = files::read_own(&root.join(folder).join(".git")).ok().flatten();
        let named = named.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        let named = named.trim().strip_prefix("gitdir: ").map(Path::new);
        named.zip(seats.as_deref()).is_none_or(|(named, seats)| named.parent() != Some(seats))
    });
    nested
}

/// Which folder or file the repository of the project is.
fn identity(root: &Path) -> Option<(u64, u64)> {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    root.join(".git").symlink_metadata().ok().map(identity)
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
    let what = "it was not there before, and orch, git or a shell would obey it";
    match moved {
        Ok(()) => {
            finding(name, &format!("{what}; it was moved to the attempt's logs, in {ASIDE}/"))
        }
        Err(error) => finding(name, &format!("{what}; remove it ({error})")),
    }
}

fn finding(path: &str, message: &str) -> Finding {
    Finding::of("planted", message).path(path)
}
