//! The gates of a run, one line each.

use crate::event::WaitsFor;
use crate::id::GateId;
use crate::next::Deadline;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A gate at a glance.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct GateLine {
    /// The gate, or the instance of one.
    pub gate: GateId,
    /// Its name, as the workflow has it.
    pub name: String,
    /// Its status.
    pub status: GateStatus,
    /// Number of attempts.
    pub attempts: usize,
    /// Who must act, if it waits.
    pub waits_for: Option<WaitsFor>,
    /// The reason, if known.
    pub reason: Option<String>,
    /// The files to show to the person who approves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<String>,
    /// The deadline for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// The gates that made newer versions of its files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub superseded_by: Vec<GateId>,
}

impl GateLine {
    /// Its name, where the workflow gives it one.
    pub fn own_name(&self) -> Option<&str> {
        self.gate.own_name(&self.name)
    }
}

/// The gates of a run in the order of its plan, each instance of a fan-out after its gate.
pub fn gates(run: &Run) -> Vec<GateLine> {
    let mut lines = Vec::new();
    let makers = run.makers();
    let line = |run, id, name| line(run, id, name, &makers);
    for planned in &run.started.gates {
        lines.push(line(run, &planned.gate, &planned.name));
        let items = run.gate(&planned.gate).and_then(|state| state.items.as_ref());
        for item in items.into_iter().flatten() {
            lines.push(line(run, &item.gate, &planned.name));
        }
    }
    lines
}

fn line(run: &Run, id: &GateId, name: &str, makers: &BTreeMap<&str, (usize, &GateId)>) -> GateLine {
    let state = run.gate(id);
    let failure = state.and_then(|state| state.attempt()?.failure_reason.clone());
    let status = run.status_of(id);
    GateLine {
        gate: id.clone(),
        name: name.to_owned(),
        status,
        shows: Vec::new(),
        deadline: None,
        superseded_by: state.map(|state| superseded_by(state, makers)).unwrap_or_default(),
        attempts: state.map_or(0, |state| state.attempts.len()),
        waits_for: state.and_then(|state| state.waits_for),
        reason: match status {
            GateStatus::Fail => failure,
            GateStatus::Skipped | GateStatus::Waived | GateStatus::Stale => {
                state.and_then(|state| state.reason.clone())
            }
            GateStatus::Waiting => {
                let polled = state.and_then(|state| state.polled_at);
                let polled = polled.map(|at| format!("not ready when polled at {at}"));
                let asked = || Some(state?.attempt()?.question.as_ref()?.in_words());
                polled.or_else(asked).or_else(|| Some(state?.why_it_was_cut()?.to_owned()))
            }
            GateStatus::NotStarted | GateStatus::Running | GateStatus::Pass => None,
        },
    }
}

/// The gates that made newer versions of what a gate passed with.
fn superseded_by(state: &GateState, makers: &BTreeMap<&str, (usize, &GateId)>) -> Vec<GateId> {
    let files = state.artifacts().iter().filter(|_| state.status == GateStatus::Pass);
    let makers = files.filter_map(|artifact| makers.get(artifact.path.as_str()));
    let newer = makers.filter(|(made, _)| *made > state.made).map(|(_, id)| (*id).clone());
    newer.collect::<BTreeSet<_>>().into_iter().collect()
}
