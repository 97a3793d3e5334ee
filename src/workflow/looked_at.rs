//! Gates whose status or answers the templates of another one look at: where neither comes before the
//! other, what is seen would depend on which of them is faster.

use super::Gate;
use super::Workflow;
use super::file::GateFile;
use crate::source::Source;
use crate::source::Unsound;
use std::ops::Range;

/// Where each gate says its id.
pub(super) fn places(gates: &[GateFile]) -> Vec<Range<usize>> {
    gates.iter().map(|gate| gate.id.span()).collect()
}

/// Refuses a look at a gate that is neither before nor behind the one that looks; `ids` are the places
/// of the gates' ids, in their order.
pub(super) fn check(
    source: &Source,
    workflow: &Workflow,
    ids: &[Range<usize>],
) -> Vec<Box<Unsound>> {
    let mut errors = Vec::new();
    for (gate, id) in workflow.gates.iter().zip(ids) {
        // What looks at all of them, as a loop does, asks for none of them.
        if gate.is_finally() || gate.sees.is_empty() || gate.sees.len() >= workflow.gates.len() {
            continue;
        }
        let is_seen =
            |other: &&Gate| gate.sees.iter().any(|seen| seen.gate.base() == other.id.as_str());
        let beside = workflow.unordered_with(gate).into_iter().filter(is_seen);
        errors.extend(beside.map(|other| {
            let message = format!(
                "gate `{}` looks at gate `{}`, and neither depends on the other",
                gate.id, other.id
            );
            let needs: Vec<String> =
                gate.needs.iter().chain([&other.id]).map(|need| format!("\"{need}\"")).collect();
            source.unsound(id.clone(), message).advise(format!(
                "write needs = [{}] in gate `{}`",
                needs.join(", "),
                gate.id
            ))
        }));
    }
    errors
}
