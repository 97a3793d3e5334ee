//! Files that joined the outputs of a gate since it passed: its globs match them, and they were never
//! judged.

use super::approvals;
use crate::advance;
use crate::id::GateId;
use crate::ops::Project;
use crate::run::GateStatus;
use crate::run::Run;

/// Each such file with the gate; none while a gate is at work, which may be what leaves it there.
pub fn joined(project: &Project, run: &Run) -> Vec<(String, GateId)> {
    let is_at_work = |status| run.gates_in(status).next().is_some();
    if is_at_work(GateStatus::Running) || is_at_work(GateStatus::Waiting) {
        return Vec::new();
    }
    // A definition that cannot be read is told with the approvals that it asks for.
    let Ok(workflow) = approvals::workflow_of(run) else { return Vec::new() };
    let versions = run.versions();
    let mut joined = Vec::new();
    for (id, state) in run.gates.iter().filter(|(_, state)| state.status == GateStatus::Pass) {
        let Some(gate) = workflow.gate(id) else { continue };
        let new = advance::joined(&project.folder, (run, gate), id, state.artifacts());
        let new = new.into_iter().filter(|path| !versions.contains_key(path.as_str()));
        joined.extend(new.map(|path| (path, id.clone())));
    }
    joined
}
