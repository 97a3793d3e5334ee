//! Outputs that several gates leave behind: the later one rewrites the earlier one's, so one of them
//! must come first.

use super::Gate;
use super::Workflow;
use crate::contract::Target;
use crate::source::Source;
use crate::source::Unsound;
use std::collections::BTreeMap;
use std::ops::Range;

/// Refuses two gates with one output of which neither comes before the other. Gates with conditions may
/// exclude each other; `places` are those of the contracts' names, in the order of the gates.
pub(super) fn check(
    source: &Source,
    workflow: &Workflow,
    places: &[Range<usize>],
) -> Vec<Box<Unsound>> {
    let mut makers: BTreeMap<&str, Vec<&Gate>> = BTreeMap::new();
    let mut errors = Vec::new();
    for (gate, place) in workflow.gates.iter().zip(places) {
        for path in paths(gate) {
            let others = makers.entry(path).or_default();
            let is_unordered = |other: &&&Gate| {
                other.when.is_none()
                    && gate.when.is_none()
                    && !workflow.stands_on(&gate.id).contains(&other.id)
                    && !workflow.stands_on(&other.id).contains(&gate.id)
            };
            if let Some(other) = others.iter().find(is_unordered) {
                let message = format!(
                    "gates `{}` and `{}` both write {path}, and neither depends on the other",
                    other.id, gate.id
                );
                let help = format!(
                    "write needs = [\"{}\"] in gate `{}`, or let each write its own file",
                    other.id, gate.id
                );
                errors.push(source.unsound(place.clone(), message).advise(help));
            }
            others.push(gate);
        }
    }
    errors
}

/// The files that a gate leaves behind in any case, as they are written.
fn paths(gate: &Gate) -> impl Iterator<Item = &str> {
    let outputs = gate.contract.iter().flat_map(|contract| &contract.outputs);
    outputs.filter_map(move |output| match &output.target {
        // The instances of a fan-out see values of their own.
        Target::Path(path) if gate.each.is_none() || path.is_literal() => Some(path.text()),
        Target::Path(_) | Target::AnyOf(_) | Target::FirstOf(_) | Target::Glob(_) => None,
    })
}
