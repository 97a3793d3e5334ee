//! Check what runs need here, report what is wrong, and repair what can be repaired
//! without asking.

mod agents;
#[cfg(feature = "engine")]
mod engine;
mod notifications;
mod permits;
mod runs;
mod signing;

use super::Error;
use super::Project;
use super::record_rebuild;
use super::route_slips;
use super::workflow_check;
use crate::files;
use crate::files::Lock;
use crate::git::Repository;
use crate::id::RunId;
use crate::project::notices;
use crate::project::orphans;
use crate::store::checkpoint;
use crate::store::record;
use crate::store::record::RUNS;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;

/// Arguments of `doctor`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Repair what can be repaired: records lost from a branch, truncated journals, notifications
    /// not sent, and locks and programs left behind by a kill.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub fix: bool,
    /// Also ask each agent's program for its version and, if that costs nothing, whether it is
    /// signed in.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub agents: bool,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Symptom {
    /// What was checked.
    pub what: String,
    /// Whether it is in order.
    pub is_well: bool,
    /// What was found.
    pub finding: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub help: Option<Advice>,
    /// What `fix` would do.
    pub remedy: Option<Remedy>,
}

/// What mends something that is ill.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Remedy {
    /// Remove locks that a killed commit left behind.
    RemoveLocks,
    /// End programs that a killed run left running.
    EndOrphans(RunId),
    /// Restore events of a journal from the run's ref or record.
    RestoreJournal(RunId),
    /// Rebuild a record from its journal, and commit it.
    RebuildRecord(RunId),
    /// Send the notifications of a run that nobody sends.
    SendNotifications(RunId),
}

impl Symptom {
    fn well(what: impl Into<String>, finding: impl Into<String>) -> Self {
        let finding = crate::files::in_words(&finding.into()).into_owned();
        Self { what: what.into(), is_well: true, finding, help: None, remedy: None }
    }

    fn ill(what: impl Into<String>, finding: impl Into<String>) -> Self {
        Self { is_well: false, ..Self::well(what, finding) }
    }

    fn advise(self, help: Advice) -> Self {
        Self { help: Some(help), ..self }
    }

    fn with(self, remedy: Remedy) -> Self {
        Self { remedy: Some(remedy), ..self }
    }
}

/// Looks at repository, folders, definitions, agents and runs.
pub fn doctor(project: &Project, request: &Request) -> Result<Vec<Symptom>, Error> {
    let mut repository = project.repository()?;
    let mut symptoms = vec![state(project, repository.as_ref()), folder(project)];
    if let Some(repository) = &repository {
        symptoms.extend(locks(project, repository)?);
    }
    symptoms.extend(definitions(project));
    symptoms.push(permits::look(project));
    symptoms.extend(agents::look(project, request.agents));
    symptoms.extend(routes(project));
    symptoms.extend(signing::look(project)?);
    symptoms.extend(notifications::look(project));
    #[cfg(feature = "engine")]
    symptoms.extend(engine::look(project));
    #[cfg(not(feature = "engine"))]
    symptoms.extend(
        super::missing_engine::refuse(project)
            .err()
            .map(|error| Symptom::ill("engine", error.to_string())),
    );
    let mut ids: BTreeSet<RunId> = project.store.runs().unwrap_or_default().into_iter().collect();
    ids.extend(project.store.runs_in_head());
    for id in ids {
        symptoms.extend(runs::look(project, repository.as_mut(), &id));
    }
    symptoms.extend(project.store.foreign().unwrap_or_default().into_iter().map(|foreign| {
        let finding = "foreign: made by another tool; left unchanged";
        Symptom::well(format!("record {}", foreign.name), finding)
    }));
    if request.fix {
        for symptom in &mut symptoms {
            mend(project, repository.as_ref(), symptom);
        }
    }
    Ok(symptoms)
}

/// Routes that no work goes by.
fn routes(project: &Project) -> Vec<Symptom> {
    let slips = route_slips::route_slips(project).into_iter();
    slips.map(|slip| Symptom::ill("routes", slip.words)).collect()
}

/// Mends what a symptom tells of, and says what came of it.
fn mend(project: &Project, repository: Option<&Repository>, symptom: &mut Symptom) {
    let mended = match &symptom.remedy {
        None => return,
        Some(Remedy::RemoveLocks) => remove_locks(project, repository),
        Some(Remedy::EndOrphans(id)) => orphans::end_of(project, id).map(|()| Ok(String::new())),
        Some(Remedy::RestoreJournal(id)) => restore(project, id).map(|()| Ok(String::new())),
        Some(Remedy::RebuildRecord(id)) => rebuild(project, id),
        Some(Remedy::SendNotifications(id)) => {
            notices::start(project, id).map(|()| Ok("sending".to_owned()))
        }
    };
    let mended = mended.unwrap_or_else(|error| Err(error.to_string()));
    symptom.is_well = mended.is_ok();
    let (Ok(words) | Err(words)) = &mended;
    let colon = if words.is_empty() { "" } else { ": " };
    let word = if symptom.is_well { "fixed" } else { "not fixed" };
    symptom.finding = format!("{}; {word}{colon}{words}", symptom.finding);
}

