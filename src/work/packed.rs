//! The refs of runs, which orch writes each in a file of its own, where programs cannot; git may pack them into
//! one file, where programs can.

use super::Workspace;
use crate::files;
use crate::files::Stat;
use crate::id::RunId;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Where runs have their refs.
const RUN_REFS: &str = "refs/orch/runs/";

/// Where the states of runs are, in git's folder.
const RUNS: &str = "orch/runs";

/// More than a ref takes.
const REF_BYTES_MAX: u64 = 1024;

/// More than the refs of any repository take.
const PACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What the files of refs held when their stat data was this: there are as many as there were runs.
static SEEN: Mutex<BTreeMap<PathBuf, (Stat, String)>> = Mutex::new(BTreeMap::new());

/// The commits that refs of runs hold, by the runs.
#[derive(Debug, Default)]
pub(super) struct RunRefs {
    /// Those that have a file of their own.
    loose: BTreeMap<RunId, String>,
    packed: BTreeMap<RunId, String>,
}

/// Those of a repository now.
pub(super) fn run_refs(workspace: &Workspace) -> RunRefs {
    let Some(git) = &workspace.git_folder else { return RunRefs::default() };
    let names = files::names_in(&git.join(RUN_REFS)).unwrap_or_default();
    // A lock of such a ref is none.
    let runs = names.iter().filter_map(|name| RunId::parse(name).ok());
    let loose = runs.filter_map(|run| loose(git, &run).map(|commit| (run, commit))).collect();
    RunRefs { loose, packed: packed(git) }
}

impl RunRefs {
    /// The names of those that something else has changed since: packed ones that hold another commit now, or
    /// are gone. Runs that are driven meanwhile move theirs, and those that are cleaned away lose theirs.
    pub(super) fn forged(&self, workspace: &Workspace) -> Vec<String> {
        let Some(git) = &workspace.git_folder else { return Vec::new() };
        let now = packed(git);
        let is_forged = |run: &&RunId| {
            let before = self.loose.get(*run).or_else(|| self.packed.get(*run));
            if loose(git, run).is_some() || before.is_some() && is_driven(workspace, run) {
                return false;
            }
            match now.get(*run) {
                Some(commit) => before != Some(commit),
                None => {
                    !self.loose.contains_key(*run) && git.join(RUNS).join(run.as_str()).exists()
                }
            }
        };
        let gone = self.packed.keys().filter(|run| !now.contains_key(*run));
        now.keys().chain(gone).filter(is_forged).map(|run| format!("{RUN_REFS}{run}")).collect()
    }
}

/// Whether somebody drives a run, such as the one at work.
fn is_driven(workspace: &Workspace, run: &RunId) -> bool {
    workspace.said.as_ref().is_some_and(|(store, own)| run == own || store.is_held(run))
}

/// The refs of runs that are packed.
fn packed(git: &Path) -> BTreeMap<RunId, String> {
    let bytes = files::read_small(&git.join("packed-refs"), PACKED_BYTES_MAX).ok().flatten();
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let refs = text.lines().filter_map(|line| line.split_once(' '));
    let refs = refs.filter_map(|(commit, name)| {
        Some((RunId::parse(name.strip_prefix(RUN_REFS)?).ok()?, commit.to_owned()))
    });
    refs.collect()
}

fn loose(git: &Path, run: &RunId) -> Option<String> {
    let path = git.join(RUN_REFS).join(run.as_str());
    let stat = files::stat_of(&path)?;
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, commit)) = seen.get(&path).filter(|(before, _)| *before == stat) {
        return Some(commit.clone());
    }
    let is_settled = stat.is_settled();
    let bytes = files::read_small(&path, REF_BYTES_MAX).ok().flatten()?;
    let commit = String::from_utf8_lossy(&bytes).trim().to_owned();
    if is_settled {
        seen.insert(path, (stat, commit.clone()));
    }
    Some(commit)
}
