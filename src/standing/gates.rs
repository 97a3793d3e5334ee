//! The gates of a run, one line each.

use crate::event::WaitsFor;
use crate::id::GateId;
use crate::run::GateStatus;
use crate::run::Run;
use serde::Serialize;

/// A gate at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct GateLine {
    pub gate: GateId,
    pub name: String,
    pub status: GateStatus,
    pub attempts: usize,
    pub waits_for: Option<WaitsFor>,
    pub reason: Option<String>,
}

/// The gates of a run in the order of its plan, each instance of a fan-out after its gate.
pub fn gates(run: &Run) -> Vec<GateLine> {
    let mut lines = Vec::new();
    for planned in &run.started.gates {
        lines.push(line(run, &planned.gate, &planned.name));
        let items = run.gate(&planned.gate).and_then(|state| state.items.as_ref());
        for item in items.into_iter().flatten() {
            lines.push(line(run, &item.gate, &planned.name));
        }
    }
    lines
}

fn line(run: &Run, id: &GateId, name: &str) -> GateLine {
    let state = run.gate(id);
    let failure = state.and_then(|state| state.attempt()?.failure_reason.clone());
    let status = run.status_of(id);
    GateLine {
        gate: id.clone(),
        name: name.to_owned(),
        status,
        attempts: state.map_or(0, |state| state.attempts.len()),
        waits_for: state.and_then(|state| state.waits_for),
        reason: match status {
            GateStatus::Fail => failure,
            GateStatus::Skipped | GateStatus::Waived | GateStatus::Stale => {
                state.and_then(|state| state.reason.clone())
            }
            GateStatus::NotStarted
            | GateStatus::Running
            | GateStatus::Waiting
            | GateStatus::Pass => None,
        },
    }
}
