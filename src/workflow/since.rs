//! What the contract of a gate compares with: a gate that has passed by then.

use super::Gate;
use super::Workflow;
use crate::contract;
use crate::contract::Contract;
use crate::definition::Definition;
use crate::id::GateId;
use crate::source::Unsound;
use crate::source::suggest;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// All that is wrong with what the contracts compare with.
pub(super) fn check(
    definition: &Definition,
    gates: &[Gate],
    index: &BTreeMap<GateId, usize>,
) -> Vec<Box<Unsound>> {
    let plan = Plan { gates, index };
    let mut errors = Vec::new();
    for (at, gate) in gates.iter().enumerate() {
        let source = gate.contract_path.as_deref().and_then(|path| definition.source(path));
        let Some(source) = source else { continue };
        for name in gate.contract.iter().flat_map(Contract::gates_compared_with) {
            let Some((message, help)) = plan.flaw(at, &name) else { continue };
            let place = contract::place_of_since(source, &name).unwrap_or_default();
            let message = format!("invalid `since`: {message}");
            errors.push(source.unsound(place, message).advise(help));
        }
    }
    errors
}

/// What is wrong with the name of a gate that the one at a place compares with, and the nearest right
/// one.
pub(super) fn flaw(workflow: &Workflow, at: usize, name: &str) -> Option<(String, String)> {
    Plan { gates: &workflow.gates, index: &workflow.index }.flaw(at, name)
}

struct Plan<'p> {
    gates: &'p [Gate],
    index: &'p BTreeMap<GateId, usize>,
}

impl Plan<'_> {
    /// What is wrong with a name that the contract of the gate at a place compares with.
    fn flaw(&self, at: usize, name: &str) -> Option<(String, String)> {
        let gate = &self.gates[at];
        let named = self.gates.iter().position(|gate| gate.id.as_str() == name);
        let what = match named {
            None => format!("unknown gate `{name}`"),
            Some(named) if named == at => {
                format!("gate `{name}` has not passed yet when its own contract is checked")
            }
            Some(named) if self.is_past(at, named) => return None,
            Some(_) => format!("gate `{name}` does not come before `{}`", gate.id),
        };
        let past = (0..self.gates.len()).filter(|other| *other != at && self.is_past(at, *other));
        let past = past.map(|other| self.gates[other].id.as_str()).chain(["run"]);
        Some((what, suggest(name, past)))
    }

    /// Whether another gate has passed in any case before the one at a place begins.
    fn is_past(&self, at: usize, other: usize) -> bool {
        self.waits_for(at).contains(&other)
    }

    /// The places of all gates that the one at a place waits for, directly or through others.
    fn waits_for(&self, at: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            let gate = &self.gates[at];
            let needs = gate.needs.iter().chain(&gate.audits);
            open.extend(
                needs.filter_map(|need| self.index.get(need)).filter(|need| found.insert(**need)),
            );
        }
        found
    }
}
