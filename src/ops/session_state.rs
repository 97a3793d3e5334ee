//! `session-state.json` in the worktree of a run: what tools there may want to know that changes, such as
//! messages which were not acknowledged.

use super::Error;
use super::Project;
use super::ack;
use super::note;
use super::run_phase;
use crate::id::RunId;
use crate::project::worktree;
use serde_json::json;

/// Writes it anew, where the run has a worktree with such a folder. It is a view: where it cannot be
/// written, the run goes on.
pub(super) fn write(project: &Project, id: &RunId) -> Result<(), Error> {
    let pending = note::pending(project, id);
    let run = project.store.read(id)?.run;
    let Some(folder) = worktree::context(project, &project.workspace_of(id)) else { return Ok(()) };
    let state = json!({
        "schema": "orch/session-state@1",
        "run": id,
        "status": run.status,
        "phase": run_phase::phase(project, &run, &pending),
        "messages": ack::unread(&run, pending.iter().map(|(_, note)| note)),
        "updated_at": project.clock.now(),
    });
    let _ = folder.join("session-state.json").write_view(format!("{state:#}\n").as_bytes());
    Ok(())
}
