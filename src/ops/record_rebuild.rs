//! Rebuild a run's record from its journal, and commit it.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::id::RunId;
use crate::store::record;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `record_rebuild`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
}

/// What was made again.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Rebuilt {
    /// The run's id.
    pub run_id: RunId,
    /// Files that were missing or differed, relative to the project.
    pub files: Vec<String>,
    /// Files that still differ because they could not be written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unwritten: Vec<String>,
    /// Why nothing could be committed, or why the end of the run could not be signed.
    pub problems: Vec<String>,
}

/// Writes the record anew where it is not what the journal says. Files that are no part of it stay.
pub fn record_rebuild(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Rebuilt, Error> {
    rebuild(project, choose::run(project, caller, &request.run)?)
}

/// The same for a run that may lie in a commit alone.
pub(super) fn rebuild(project: &Project, id: RunId) -> Result<Rebuilt, Error> {
    let reading = project.store.read(&id)?;
    let folder = project.store.record(&id);
    let all = record::all_files(&reading);
    let is_whole = |path: &str| folder.join(path).is_copy_of(&all[path]).unwrap_or(false);
    let broken: Vec<&String> = all.keys().filter(|path| !is_whole(path)).collect();
    let mut driver = Driver::take(project, &id)?;
    let committed = driver.commit(None, true);
    let shown = |path: &String| project.shown(&folder.join(path).path());
    let (made, left): (Vec<&String>, Vec<&String>) =
        broken.into_iter().partition(|path| is_whole(path));
    let mut problems = driver.problems();
    problems.extend(driver.unsigned.take());
    let unwritten = match committed {
        // While another branch is checked out, nothing is written here.
        Ok(()) => Vec::new(),
        Err(error) if left.is_empty() => return Err(error),
        Err(error) => {
            problems.push(error.to_string());
            left.into_iter().map(shown).collect()
        }
    };
    Ok(Rebuilt { files: made.into_iter().map(shown).collect(), unwritten, problems, run_id: id })
}