/// What was done, or why something is left undone, in words.
type Mended = Result<String, String>;

fn remove_locks(project: &Project, repository: Option<&Repository>) -> Result<Mended, Error> {
    if let (Some(repository), Some(lock)) = (repository, project.store.commit_lock()) {
        let now = project.clock.now().to_string();
        repository.remove_stale_locks(&lock, &now, &|name| is_alive(project, name))?;
    }
    Ok(Ok(String::new()))
}

fn restore(project: &Project, id: &RunId) -> Result<(), Error> {
    let _held = crate::project::lock(project, id)?;
    Ok(project.store.adopt(id)?)
}

fn rebuild(project: &Project, id: &RunId) -> Result<Mended, Error> {
    let rebuilt = record_rebuild::rebuild(project, id.clone())?;
    let told = |count: usize, words: &str| match count {
        0 => None,
        1 => Some(format!("1 file {words}")),
        count => Some(format!("{count} files {words}")),
    };
    let done = told(rebuilt.files.len(), "written").into_iter();
    let done = done.chain(told(rebuilt.unwritten.len(), "not written")).collect::<Vec<_>>();
    Ok(match rebuilt.problems.first() {
        None => Ok(done.join(", ")),
        Some(problem) if done.is_empty() => Err(problem.clone()),
        Some(problem) => Err(format!("{}: {problem}", done.join(", "))),
    })
}

fn definitions(project: &Project) -> Vec<Symptom> {
    let checked =
        workflow_check::workflow_check(project, &workflow_check::Request::default()).into_iter();
    let symptom = |checked: workflow_check::Checked| {
        let what = format!("workflow {}", checked.name);
        match checked.errors.first() {
            None => Symptom::well(what, "valid"),
            Some(error) => {
                let check = Suggestion::new("workflow check").word(checked.name);
                Symptom::ill(what, error.to_string()).advise(Advice::from("see ").then(check))
            }
        }
    };
    checked.map(symptom).collect()
}

/// Whether a process drives the run that a ref belongs to: its commits take no lock of all.
fn is_alive(project: &Project, reference: &str) -> bool {
    let refs = [record::REFS, checkpoint::REFS];
    let run = refs.iter().find_map(|refs| reference.strip_prefix(refs)?.split('/').next());
    let id = run.and_then(|run| RunId::parse(run).ok());
    id.is_some_and(|id| project.store.is_held(&id))
}

fn locks(project: &Project, repository: &Repository) -> Result<Vec<Symptom>, Error> {
    let mut symptoms = Vec::new();
    let commits = project.store.commit_lock().is_some_and(|lock| Lock::is_held(&lock));
    let is_alive = |name: &str| is_alive(project, name);
    let stale = if commits { Vec::new() } else { repository.stale_locks(&is_alive)? };
    for path in stale {
        let finding = "left behind by an interrupted orch commit".to_owned();
        symptoms.push(Symptom::ill(project.shown(&path), finding).with(Remedy::RemoveLocks));
    }
    if let Some(path) = repository.foreign_index_lock().filter(|_| !commits) {
        symptoms.push(foreign(project, &path));
    }
    symptoms.extend(repository.foreign_locks()?.iter().map(|path| foreign(project, path)));
    Ok(symptoms)
}

/// Git's locks do not say whose they are, nor whether that process lives.
fn foreign(project: &Project, path: &Path) -> Symptom {
    let shown = project.shown(path);
    let remove = Advice::program(&["rm", &shown]);
    Symptom::ill(shown, "held by another git process")
        .advise(Advice::from("if none is running: ").then(remove))
}

fn state(project: &Project, repository: Option<&Repository>) -> Symptom {
    let what = "repository";
    let Some(repository) = repository else {
        let reason = project.uncommitted.as_deref().unwrap_or_default();
        let has_git = files::exists(&project.folder.root().join(".git"));
        let finding = format!("{reason}: runs work, but nothing is committed");
        let (so, command) = if has_git {
            ("to see what is wrong: ", ["git", "status"])
        } else {
            ("to create one: ", ["git", "init"])
        };
        return Symptom::ill(what, finding)
            .advise(Advice::from(so).then(Advice::program(&command)));
    };
    match repository.branch() {
        Some(branch) => Symptom::well(what, branch),
        None => Symptom::ill(what, "HEAD is detached; a checkout may lose commits").advise(
            Advice::from("to keep them: ").then(Advice::program(&["git", "switch", "-c", "NAME"])),
        ),
    }
}

fn folder(project: &Project) -> Symptom {
    let what = format!("folder {RUNS}");
    match project.store.runs() {
        Ok(_) => Symptom::well(what, "accessible"),
        Err(error) => Symptom::ill(what, error.to_string())
            .advise(Advice::from("make it a folder that you can read and write")),
    }
}
