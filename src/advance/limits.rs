//! How wide to drive, and how far the bounds of a run reach.

use crate::id::GateId;
use crate::workflow::Workflow;
use std::collections::BTreeSet;

/// How wide to drive.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Gates at work at the same time.
    pub jobs: usize,
    /// Who does agent gates whose role is not configured.
    pub agent: Option<String>,
    /// Begin only what a sitting begins with: gates that are judged anew at each, and packets for
    /// people.
    pub sits_down: bool,
    /// Stay with child runs until they are over; a worker leaves, and comes back then.
    pub follows: bool,
    /// Leave while the run waits only for a moment or for an agent: a worker comes back then.
    pub leaves: bool,
}

/// The gates that must be done for one gate, itself included.
pub fn within(workflow: &Workflow, until: Option<&GateId>) -> Option<BTreeSet<GateId>> {
    let until = until?;
    let mut found = BTreeSet::from([until.clone()]);
    let mut open = vec![until.clone()];
    while let Some(id) = open.pop() {
        for need in workflow.gate(&id).iter().flat_map(|gate| &gate.needs) {
            if found.insert(need.clone()) {
                open.push(need.clone());
            }
        }
    }
    Some(found)
}

/// The gates that must be done before one.
pub fn before(workflow: &Workflow, start_from: Option<&GateId>) -> BTreeSet<GateId> {
    let mut before = within(workflow, start_from).unwrap_or_default();
    if let Some(start_from) = start_from {
        before.remove(start_from);
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::gate;
    use crate::run::testing::id;
    use crate::run::testing::workflow;

    #[test]
    fn a_bound_takes_in_all_that_its_gate_needs_and_nothing_else() {
        let gates = gate("a", "")
            + &gate("b", "needs = ['a']")
            + &gate("c", "needs = []")
            + &gate("d", "needs = ['b']")
            + &gate("e", "needs = ['c', 'd']");
        let workflow = workflow(&gates);
        let ids = |gates: &str| gates.split_whitespace().map(id).collect::<BTreeSet<_>>();
        let rows = [("a", "a"), ("c", "c"), ("d", "a b d"), ("e", "a b c d e")];
        for (bound, inside) in rows {
            let gate = id(bound);
            let mut inside = ids(inside);
            assert_eq!(within(&workflow, Some(&gate)), Some(inside.clone()), "{bound}");
            inside.remove(&gate);
            assert_eq!(before(&workflow, Some(&gate)), inside, "{bound}");
        }
        assert_eq!((within(&workflow, None), before(&workflow, None)), (None, BTreeSet::new()));
    }
}
