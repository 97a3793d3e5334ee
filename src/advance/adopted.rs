//! What lies there for the gates before the one that a run begins at: a file that one of them rewrites
//! is there as the last of them left it, and is judged as that one's.

use super::packet;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::Workflow;

/// The files of an adopted gate that later adopted ones make newer versions of, as patterns.
pub fn superseded(workflow: &Workflow, run: &Run, id: &GateId) -> Vec<String> {
    let Some(own) = workflow.gate(id).filter(|_| run.range.adopts(id)) else { return Vec::new() };
    let follows =
        |gate: &&Gate| run.range.adopts(&gate.id) && workflow.stands_on(&gate.id).contains(&own.id);
    workflow.gates.iter().filter(follows).flat_map(|gate| claimed(run, gate)).collect()
}

/// What a gate says it makes: its outputs and what it edits, of every instance.
fn claimed(run: &Run, gate: &Gate) -> Vec<String> {
    let items = run.gate(&gate.id).and_then(|state| state.items.as_ref()).into_iter().flatten();
    let instances = items.map(|item| &item.gate).chain([&gate.id]);
    let of_one = |id: &GateId| {
        let context = packet::attempt_context(run, gate, &AttemptId::new(id, 1));
        let outputs = gate.contract.iter().flat_map(|contract| &contract.outputs);
        let outputs = outputs.filter_map(|output| output.patterns(&context).ok()).flatten();
        let edits = gate.edits.iter().filter_map(|glob| glob.render_glob(&context).ok());
        outputs.chain(edits).collect::<Vec<_>>()
    };
    instances.flat_map(of_one).collect()
}
