//! `orch session status`: the sitting at a run, what it cost and how long it takes.

use super::Caller;
use super::Error;
use super::Project;
use super::session;
use super::session::Epic;
use crate::advance;
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
use crate::spending::Cost;
use crate::workflow::Workflow;
use serde::Serialize;

/// The last sitting at a run, and all of them together.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// What the work is about: the run's key.
    pub epic: String,
    /// The workflow's name.
    pub workflow: String,
    /// How the run stands.
    pub run_status: RunStatus,
    /// The number of the last sitting; 0 where there was none.
    pub session: u32,
    /// Stands for the run in `ORCH_SESSION`; null where nobody ever sat at it.
    pub session_key: Option<String>,
    /// How the last sitting stands or ended.
    pub status: Option<SessionStatus>,
    /// Why it ended, where somebody said.
    pub reason: Option<String>,
    /// What the run may spend; null without a budget.
    pub budget_usd: Option<f64>,
    /// What all sittings have cost; null where nothing is known.
    pub cost_usd: Option<f64>,
    /// What the runs that were begun in its sittings have spent.
    pub parts_usd: f64,
    /// What is left of that.
    pub remaining_usd: Option<f64>,
    /// Seconds that gates were worked on, in all sittings.
    pub active_s: u64,
    /// Seconds that gates waited for a word, in all sittings.
    pub waiting_s: u64,
    /// Seconds that the gates should take, as far as somebody said so.
    pub estimate_s: Option<u64>,
    /// Seconds that the work is over the estimate, or below it where negative.
    pub variance_s: Option<i64>,
    /// How many checkpoints were sealed.
    pub checkpoints: usize,
    /// All sittings, the oldest first.
    pub sessions: Vec<Sitting>,
}

/// One sitting.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Sitting {
    /// Counted within the run.
    pub session: u32,
    /// Who sat down.
    pub by: String,
    /// How it stands or ended.
    pub status: SessionStatus,
    /// When somebody sat down.
    pub started_at: Moment,
    /// When it ended; null while it goes on.
    pub ended_at: Option<Moment>,
    /// Seconds from its start to its end, or until now.
    pub duration_s: u64,
    /// Null where nothing is known.
    pub cost_usd: Option<f64>,
    /// Why it ended, where somebody said.
    pub reason: Option<String>,
}

/// Reads where the sitting stands.
pub fn session_status(project: &Project, caller: &Caller, epic: &Epic) -> Result<Reply, Error> {
    let id = epic.run(project, caller)?;
    let run = proof::read(project, &id)?.run;
    let now = project.clock.now();
    let sessions: Vec<Sitting> =
        run.sessions.iter().map(|session| sitting(project, &run, session, now)).collect();
    let last = sessions.last();
    let budget_usd = run.budget.bound(Measure::Usd);
    let cost_usd = Cost::of_run(&run).cost_usd;
    let parts_usd = sitting_budget::spent_by_parts(project, &run)?.get(Measure::Usd);
    let spent = run.spent(now);
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    let estimate_s = advance::estimate(&workflow, &run).map(|estimate| estimate.as_secs());
    let active_s = i64::try_from(spent.active.as_secs()).unwrap_or(i64::MAX);
    Ok(Reply {
        epic: run.started.key.clone(),
        workflow: run.started.workflow.clone(),
        run_status: run.status,
        session: last.map_or(0, |last| last.session),
        session_key: last.map(|last| format!("{}@{}", run.started.key, last.session)),
        status: last.map(|last| last.status),
        reason: last.and_then(|last| last.reason.clone()),
        budget_usd,
        cost_usd,
        parts_usd,
        remaining_usd: budget_usd
            .map(|budget| (budget - cost_usd.unwrap_or(0.0) - parts_usd).max(0.0)),
        active_s: spent.active.as_secs(),
        waiting_s: spent.waiting.as_secs(),
        estimate_s,
        variance_s: estimate_s.and_then(|estimate| active_s.checked_sub_unsigned(estimate)),
        checkpoints: run.checkpoints.len(),
        sessions,
        run_id: id,
    })
}

fn sitting(project: &Project, run: &Run, session: &Session, now: Moment) -> Sitting {
    let end = session.ended_at.unwrap_or(now);
    let within = run.invocations.iter().filter(|invocation| {
        invocation.finished_at >= session.started_at && invocation.finished_at <= end
    });
    Sitting {
        session: session.number,
        by: session.by.clone(),
        status: session::status(project, &run.started.run_id, session),
        started_at: session.started_at,
        ended_at: session.ended_at,
        duration_s: end.since(session.started_at).as_secs(),
        cost_usd: Cost::of(within).cost_usd,
        reason: session.reason.clone(),
    }
}
