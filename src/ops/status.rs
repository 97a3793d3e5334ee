//! Where the current run stands, gate by gate.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::advance;
use crate::budget::Measure;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::project::proof;
use crate::project::runs;
use crate::project::sitting_budget;
use crate::standing;
use crate::standing::GateLine;
use crate::standing::Spending;
use crate::standing::State;
use crate::workflow::Workflow;
use serde::Serialize;

/// A run at a glance.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// The run's key.
    pub key: String,
    /// The status of the run.
    pub status: State,
    /// The reason, if there is one.
    pub reason: Option<String>,
    /// Start time.
    pub started_at: Moment,
    /// End time.
    pub finished_at: Option<Moment>,
    /// Known cost in total; null if calls were made and none is known.
    pub cost_usd: Option<f64>,
    /// The budget; null without one.
    pub budget_usd: Option<f64>,
    /// What is left of the budget, or of that of the run around this one if that is less.
    pub remaining_usd: Option<f64>,
    /// What is spent of each budget.
    pub spending: Vec<Spending>,
    /// All gates, in the order of the workflow.
    pub gates: Vec<GateLine>,
}

/// Reads the state of the run.
pub fn status(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<Reply, Error> {
    let id = choose::run(project, caller, choice)?;
    let run = proof::read(project, &id)?.run;
    let status = runs::state(project, &run);
    let mut gates = standing::gates(&run);
    let is_driven = status == State::Recorded(RunStatus::Running);
    if is_driven || gates.iter().any(|line| line.waits_for.is_some()) {
        let definition = Definition::thaw(&run.started.definition);
        let workflow = Workflow::parse(&run.started.workflow, &definition)?;
        if is_driven {
            advance::tell_waits(project, (&workflow, &run), &mut gates);
        }
        for line in &mut gates {
            line.shows = advance::names_of_approval_files(project, &workflow, &run, &line.gate);
            line.deadline = advance::deadline_of(project, &workflow, &run, &line.gate);
        }
    }
    let tally = sitting_budget::tally(project, &run, project.clock.now())?;
    Ok(Reply {
        run_id: id,
        workflow: run.started.workflow.clone(),
        key: run.started.key.clone(),
        status,
        reason: run.reason.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        cost_usd: tally.cost.known_usd(),
        budget_usd: tally.budget.bound(Measure::Usd),
        remaining_usd: tally.remaining_usd(),
        spending: tally.spending(),
        gates,
    })
}
