//! `orch status`: where the current run stands, gate by gate.

use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use crate::clock::Moment;
use crate::event::WaitsFor;
use crate::files::Lock;
use crate::id::GateId;
use crate::id::RunId;
use crate::run::GateStatus;
use crate::run::Run;
use serde::Serialize;

/// A run at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub run_id: RunId,
    pub workflow: String,
    pub key: String,
    /// `STALLED` where it runs and nobody drives it.
    pub status: String,
    pub reason: Option<String>,
    pub started_at: Moment,
    pub finished_at: Option<Moment>,
    /// Known costs together; null where none is known.
    pub cost_usd: Option<f64>,
    pub gates: Vec<GateLine>,
}

/// One gate of it.
#[derive(Debug, Clone, Serialize)]
pub struct GateLine {
    pub gate: GateId,
    pub name: String,
    pub status: GateStatus,
    pub attempts: usize,
    pub waits_for: Option<WaitsFor>,
    pub reason: Option<String>,
}

/// Reads where the run stands.
pub fn status(site: &Site, choice: &RunChoice) -> Result<Reply, Error> {
    let id = choose::run(site, choice)?;
    let run = site.home.read(&id)?.run;
    let is_stalled = run.wants_a_driver() && !Lock::is_held(&site.home.lock(&id));
    let costs: Vec<f64> =
        run.invocations.iter().filter_map(|invocation| invocation.cost_usd).collect();
    Ok(Reply {
        run_id: id,
        workflow: run.started.workflow.clone(),
        key: run.started.key.clone(),
        status: if is_stalled { "STALLED".to_owned() } else { run.status.to_string() },
        reason: run.reason.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        cost_usd: (!costs.is_empty()).then(|| costs.iter().sum()),
        gates: lines(&run),
    })
}

/// The gates of a run in the order of its plan, each instance of a fan-out after its gate.
pub fn lines(run: &Run) -> Vec<GateLine> {
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
