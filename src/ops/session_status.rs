//! The sessions of a run, with cost and time.

use super::Caller;
use super::Error;
use super::Project;
use super::session;
use super::session::Epic;
use crate::budget::Measure;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::event::RunStatus;
use crate::event::SessionStatus;
use crate::id::RunId;
use crate::project::proof;
use crate::project::sitting_budget;
use crate::run::Run;
use crate::run::Session;
use crate::standing;
use crate::standing::Span;
use crate::workflow::Workflow;
use serde::Serialize;

/// The last session of a run, and all of them together.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The run's key.
    pub epic: String,
    /// The workflow's name.
    pub workflow: String,
    /// The status of the run.
    pub run_status: RunStatus,
    /// The number of the last session; 0 if there was none.
    pub session: u32,
    /// The session's name for `ORCH_SESSION`; null if there was none.
    pub session_key: Option<String>,
    /// The status of the last session.
    pub status: Option<SessionStatus>,
    /// Why it ended, if a reason was given.
    pub reason: Option<String>,
    /// The run's budget; null without one.
    pub budget_usd: Option<f64>,
    /// Cost of all sessions; null if unknown.
    pub cost_usd: Option<f64>,
    /// Cost of the runs that were started in its sessions.
    pub parts_usd: f64,
    /// What is left of the budget, or of that of the run around this one if that is less.
    pub remaining_usd: Option<f64>,
    /// Working time in seconds, over all sessions.
    pub active_s: u64,
    /// Waiting time in seconds, over all sessions.
    pub waiting_s: u64,
    /// Estimated working time in seconds, of the gates with an estimate.
    pub estimate_s: Option<u64>,
    /// Working time minus the estimate, in seconds.
    pub variance_s: Option<i64>,
    /// Number of checkpoints.
    pub checkpoints: usize,
    /// All sessions, oldest first.
    pub sessions: Vec<Sitting>,
}

/// One session.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Sitting {
    /// The session's number within the run.
    pub session: u32,
    /// Who started it.
    pub by: String,
    /// The status.
    pub status: SessionStatus,
    /// Start time.
    pub started_at: Moment,
    /// End time; null while it is active.
    pub ended_at: Option<Moment>,
    /// Seconds from start to end, or until now.
    pub duration_s: u64,
    /// Cost; null if unknown.
    pub cost_usd: Option<f64>,
    /// Why it ended, if a reason was given.
    pub reason: Option<String>,
}

/// Reads the state of the sessions.
pub fn session_status(project: &Project, caller: &Caller, epic: &Epic) -> Result<Reply, Error> {
    let id = epic.run(project, caller)?;
    let run = proof::read(project, &id)?.run;
    let now = project.clock.now();
    let sessions: Vec<Sitting> =
        run.sessions.iter().map(|session| sitting(project, &run, session, now)).collect();
    let last = sessions.last();
    let tally = sitting_budget::tally(project, &run, now)?;
    let parts_usd = sitting_budget::spent_by_parts(project, &run)?.get(Measure::Usd);
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    let estimate_s = standing::estimate(&workflow, &run).map(|estimate| estimate.as_secs());
    Ok(Reply {
        epic: run.started.key.clone(),
        workflow: run.started.workflow.clone(),
        run_status: run.status,
        session: last.map_or(0, |last| last.session),
        session_key: last.map(|last| format!("{}@{}", run.started.key, last.session)),
        status: last.map(|last| last.status),
        reason: last.and_then(|last| last.reason.clone()),
        budget_usd: tally.budget.bound(Measure::Usd),
        cost_usd: tally.cost.known_usd(),
        parts_usd,
        remaining_usd: tally.remaining_usd(),
        active_s: tally.spent.active.as_secs(),
        waiting_s: tally.spent.waiting.as_secs(),
        estimate_s,
        variance_s: estimate_s.and_then(|estimate_s| tally.variance_s(estimate_s)),
        checkpoints: run.checkpoints.len(),
        sessions,
        run_id: id,
    })
}

fn sitting(project: &Project, run: &Run, session: &Session, now: Moment) -> Sitting {
    Sitting {
        session: session.number,
        by: session.by.clone(),
        status: session::status(project, &run.started.run_id, session),
        started_at: session.started_at,
        ended_at: session.ended_at,
        duration_s: Span::of_session(session).until(now).as_secs(),
        cost_usd: standing::cost_within(run, session).known_usd(),
        reason: session.reason.clone(),
    }
}
