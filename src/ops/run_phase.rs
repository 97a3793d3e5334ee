//! How far the work in a run has come, as lists and the files of a worktree tell it: what gates and
//! people say, unless the run itself says more.

use super::Project;
use crate::clock::Moment;
use crate::event::Note;
use crate::event::NoteKind;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::phase::Phase;
use crate::run::GateStatus;
use crate::run::Run;

/// The phase of a run; `pending` was said to whoever drives it, and is not recorded yet.
pub(super) fn phase(project: &Project, run: &Run, pending: &[(Moment, Note)]) -> Phase {
    let asks = || {
        let mut waiting = run.gates_in(GateStatus::Waiting).filter_map(|gate| run.gate(gate));
        waiting.any(|state| state.waits_for == Some(WaitsFor::Answer))
    };
    let is_refused = || {
        let refusal = project.store.pool().refusal(&run.started.run_id);
        refusal.is_ok_and(|refusal| refusal.is_some())
    };
    match run.status {
        RunStatus::Passed => Phase::Complete,
        RunStatus::Canceled => Phase::Cancelled,
        RunStatus::Failed => Phase::Stuck,
        RunStatus::Paused => Phase::Paused,
        RunStatus::Running | RunStatus::Waiting if asks() || is_refused() => Phase::Stuck,
        RunStatus::Running | RunStatus::Waiting => {
            last_said(pending).or(run.phase).unwrap_or(Phase::Working)
        }
    }
}

/// The phase that was said last.
fn last_said(pending: &[(Moment, Note)]) -> Option<Phase> {
    let mut said = pending.iter().rev().map(|(_, note)| note);
    said.find_map(|note| (note.kind == NoteKind::Phase).then(|| Phase::parse(&note.text))?)
}
