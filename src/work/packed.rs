//! The refs of runs, which orch writes each in a file of its own, where programs cannot; git may pack them into
//! one file, where programs can.

use super::Workspace;
use crate::files;
use crate::id::RunId;
use std::collections::BTreeMap;
use std::path::Path;

/// Where runs have their refs.
const RUN_REFS: &str = "refs/orch/";

/// More than the refs of any repository take.
const PACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The commits that refs of runs hold, by their names.
pub(super) struct RunRefs(BTreeMap<String, String>);

/// Those of a repository now.
pub(super) fn run_refs(workspace: &Workspace) -> RunRefs {
    let Some(git) = &workspace.git_folder else { return RunRefs(BTreeMap::new()) };
    let mut refs = packed(git);
    for (name, commit) in &mut refs {
        if let Some(loose) = loose(git, name) {
            *commit = loose;
        }
    }
    let runs = files::names_in(&git.join(RUN_REFS).join("runs")).unwrap_or_default();
    let names = runs.iter().map(|run| format!("{RUN_REFS}runs/{run}"));
    refs.extend(names.filter_map(|name| Some((name.clone(), loose(git, &name)?))));
    RunRefs(refs)
}

impl RunRefs {
    /// The names of those that something else has changed since: packed ones that hold another commit now, or
    /// are gone. The run at work, and others that are driven meanwhile, move theirs.
    pub(super) fn forged(&self, workspace: &Workspace) -> Vec<String> {
        let Some(git) = &workspace.git_folder else { return Vec::new() };
        let packed = packed(git);
        let names = packed.keys().chain(self.0.keys().filter(|name| !packed.contains_key(*name)));
        let is_forged = |name: &&String| {
            if loose(git, name).is_some()
                || is_driven(workspace, name) && self.0.contains_key(*name)
            {
                return false;
            }
            self.0.get(*name) != packed.get(*name)
        };
        names.filter(is_forged).cloned().collect()
    }
}

/// Whether a ref is that of a run which somebody drives.
fn is_driven(workspace: &Workspace, name: &str) -> bool {
    let run = name.rsplit('/').next().and_then(|name| RunId::parse(name).ok());
    let Some((run, (store, own))) = run.zip(workspace.said.as_ref()) else { return false };
    run == *own || store.is_held(&run)
}

/// The refs of runs that are packed.
fn packed(git: &Path) -> BTreeMap<String, String> {
    let bytes = files::read_small(&git.join("packed-refs"), PACKED_BYTES_MAX).ok().flatten();
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let refs = text.lines().filter_map(|line| line.split_once(' '));
    let refs = refs.filter(|(_, name)| name.starts_with(RUN_REFS));
    refs.map(|(commit, name)| (name.to_owned(), commit.to_owned())).collect()
}

fn loose(git: &Path, name: &str) -> Option<String> {
    let bytes = files::read_small(&git.join(name), 1024).ok().flatten()?;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned())
}
