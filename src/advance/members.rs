//! What a gate's globs of outputs match: which files these are is a part of what was judged.

use super::packet;
use super::rewriting;
use crate::contract::OutputFiles;
use crate::event::Artifact;
use crate::files::Globs;
use crate::files::ProjectFolder;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::project::Driver;
use crate::run::Run;
use crate::workflow::Gate;

/// The first file that a glob of outputs matches now and did not when they were recorded. One that
/// another gate left there is that gate's.
pub fn joined(
    driver: &Driver<'_>,
    of: (&Run, &Gate),
    id: &GateId,
    artifacts: &[Artifact],
) -> Option<String> {
    joined_but(driver, of, id, artifacts, |path| rewriting::is_superseded(driver, id, path))
}

/// The same, where `is_anothers` says which files belong to other gates.
pub fn joined_but(
    driver: &Driver<'_>,
    (run, gate): (&Run, &Gate),
    id: &GateId,
    artifacts: &[Artifact],
    is_anothers: impl Fn(&str) -> bool,
) -> Option<String> {
    let new = joined_all(&driver.project.folder, (run, gate), id, artifacts);
    new.into_iter().find(|path| !is_anothers(path))
}

/// Every file that a glob of outputs matches now and did not when they were recorded.
pub fn joined_all(
    folder: &ProjectFolder,
    (run, gate): (&Run, &Gate),
    id: &GateId,
    artifacts: &[Artifact],
) -> Vec<String> {
    let outputs = gate.contract.iter().flat_map(|contract| &contract.outputs);
    let globs: Vec<_> = outputs
        .filter_map(|output| match &output.target {
            OutputFiles::Glob(glob) => Some(glob),
            OutputFiles::Path(_) | OutputFiles::AnyOf(_) | OutputFiles::FirstOf(_) => None,
        })
        .collect();
    if globs.is_empty() {
        return Vec::new();
    }
    let number = run.gate(id).and_then(|state| state.attempt()).map_or(1, |own| own.attempt);
    let context = packet::attempt_context(run, gate, &AttemptId::new(id, number));
    let patterns: Vec<String> =
        globs.into_iter().filter_map(|glob| glob.render_glob(&context).ok()).collect();
    let globs = Globs::new(&patterns, folder).ok();
    let files = globs.and_then(|globs| globs.files(folder).ok()).unwrap_or_default();
    let is_known = |path: &str| artifacts.iter().any(|artifact| artifact.path == path);
    files.iter().map(ToString::to_string).filter(|path| !is_known(path)).collect()
}
