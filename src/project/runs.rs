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
use crate::spending::Cost;
use crate::standing::State;
use serde::Deserialize;
use serde::Serialize;
use std::cmp::Ordering;
use std::io;

/// The first member of `RUN.json` that grows with the run, and what parts it from those before it.
const FIRST_LIST: &str = ",\n  \"definition\": ";

/// How much of `RUN.json` is read for what comes before that.
const TOP_BYTES_MAX: u64 = 64 * 1024;

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
    finished_at: Option<Moment>,
    cost: Spent,
    #[serde(default)]
    parent: Option<RunId>,
    driven: bool,
    journal: Length,
    gates: Vec<Gate>,
}

/// What the beginning of `RUN.json` says.
#[derive(Debug, Deserialize)]
struct Top {
    status: RunStatus,
    journal: Length,
}

#[derive(Debug, Deserialize)]
struct Spent {
    cost_usd: Option<f64>,
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
    // An id tells the second only; of a run that cannot be read it is all there is.
    entries.sort_by(|one, other| {
        let within = other.started_at.zip(one.started_at).map(|(other, one)| other.cmp(&one));
        let by_second = other.run_id.second().cmp(one.run_id.second());
        by_second.then(within.unwrap_or(Ordering::Equal)).then(other.run_id.cmp(&one.run_id))
    });
    Ok(entries)
}

/// Whether a run has passed or was canceled, as far as `RUN.json` says: then nobody sits at it, and
/// nothing comes after. What it begins with tells, however long the run was.
pub fn is_over(project: &Project, id: &RunId) -> bool {
    let place = project.store.record(id).join("RUN.json");
    let top = place.read_head(TOP_BYTES_MAX).ok().flatten().and_then(|head| top(&head));
    top.is_some_and(|top| top.status.is_final() && is_as_long(project, id, &top.journal))
}

/// The members that stand before the first long one.
fn top(head: &[u8]) -> Option<Top> {
    // Where it was cut, half a letter may stand at its end.
    let text = String::from_utf8_lossy(head);
    let (top, _) = text.split_once(FIRST_LIST)?;
    serde_json::from_str(&format!("{top}\n}}")).ok()
}

fn entry(project: &Project, id: &RunId) -> RunEntry {
    from_summary(project, id).unwrap_or_else(|| from_journal(project, id))
}

/// `RUN.json`, where it is as long as the journal says: then nothing has happened since.
fn from_summary(project: &Project, id: &RunId) -> Option<RunEntry> {
    let bytes = project.store.record(id).join("RUN.json").read().ok()??;
    let head: Head = serde_json::from_slice(&bytes).ok()?;
    if !is_as_long(project, id, &head.journal) {
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
        status: State::of(head.status, wants_a_driver, || project.store.is_in_hand(id)),
        started_at: Some(head.started_at),
        finished_at: head.finished_at,
        cost_usd: head.cost.cost_usd,
        parent: head.parent,
        gate: gate.map(|gate| gate.gate.clone()),
        problem: None,
    })
}

fn is_as_long(project: &Project, id: &RunId, told: &Length) -> bool {
    project.store.journal_bytes(id).is_none_or(|length| length == told.bytes)
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
        status: State::of(run.status, run.wants_a_driver(), || project.store.is_in_hand(id)),
        started_at: Some(run.started_at),
        finished_at: run.finished_at,
        cost_usd: Cost::of_run(&run).cost_usd,
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
        finished_at: None,
        cost_usd: None,
        parent: None,
        gate: None,
        problem: Some(files::in_words(&error.to_string()).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::event::Event;
    use crate::event::testing;
    use crate::run::Run;
    use crate::store::record;
    use std::collections::BTreeMap;

    #[test]
    fn the_beginning_of_a_summary_says_what_the_whole_does() {
        let at = Moment::parse("2026-01-19T14:30:12Z").unwrap();
        let mut run = Run::begin(at, &Event::RunStarted(Box::new(testing::started()))).unwrap();
        for status in [RunStatus::Running, RunStatus::Passed] {
            run.status = status;
            let head = record::Head { count: 1, bytes: 77, sha256: Digest::of("") };
            let (_, bytes) = record::summary_files(&run, head, &BTreeMap::new()).remove(0);
            let whole: Head = serde_json::from_slice(&bytes).unwrap();
            let cut = bytes.len() - bytes.len() / 3;
            let top = top(&bytes[..cut]).unwrap();
            assert_eq!((top.status, top.journal.bytes), (status, 77));
            assert_eq!((whole.status, whole.journal.bytes), (status, 77));
        }
    }
}
