//! `orch run start`: begin a run that a person takes through step by step.

use super::Error;
use super::Outcome;
use super::Site;
use super::current;
use super::drive;
use super::signing;
use super::start;
use super::start::Begin;
use crate::workflow::Workflow;
use crate::workflow::input::Values;

/// What `orch run start` takes.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub workflow: String,
    pub inputs: Values,
}

/// Begins a run, commits its record, and leaves every gate to the person.
pub fn run_start(site: &Site, request: &Request) -> Result<Outcome, Error> {
    let loaded = Workflow::load(&request.workflow, &site.shelf)?;
    signing::refuse_unsignable(site, &loaded.0)?;
    let begin = Begin { inputs: request.inputs.clone(), ..Begin::default() };
    let mut driver = start::begin(site, loaded, begin)?;
    driver.commit(None, true)?;
    let outcome = drive::outcome(&driver);
    current::begin(site, &outcome.run_id, outcome.status);
    Ok(outcome)
}
