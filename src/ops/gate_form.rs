//! The questions of a gate, for a face to ask.

use super::Caller;
use super::Error;
use super::GateChoice;
use super::Project;
use super::choose;
use crate::definition::Definition;
use crate::workflow::Input;
use crate::workflow::Workflow;

/// Gives the form of a gate that waits for a person.
pub fn gate_form(
    project: &Project,
    caller: &Caller,
    choice: &GateChoice,
) -> Result<Vec<Input>, Error> {
    let id = choose::run(project, caller, &choice.run)?;
    let run = project.store.read(&id)?.run;
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    let gate = choose::gate_of(project, caller, &run, choice.gate.as_deref())?;
    Ok(workflow.gate(&gate).map(|gate| gate.answers.clone()).unwrap_or_default())
}
