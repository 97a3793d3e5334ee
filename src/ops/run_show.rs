//! `orch run show`: the whole record of a run, made from its journal.

use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use super::proof;
use crate::record;
use serde_json::Value as Json;

/// What `orch run show` takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Request {
    #[command(flatten)]
    pub run: RunChoice,
}

/// Gives what `RUN.json` says of the run now.
pub fn run_show(site: &Site, request: &Request) -> Result<Json, Error> {
    let id = choose::run(site, &request.run)?;
    let reading = proof::read(site, &id)?;
    let files = record::all_files(&reading);
    let bytes = files.get("RUN.json").map(Vec::as_slice).unwrap_or_default();
    serde_json::from_slice(bytes).map_err(|error| Error::environment(error.to_string()))
}
