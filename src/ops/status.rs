//! `orch status`: where the current run stands, gate by gate.

use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::clock::Moment;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
use crate::run::GateStatus;
use crate::run::Run;
use crate::site::proof;
use crate::spending::Cost;
use crate::standing::Standing;
use serde::Serialize;

/// A run at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub run_id: RunId,
    pub workflow: String,
    pub key: String,
    pub status: Standing,
    pub reason: Option<String>,
    pub started_at: Moment,
    pub finished_at: Option<Moment>,
    /// Known costs together; null where none is known.
    pub cost_usd: Option<f64>,
    /// The most that may be spent, and what is left of it; null without a budget.
    pub budget_usd: Option<f64>,
    pub remaining_usd: Option<f64>,
    /// What is spent, against what may be.
    pub spending: Vec<Spending>,
    pub gates: Vec<GateLine>,
}

/// What is spent of one measure.
#[derive(Debug, Clone, Serialize)]
pub struct Spending {
    /// In words: `0.50 of 5.00 USD, of 2 calls unknown`.
    pub words: String,
    /// Whether the line is passed at which a warning is given.
    pub is_near: bool,
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
    let run = proof::read(site, &id)?.run;
    let status = Standing::of(run.status, run.wants_a_driver(), || site.store.is_held(&id));
    let cost = Cost::of_run(&run);
    let budget_usd = run.budget.bound(Measure::Usd);
    Ok(Reply {
        run_id: id,
        workflow: run.started.workflow.clone(),
        key: run.started.key.clone(),
        status,
        reason: run.reason.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        cost_usd: cost.cost_usd,
        budget_usd,
        remaining_usd: budget_usd.map(|bound| (bound - cost.spent(Measure::Usd)).max(0.0)),
        spending: spending(&cost, &run.budget),
        gates: lines(&run),
    })
}

/// What is spent, one line for each measure that is bounded or known.
pub fn spending(cost: &Cost, budget: &Budget) -> Vec<Spending> {
    let line = |measure: &Measure| {
        let bound = budget.bound(*measure);
        let (known, unknown) = match measure {
            Measure::Usd => (cost.cost_usd.is_some(), cost.cost_unknown),
            Measure::Tokens => (cost.tokens.is_some(), cost.tokens_unknown),
            Measure::Minutes => (bound.is_some(), 0),
        };
        if !known && unknown == 0 && bound.is_none() {
            return None;
        }
        let spent = cost.spent(*measure);
        let mut words = if known || unknown == 0 {
            measure.show(spent)
        } else {
            format!("unknown {}", measure.unit())
        };
        if *measure == Measure::Usd && cost.cost_is_estimate {
            words.push_str(" by estimate");
        }
        words.extend(bound.map(|bound| format!(" of {}", measure.show(bound))));
        if unknown > 0 {
            words.push_str(&format!(", unknown of {unknown} of {} calls", cost.calls));
        }
        let is_near = bound.is_some_and(|bound| spent >= bound * budget.warning_share());
        Some(Spending { words, is_near })
    };
    Measure::ALL.iter().filter_map(line).collect()
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
