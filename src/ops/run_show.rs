//! `orch run show`: the whole record of a run, made from its journal; of another tool's record, what
//! its own `RUN.json` says.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::project::proof;
use crate::store::record;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

/// What `orch run show` takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
}

/// Gives what `RUN.json` says of the run now.
pub fn run_show(project: &Project, caller: &Caller, request: &Request) -> Result<Json, Error> {
    let named = request.run.run.as_ref().or(caller.run.as_ref());
    if let Some(foreign) = named.map(|name| choose::foreign(project, name)).transpose()?.flatten() {
        return Ok(Json::Object(foreign.told));
    }
    let id = choose::run(project, caller, &request.run)?;
    let reading = proof::read(project, &id)?;
    let files = record::all_files(&reading);
    let bytes = files.get("RUN.json").map(Vec::as_slice).unwrap_or_default();
    serde_json::from_slice(bytes).map_err(|error| Error::environment(error.to_string()))
}
