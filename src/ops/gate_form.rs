//! The questions of a gate, for a face to ask.

use super::Error;
use super::GateChoice;
use super::Site;
use super::choose;
use crate::definition::Definition;
use crate::workflow::Input;
use crate::workflow::Workflow;

/// Gives the form of a gate that waits for a person.
pub fn gate_form(site: &Site, choice: &GateChoice) -> Result<Vec<Input>, Error> {
    let id = choose::run(site, &choice.run)?;
    let run = site.store.read(&id)?.run;
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    let gate = choose::gate_of(site, &run, choice.gate.as_deref())?;
    Ok(workflow.gate(&gate).map(|gate| gate.answers.clone()).unwrap_or_default())
}
