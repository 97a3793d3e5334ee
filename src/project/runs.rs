//! Every run of a project, as lists show it.

use super::Error;
use super::Project;
use super::proof;
use crate::clock::Moment;
use crate::event::RunStatus;
use crate::files;
use crate::id::RunId;
use crate::parallel;
use crate::run::GateStatus;
use crate::run::Run;
use crate::spending::Cost;
use crate::standing::Span;
use crate::standing::State;
use serde::Serialize;
use std::cmp::Ordering;
use std::io;
use std::time::Duration;

/// One line of the list.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct RunEntry {
    /// The run's id.
    pub run_id: RunId,
    /// The project that it belongs to, as a folder of the repository; null outside of git.
    pub project: Option<String>,
    /// The workflow's name.
    pub workflow: String,
    /// What the work is about: the run's key.
    pub key: String,
    /// How it stands.
    pub status: State,
    /// Null where it cannot be read.
    pub started_at: Option<Moment>,
    /// When it came to its end.
    pub finished_at: Option<Moment>,
    /// Known costs together; null where none is known.
    pub cost_usd: Option<f64>,
    /// The run that this one is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<RunId>,
    /// The gate that waits, is at work or failed.
    pub gate: Option<String>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl RunEntry {
    /// How long ago it began, where it can be read.
    pub fn age(&self, now: Moment) -> Option<Duration> {
        self.span().map(|span| span.age(now))
    }

    /// How long it took, once it has ended.
    pub fn took(&self) -> Option<Duration> {
        self.span()?.took()
    }

    fn span(&self) -> Option<Span> {
        Some(Span::new(self.started_at?, self.finished_at))
    }
}

/// Every run of the project, the newest first.
pub fn runs(project: &Project) -> Result<Vec<RunEntry>, Error> {
    entries(project, project.store.runs())
}

/// Every run of the repository, of whatever project, the newest first.
pub fn runs_of_all_projects(project: &Project) -> Result<Vec<RunEntry>, Error> {
    entries(project, project.store.runs_of_all_projects())
}

/// These runs, the newest first.
pub fn entries(project: &Project, ids: io::Result<Vec<RunId>>) -> Result<Vec<RunEntry>, Error> {
    let ids = ids.map_err(|source| Error::disk(&project.store.runs_folder(), source))?;
    let mut entries: Vec<RunEntry> = parallel::map(&ids, |id| entry(project, id));
    // An id tells the second only; of a run that cannot be read it is all there is.
    entries.sort_by(|one, other| {
        let within = other.started_at.zip(one.started_at).map(|(other, one)| other.cmp(&one));
        let by_second = other.run_id.second().cmp(one.run_id.second());
        by_second.then(within.unwrap_or(Ordering::Equal)).then(other.run_id.cmp(&one.run_id))
    });
    Ok(entries)
}

fn entry(project: &Project, id: &RunId) -> RunEntry {
    from_summary(project, id).unwrap_or_else(|| from_journal(project, id))
}

/// The state of a run that was read.
pub fn state(project: &Project, run: &Run) -> State {
    let is_held = || project.store.is_in_hand(&run.started.run_id);
    State::of(run.status, run.wants_a_driver(), is_held)
}

/// By `RUN.json`, where nothing has happened since.
fn from_summary(project: &Project, id: &RunId) -> Option<RunEntry> {
    let summary = project.store.summary(id)?;
    let gate = telling(summary.status).into_iter().find_map(|status| summary.gate_in(status));
    let is_in_hand = || project.store.is_in_hand(id);
    Some(RunEntry {
        run_id: id.clone(),
        workflow: summary.workflow().to_owned(),
        status: State::of(summary.status, summary.wants_a_driver(), is_in_hand),
        started_at: Some(summary.started_at),
        finished_at: summary.finished_at,
        cost_usd: summary.cost_usd(),
        gate: gate.map(str::to_owned),
        project: summary.project,
        key: summary.key,
        parent: summary.parent,
        problem: None,
    })
}

fn from_journal(project: &Project, id: &RunId) -> RunEntry {
    let reading = project.store.glance(id).map_err(Error::from);
    let told =
        reading.and_then(|reading| proof::refuse_false_end(project, &reading).map(|()| reading));
    let run = match told {
        Ok(reading) => reading.run,
        Err(error) => return damaged(project, id, &error),
    };
    let gate = telling(run.status).into_iter().find_map(|status| run.gates_in(status).next());
    RunEntry {
        run_id: id.clone(),
        project: run.started.project.clone(),
        workflow: run.started.workflow.clone(),
        key: run.started.key.clone(),
        status: state(project, &run),
        started_at: Some(run.started_at),
        finished_at: run.finished_at,
        cost_usd: Cost::of_run(&run).cost_usd,
        parent: run.started.parent.clone(),
        gate: gate.map(ToString::to_string),
        problem: None,
    }
}

/// Which gate tells most: where a run has failed, nobody is waited for.
fn telling(status: RunStatus) -> [GateStatus; 3] {
    if status == RunStatus::Failed {
        [GateStatus::Fail, GateStatus::Waiting, GateStatus::Running]
    } else {
        [GateStatus::Waiting, GateStatus::Running, GateStatus::Fail]
    }
}

/// A run of which nothing but its id is known for sure.
fn damaged(project: &Project, id: &RunId, error: &Error) -> RunEntry {
    RunEntry {
        run_id: id.clone(),
        project: project.store.project_of(id),
        workflow: String::new(),
        key: String::new(),
        status: State::Damaged,
        started_at: None,
        finished_at: None,
        cost_usd: None,
        parent: None,
        gate: None,
        problem: Some(files::in_words(&error.to_string()).into_owned()),
    }
}
