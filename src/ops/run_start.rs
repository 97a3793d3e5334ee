//! Start a run that a person works through gate by gate.

use super::Caller;
use super::Error;
use super::Project;
use super::Standing;
use super::current;
use super::start;
use super::start::Begin;
use crate::advance;
use crate::definition::Definition;
use crate::project::signing;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Which workflow, and with what.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The workflow's name.
    pub workflow: String,
    /// The workflow's inputs, by name.
    #[serde(default)]
    pub inputs: Values,
    /// Start another run of this key even if one is unfinished.
    #[serde(default)]
    pub again: bool,
}

/// Starts a run, commits its record, and leaves every gate to the person.
pub fn run_start(project: &Project, caller: &Caller, request: &Request) -> Result<Standing, Error> {
    start_loaded(project, caller, Workflow::load(&request.workflow, &project.shelf)?, request)
}

/// The same where the workflow that the request names was loaded already, to know its inputs.
pub fn start_loaded(
    project: &Project,
    caller: &Caller,
    loaded: (Workflow, Definition),
    request: &Request,
) -> Result<Standing, Error> {
    signing::refuse_unsignable(project, &loaded.0)?;
    let begin = Begin { inputs: request.inputs.clone(), again: request.again, ..Begin::default() };
    let mut driver = start::begin(project, caller, loaded, begin)?;
    current::begin(project, caller, driver.id());
    driver.commit(None, true)?;
    Ok(advance::standing(&driver))
}
