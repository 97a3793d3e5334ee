//! What happened in a run, and its whole record, made from its journal; of another
//! tool's record, what its own `RUN.json` says.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::advance;
use crate::definition::Definition;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::project::proof;
use crate::project::runs;
use crate::standing;
use crate::standing::Spending;
use crate::standing::State;
use crate::standing::Story;
use crate::store::journal::Reading;
use crate::store::record;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::path::PathBuf;

/// Arguments of `run_show`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
}

/// A run as it is now.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The content of `RUN.json`.
    #[serde(flatten)]
    pub record: Json,
    /// What happened; `None` for another tool's record.
    #[serde(skip)]
    pub told: Option<Told>,
}

/// What happened in a run, and what stands beside its journal.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Told {
    /// What happened, gate by gate.
    pub story: Story,
    /// The status of the run.
    pub status: State,
    /// The reason, if there is one.
    pub reason: Option<String>,
    /// What is spent of each budget.
    pub spending: Vec<Spending>,
    /// The runs that are a part of it, with how they stand.
    pub children: Vec<(RunId, State)>,
    /// The folder where it works, if that is another worktree.
    pub folder: Option<PathBuf>,
    /// The folder of its record, relative to the project.
    pub record: String,
    /// The folder of its logs, relative to the project.
    pub logs: String,
}

/// Gives the current `RUN.json`, and what happened in the run.
pub fn run_show(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let named = request.run.run.as_ref().or(caller.run.as_ref());
    let foreign = named.map(|name| choose::foreign(project, name)).transpose()?.flatten();
    let id = match (choose::run(project, caller, &request.run), foreign) {
        // A part of a name means a run first.
        (Ok(id), foreign)
            if foreign.as_ref().is_none_or(|foreign| Some(&foreign.name) != named) =>
        {
            id
        }
        (_, Some(foreign)) => {
            return Ok(Reply { record: Json::Object(foreign.told), told: None });
        }
        (chosen, None) => chosen?,
    };
    let reading = proof::read(project, &id)?;
    let files = record::all_files(&reading);
    let bytes = files.get("RUN.json").map(Vec::as_slice).unwrap_or_default();
    let record = serde_json::from_slice(bytes);
    let record = record.map_err(|error| Error::environment(error.to_string()))?;
    let told = told(project, &id, &reading)?;
    Ok(Reply { record, told: Some(told) })
}

/// What happened in a run that was read, and what stands beside its journal.
pub(super) fn told(project: &Project, id: &RunId, reading: &Reading) -> Result<Told, Error> {
    let run = &reading.run;
    let mut story = standing::story(run, &reading.history(), project.clock.now());
    let status = runs::state(project, run);
    if status == State::Recorded(RunStatus::Running) {
        let definition = Definition::thaw(&run.started.definition);
        let workflow = Workflow::parse(&run.started.workflow, &definition)?;
        let lines = story.gates.iter_mut().map(|gate| &mut gate.line);
        advance::tell_waits(project, (&workflow, run), lines);
    }
    let parts = runs::runs(project)?.into_iter().filter(|entry| entry.parent.as_ref() == Some(id));
    Ok(Told {
        status,
        reason: run.reason.clone(),
        spending: story.tally.spending(),
        children: parts.map(|entry| (entry.run_id, entry.status)).collect(),
        folder: Some(project.workspace_of(id)).filter(|folder| folder != project.folder.root()),
        record: project.shown(&project.store.record(id).path()),
        logs: project.shown(&project.store.logs(id).path()),
        story,
    })
}
