//! Cost, tokens and time of runs, grouped as requested.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use super::convoy_status;
use crate::budget::Budget;
use crate::clock::Moment;
use crate::executor::ExecutorKind;
use crate::id::RunId;
use crate::run::Run;
use crate::spending;
use crate::spending::Cost;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Arguments of `cost`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Run id, a unique part of it, or key; defaults to all runs of the project.
    #[cfg_attr(feature = "cli", arg(long, value_name = "RUN"))]
    pub run: Option<String>,
    /// Group by; defaults to `run`, or to `gate` if a run is given. Days are in UTC.
    #[cfg_attr(feature = "cli", arg(long, value_enum, value_name = "COLUMN"))]
    pub by: Option<By>,
}

/// How cost is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
pub enum By {
    Run,
    Gate,
    Agent,
    Model,
    Day,
    Convoy,
}

/// The sums.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// What the lines are grouped by.
    pub by: By,
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// The total.
    pub total: Cost,
    /// The budget, for a single run.
    pub budget: Option<Budget>,
}

/// One line of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Line {
    /// The run, gate, agent, model, day or convoy; null if unknown or none.
    pub name: Option<String>,
    /// What it came to.
    #[serde(flatten)]
    pub cost: Cost,
}

/// Adds up what the journals say. A run that cannot be read is left out: showing it says why.
pub fn cost(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let one = request.run.is_some();
    let by = request.by.unwrap_or(if one { By::Gate } else { By::Run });
    let runs: Vec<Run> = if one {
        let id = choose::run(project, caller, &RunChoice { run: request.run.clone() })?;
        vec![project.store.read(&id)?.run]
    } else {
        let ids = project.store.runs().map_err(|error| Error::environment(error.to_string()))?;
        let read = |id: &RunId| Some(project.store.glance(id).ok()?.run);
        ids.iter().filter_map(read).collect()
    };
    let mut lines: BTreeMap<Option<String>, Cost> = BTreeMap::new();
    let mut total = Cost::default();
    for run in &runs {
        let convoy = || convoy_of(project, run).map(|id| id.to_string());
        for invocation in &run.invocations {
            total.add(invocation);
            let name = match by {
                By::Run => Some(run.started.run_id.to_string()),
                By::Gate => Some(invocation.gate.to_string()),
                By::Agent => invocation.agent.clone(),
                By::Model => invocation.model.clone(),
                By::Day => day(invocation.started_at),
                By::Convoy => convoy(),
            };
            lines.entry(name).or_default().add(invocation);
        }
        for (gate, attempt) in spending::lost(run) {
            total.add_lost();
            let name = match by {
                By::Run => Some(run.started.run_id.to_string()),
                By::Gate => Some(gate.to_string()),
                By::Agent => attempt.agent.clone(),
                By::Model => None,
                By::Day => day(attempt.started_at),
                By::Convoy => convoy(),
            };
            lines.entry(name).or_default().add_lost();
        }
    }
    let lines = lines.into_iter().map(|(name, cost)| Line { name, cost }).collect();
    let budget = runs.first().filter(|_| one).map(|run| run.budget);
    Ok(Reply { by, lines, total, budget })
}

/// The convoy that a run is, or is a part of: the nearest one of the workflow that is for them, else
/// the run above all others that have child runs.
fn convoy_of(project: &Project, run: &Run) -> Option<RunId> {
    let workflow = convoy_status::workflow(project).ok();
    let mut seen = BTreeSet::new();
    let mut started = run.started.clone();
    loop {
        if Some(started.workflow.as_str()) == workflow {
            return Some(started.run_id);
        }
        let above = started.parent.clone().filter(|parent| seen.insert(parent.clone()));
        let above = above.and_then(|parent| Some(project.store.glance(&parent).ok()?.run.started));
        let Some(above) = above else { break };
        started = above;
    }
    let has_children = || {
        let attempts = run.gates.values().flat_map(|state| &state.attempts);
        attempts.into_iter().any(|attempt| attempt.executor == ExecutorKind::Workflow)
    };
    let is_part = started.run_id != run.started.run_id;
    (is_part || has_children()).then_some(started.run_id)
}

fn day(at: Moment) -> Option<String> {
    at.to_string().split('T').next().map(str::to_owned)
}
