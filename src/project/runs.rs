//! Every run of a project, as lists show it.

use super::Error;
use super::Project;
use super::proof;
use crate::clock::Moment;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::parallel;
use crate::run::GateStatus;
use crate::standing::State;
use crate::store::journal;
use serde::Deserialize;
use serde::Serialize;
use std::io;

/// One line of the list.
#[derive(Debug, Clone, Serialize)]
pub struct RunEntry {
    pub run_id: RunId,
    /// The project that it belongs to, as a folder of the repository; null outside of git.
    pub project: Option<String>,
    pub workflow: String,
    pub key: String,
    pub status: State,
    /// Null where it cannot be read.
    pub started_at: Option<Moment>,
    /// The run that this one is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<RunId>,
    /// The gate that waits or failed.
    pub gate: Option<String>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What of `RUN.json` a list needs; the rest is passed over unread.
#[derive(Debug, Deserialize)]
struct Head {
    #[serde(default)]
    project: Option<String>,
    workflow: Named,
    key: String,
    status: RunStatus,
    started_at: Moment,
    #[serde(default)]
    parent: Option<RunId>,
    driven: bool,
    journal: Length,
    gates: Vec<Gate>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Length {
    bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Gate {
    gate: String,
    status: GateStatus,
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
    entries.sort_by(|one, other| other.run_id.cmp(&one.run_id));
    Ok(entries)
}

fn entry(project: &Project, id: &RunId) -> RunEntry {
    from_summary(project, id).unwrap_or_else(|| from_journal(project, id))
}

/// `RUN.json`, where it is as long as the journal says: then nothing has happened since.
fn from_summary(project: &Project, id: &RunId) -> Option<RunEntry> {
    let bytes = project.store.record(id).join("RUN.json").read().ok()??;
    let head: Head = serde_json::from_slice(&bytes).ok()?;
    let length = project.store.state(id).join(journal::FILE).size().ok().flatten();
    if length.is_some_and(|length| length != head.journal.bytes) {
        return None;
    }
    let at = |status| head.gates.iter().find(|gate| gate.status == status);
    let gate = telling(head.status).into_iter().find_map(at);
    let wants_a_driver =
        head.status == RunStatus::Running && (head.driven || at(GateStatus::Running).is_some());
    Some(RunEntry {
        run_id: id.clone(),
        project: head.project,
        workflow: head.workflow.name,
        key: head.key,
        status: State::of(head.status, wants_a_driver, || project.store.is_held(id)),
        started_at: Some(head.started_at),
        parent: head.parent,
        gate: gate.map(|gate| gate.gate.clone()),
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
        status: State::of(run.status, run.wants_a_driver(), || project.store.is_held(id)),
        started_at: Some(run.started_at),
        parent: run.started.parent.clone(),
        gate: gate.map(ToString::to_string),
        problem: None,
    }
}

/// Which gate tells most: where a run has failed, nobody is waited for.
fn telling(status: RunStatus) -> [GateStatus; 2] {
    let both = [GateStatus::Waiting, GateStatus::Fail];
    if status == RunStatus::Failed { [both[1], both[0]] } else { both }
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
        parent: None,
        gate: None,
        problem: Some(error.to_string()),
    }
}
