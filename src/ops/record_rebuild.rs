//! `orch record rebuild`: make a run's record again from its journal, and commit it.

use super::Driver;
use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use crate::id::RunId;
use crate::record;
use serde::Serialize;

/// What `orch record rebuild` takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Request {
    #[command(flatten)]
    pub run: RunChoice,
}

/// What was made again.
#[derive(Debug, Clone, Serialize)]
pub struct Rebuilt {
    pub run_id: RunId,
    /// Files that were missing or differed, relative to the project.
    pub files: Vec<String>,
    /// Why nothing could be committed, or the end of the run not be signed.
    pub problems: Vec<String>,
}

/// Writes the record anew where it is not what the journal says. Files that are no part of it stay.
pub fn record_rebuild(site: &Site, request: &Request) -> Result<Rebuilt, Error> {
    let id = choose::run(site, &request.run)?;
    let reading = site.home.read(&id)?;
    let folder = site.home.record(&id);
    let all = record::all_files(&reading);
    let is_whole = |path: &str| folder.join(path).is_copy_of(&all[path]).unwrap_or(false);
    let broken: Vec<&String> = all.keys().filter(|path| !is_whole(path)).collect();
    let mut driver = Driver::take(site, &id)?;
    driver.commit(None, true)?;
    // While another branch is checked out, nothing is written here.
    let made = broken.into_iter().filter(|path| is_whole(path));
    let mut problems = std::mem::take(&mut driver.problems);
    problems.extend(driver.unsigned.take());
    Ok(Rebuilt {
        files: made.map(|path| site.shown(&folder.join(path).path())).collect(),
        problems,
        run_id: id,
    })
}
