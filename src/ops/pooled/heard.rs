//! When something was heard of the work of a run last, and whether that was too long ago.

use super::super::Project;
use crate::clock::Moment;
use crate::clock::parse_duration;
use crate::executor;
use crate::files;
use crate::run::GateStatus;
use crate::run::Run;
use std::path::Path;
use std::time::Duration;

/// Whether nothing was heard for longer than work may be silent.
pub(super) fn is_silent(project: &Project, heard_at: Option<Moment>) -> bool {
    let silent_for = heard_at.map(|at| project.clock.now().since(at)).unwrap_or_default();
    silent_for > stalled_after(project)
}

/// When something was printed or recorded last.
pub(super) fn heard_at(project: &Project, folder: &Path, run: &Run) -> Option<Moment> {
    let id = &run.started.run_id;
    let journal = project.store.journal(id);
    let logs = folder.join(project.store.logs(id).path().strip_prefix(project.folder.root()).ok()?);
    let printed = run.gates_in(GateStatus::Running).filter_map(|gate| {
        let number = run.gate(gate)?.attempt()?.attempt;
        let attempt = logs.join("gates").join(gate.as_str()).join(format!("attempt-{number}"));
        let files = [executor::STDOUT, executor::STDERR].map(|name| attempt.join(name));
        files.iter().filter_map(|path| written_at(path)).max()
    });
    written_at(&journal.path()).into_iter().chain(printed).max()
}

fn written_at(path: &Path) -> Option<Moment> {
    let millis = files::stat_of(path)?.modified_ns / 1_000_000;
    i64::try_from(millis).ok().map(Moment::of)
}

/// How long nothing may be heard of work.
fn stalled_after(project: &Project) -> Duration {
    let text = project.config.pool.stalled_after.as_deref();
    text.and_then(|text| parse_duration(text).ok()).unwrap_or(STALLED_AFTER)
}

/// The same where nothing else is said.
const STALLED_AFTER: Duration = Duration::from_mins(20);
