//! Outputs that several gates leave behind: the later one rewrites the earlier one's, so one of them
//! must come first.

use super::Gate;
use super::Workflow;
use super::file::GateFile;
use super::warnings;
use crate::contract::OutputFiles;
use crate::document::Placed;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Template;
use std::collections::BTreeMap;
use std::ops::Range;

/// A gate that makes files, and what it says of them.
type Maker<'w> = (&'w Gate, &'w Template);

/// Where each gate names its contract.
pub(super) fn places(gates: &[GateFile]) -> Vec<Range<usize>> {
    let place =
        |gate: &GateFile| gate.contract.as_ref().map_or_else(|| gate.id.span(), Placed::span);
    gates.iter().map(place).collect()
}

/// Refuses two gates with one output of which neither comes before the other. Gates with conditions may
/// exclude each other; `places` are those of the contracts' names, in the order of the gates.
pub(super) fn check(
    source: &Source,
    workflow: &Workflow,
    places: &[Range<usize>],
) -> Vec<Box<Unsound>> {
    let mut makers: BTreeMap<&str, Vec<Maker<'_>>> = BTreeMap::new();
    let globbers: Vec<Maker<'_>> = workflow.gates.iter().flat_map(globs).collect();
    let mut errors = Vec::new();
    for (at, (gate, place)) in workflow.gates.iter().zip(places).enumerate() {
        for (_, path) in paths(gate).chain(globs(gate)) {
            let plain = path.text().strip_prefix("./").unwrap_or(path.text());
            let others = makers.entry(plain).or_default();
            let matching = globbers
                .iter()
                .filter(|(_, glob)| glob.text() != path.text() && warnings::matches(glob, path));
            let both = others.iter().chain(matching).map(|(other, _)| *other);
            if let Some(other) = both.into_iter().find(|other| are_unordered(workflow, gate, other))
            {
                let is_above = workflow.gates[..at].iter().any(|above| above.id == other.id);
                let (first, second) = if is_above { (other, gate) } else { (gate, other) };
                let message = format!(
                    "gates `{}` and `{}` both write {}, and neither depends on the other",
                    first.id,
                    second.id,
                    path.text()
                );
                let help = format!(
                    "write needs = [\"{}\"] in gate `{}`, or let each write its own file",
                    first.id, second.id
                );
                errors.push(source.unsound(place.clone(), message).advise(help));
            }
            others.push((gate, path));
        }
    }
    errors
}

fn are_unordered(workflow: &Workflow, gate: &Gate, other: &Gate) -> bool {
    other.id != gate.id
        && other.when.is_none()
        && gate.when.is_none()
        && !workflow.stands_on(&gate.id).contains(&other.id)
        && !workflow.stands_on(&other.id).contains(&gate.id)
}

/// The files that a gate leaves behind in any case, as they are written.
fn paths(gate: &Gate) -> impl Iterator<Item = Maker<'_>> {
    let outputs = gate.contract.iter().flat_map(|contract| &contract.outputs);
    outputs.filter_map(move |output| match &output.target {
        // The instances of a fan-out see values of their own.
        OutputFiles::Path(path) => {
            (gate.each.is_none() || path.is_literal()).then_some((gate, path))
        }
        OutputFiles::AnyOf(_) | OutputFiles::FirstOf(_) | OutputFiles::Glob(_) => None,
    })
}

/// The patterns of such files.
fn globs(gate: &Gate) -> impl Iterator<Item = Maker<'_>> {
    let outputs = gate.contract.iter().flat_map(|contract| &contract.outputs);
    outputs.filter_map(move |output| match &output.target {
        OutputFiles::Glob(glob) => {
            (gate.each.is_none() || glob.is_literal()).then_some((gate, glob))
        }
        OutputFiles::Path(_) | OutputFiles::AnyOf(_) | OutputFiles::FirstOf(_) => None,
    })
}
