//! What is open again when a gate is: the events of jumps and redone gates, which reach all that
//! follows.

use crate::event::Event;
use crate::finding::Finding;
use crate::id::GateId;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::OnFail;
use crate::workflow::Workflow;
use std::collections::BTreeSet;

/// The jump back: its goal and all that follows from it are open again, and what failed of it is told.
pub fn jumped(
    (workflow, run): (&Workflow, &Run),
    (from, also): (&GateId, &[GateId]),
    to: &GateId,
) -> Event {
    let mut bases = vec![to.clone()];
    bases.extend(workflow.followers(to));
    let reopened = with_instances(run, &bases);
    let findings = findings(run, (from, also), &reopened);
    let anew = anew(workflow, (from, also), &reopened);
    let (from, to, also) = (from.clone(), to.clone(), also.to_vec());
    Event::GateJumped { from, to, reopened, findings, also, anew }
}

/// What the gates that asked for the jump found, and others that it opens again.
fn findings(run: &Run, (from, also): (&GateId, &[GateId]), reopened: &[GateId]) -> Vec<Finding> {
    let others = reopened
        .iter()
        .filter(|id| **id != *from && !also.contains(id) && run.status_of(id) == GateStatus::Fail);
    let gates = std::iter::once(from).chain(also).chain(others);
    gates.filter_map(|id| run.gate(id)).flat_map(|state| state.feedback.clone()).collect()
}

/// The gates of inner loops, whose jumps are counted anew in each round of the outer one.
fn anew(
    workflow: &Workflow,
    (from, also): (&GateId, &[GateId]),
    reopened: &[GateId],
) -> Vec<GateId> {
    let asking: Vec<GateId> = std::iter::once(from)
        .chain(also)
        .filter_map(|id| workflow.gate(id).map(|gate| gate.id.clone()))
        .collect();
    let before: BTreeSet<GateId> = asking.iter().flat_map(|id| workflow.stands_on(id)).collect();
    let is_inner = |id: &&GateId| {
        let Some(gate) = workflow.gate(id) else { return false };
        let OnFail::Goto { per, .. } = &gate.on_fail else { return false };
        match per {
            Some(outer) => asking.contains(outer),
            None => before.contains(&gate.id) && !asking.contains(&gate.id),
        }
    };
    reopened.iter().filter(is_inner).cloned().collect()
}

/// The gates of these ids that something has happened to, and their instances.
fn with_instances(run: &Run, bases: &[GateId]) -> Vec<GateId> {
    let gates = run.gates.iter();
    gates
        .filter(|(id, state)| {
            state.status != GateStatus::NotStarted
                && bases.iter().any(|base| base.as_str() == id.base())
        })
        .map(|(id, _)| id.clone())
        .collect()
}

/// A gate and all that follows from it, as far as something has happened to it.
pub fn followed_by(workflow: &Workflow, run: &Run, id: &GateId) -> Vec<GateId> {
    let base = GateId::parse(id.base()).unwrap_or_else(|_| id.clone());
    let mut bases = workflow.followers(&base);
    if base == *id {
        bases.push(base.clone());
    }
    let mut gates = with_instances(run, &bases);
    if base != *id {
        gates.extend([id.clone(), base]);
    }
    gates
}
