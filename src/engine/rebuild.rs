//! What the engine must know of the runs that the remote holds, when it knows nothing any more.

use super::Engine;
use super::order;
use super::wire::RunView;
use super::wire::Submission;
use super::wire::Submitting;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::project::Error;
use crate::project::Project;
use crate::store::record;
use serde::Deserialize;

/// Where the records of all runs lie that were brought for this.
const ASIDE: &str = "refs/orch/shared/records/";

/// The file of a record that says how the run stands.
const SUMMARY: &str = "RUN.json";

/// The runs that the remote holds.
#[derive(Debug, Default)]
pub struct Remembered {
    /// Those that are not over, as they are submitted.
    pub open: Vec<Submission>,
    pub over: usize,
}

#[derive(Deserialize)]
struct Summary {
    status: RunStatus,
}

/// Reads from the remote which runs there are, and which of them are over.
pub fn remember(project: &Project, engine: &Engine) -> Result<Remembered, Error> {
    let mut found = Remembered::default();
    let Some(repository) = project.repository()? else { return Ok(found) };
    let records = (format!("{}*", record::REFS), format!("{ASIDE}*"));
    let pairs = [order::refs_to_bring(""), order::bases_to_bring(), records];
    repository.bring_shared(&engine.remote, &pairs, &project.stop)?;
    for name in repository.refs_below(order::ORDERS)? {
        let Ok(run) = RunId::parse(&name[order::ORDERS.len()..]) else { continue };
        let Some(ticket) = order::read(&repository, &run)? else { continue };
        let summary = repository.file_at(&format!("{ASIDE}{run}"), SUMMARY)?;
        let summary = summary.and_then(|bytes| serde_json::from_slice::<Summary>(&bytes).ok());
        let status = summary.map(|summary| summary.status);
        if status.is_some_and(RunStatus::is_end) {
            found.over += 1;
            continue;
        }
        let Some(view) = RunView::of_order(&ticket) else { continue };
        let view = Box::new(RunView { status, ..view });
        // Runs of one key that were given beside each other are beside each other again.
        found.open.push(Submission { run, what: Submitting::New { view, again: true } });
    }
    Ok(found)
}
