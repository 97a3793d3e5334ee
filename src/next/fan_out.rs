//! Fan-outs: the instances of a gate, and what they come to together.

use super::Step;
use super::has_failed_for_good;
use crate::id::GateId;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::template::Template;
use crate::workflow::Gate;
use crate::workflow::Order;

/// The gate itself, or its instances once they are known.
pub(super) fn instances<'r>(gate: &Gate, run: &'r Run) -> Vec<(GateId, Option<&'r GateState>)> {
    match run.gate(&gate.id).and_then(|state| state.items.as_ref()) {
        None => vec![(gate.id.clone(), run.gate(&gate.id))],
        Some(items) => items.iter().map(|item| (item.gate.clone(), run.gate(&item.gate))).collect(),
    }
}

/// Whether a condition is judged for this gate or instance: one that looks at the item is for each.
pub(super) fn is_judged_at(gate: &Gate, id: &GateId, when: &Template) -> bool {
    let looks_at_item = gate.each.as_ref().is_some_and(|each| when.names().contains(&each.name));
    looks_at_item == (*id != gate.id)
}

/// How many instances of a gate are begun and not ended at the same time.
pub(super) fn instances_max(gate: &Gate, run: &Run) -> usize {
    match gate.each.as_deref().map(|each| each.order) {
        None => usize::MAX,
        Some(Order::Serial) => 1,
        Some(Order::Parallel) => {
            let jobs = run.gate(&gate.id).and_then(|state| state.jobs);
            jobs.map_or(usize::MAX, |jobs| usize::try_from(jobs).unwrap_or(usize::MAX))
        }
    }
}

/// A fan-out is done when each of its instances is. Where nothing more begins, it has failed by those
/// that have.
pub(super) fn gathered(gate: &Gate, run: &Run, is_stopped: bool) -> Option<Step> {
    let state = run.gate(&gate.id)?;
    let items = state.items.as_ref()?;
    match state.status {
        GateStatus::Fail | GateStatus::Pass | GateStatus::Skipped | GateStatus::Waived => {
            return None;
        }
        GateStatus::NotStarted | GateStatus::Running | GateStatus::Waiting | GateStatus::Stale => {}
    }
    let mut passed = true;
    let mut never_began = false;
    for item in items {
        let instance = run.gate(&item.gate)?;
        let has_failed = has_failed_for_good(gate, instance);
        passed &= !has_failed;
        if !instance.status.satisfies() && !has_failed {
            if !is_stopped || !is_unbegun(instance) {
                return None;
            }
            never_began = true;
        }
    }
    (!passed || !never_began).then(|| Step::Gather { gate: gate.id.clone(), passed })
}

/// Whether a gate is not at work, and has not ended.
pub(super) fn is_unbegun(state: &GateState) -> bool {
    match state.status {
        GateStatus::NotStarted | GateStatus::Stale => true,
        GateStatus::Running
        | GateStatus::Waiting
        | GateStatus::Pass
        | GateStatus::Fail
        | GateStatus::Skipped
        | GateStatus::Waived => false,
    }
}
