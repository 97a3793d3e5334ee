//! What to do next in the current run, as words and commands.

use super::Caller;
use super::Error;
use super::Instructions;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::Waiting;
use super::choose;
use super::run_amend;
use crate::advance;
use crate::definition::Definition;
use crate::event::WaitsFor;
use crate::project::proof;
use crate::store::record::Head;
use crate::workflow::Workflow;
use serde::Serialize;

/// Where the run stands, and what follows.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The status of the run.
    pub run: Standing,
    /// The packet of the first waiting gate, if its work is still to be done.
    pub packet: Option<String>,
    /// The next steps.
    #[serde(skip)]
    pub instructions: Instructions,
}

/// Reads what a person or an agent does next; changes nothing.
pub fn next(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<Reply, Error> {
    let id = choose::run(project, caller, choice)?;
    let reading = proof::read(project, &id)?;
    let definition = Definition::thaw(&reading.run.started.definition);
    let workflow = Workflow::parse(&reading.run.started.workflow, &definition)?;
    let mut run = advance::standing_of(project, &workflow, &reading.run, Head::of(&reading));
    run_amend::tell(project, &mut run);
    // For an approval the outputs are to be read, not what was asked of whoever made them.
    let works =
        |waiting: &&Waiting| matches!(waiting.waits_for, WaitsFor::Person | WaitsFor::Agent);
    let first = run.waiting.first().filter(works);
    let packet = first.and_then(|waiting| advance::read_packet(project, &id, &waiting.gate));
    let at_hand = choose::at_hand_beside(project, caller, &reading.run);
    Ok(Reply { instructions: Instructions::of(&run, at_hand), packet, run })
}
