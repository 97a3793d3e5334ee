//! The outlook of gates: which are over, because they have ended or because they can never begin.

use super::is_satisfied;
use super::jump::Jumps;
use crate::id::GateId;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::Join;
use crate::workflow::Workflow;
use std::collections::BTreeSet;

/// Worked out once it is asked for: few workflows have joins that look at it.
#[derive(Debug, Default)]
pub(super) struct Outlooks {
    over: Option<BTreeSet<GateId>>,
}

impl Outlooks {
    /// Whether a gate has ended, or can never begin as the run stands. A stopped run begins nothing
    /// but what waits for the end of others.
    pub(super) fn is_over(
        &mut self,
        workflow: &Workflow,
        run: &Run,
        (jumps, is_stopped): (&Jumps, bool),
        id: &GateId,
    ) -> bool {
        let over = self.over.get_or_insert_with(|| over(workflow, run, jumps, is_stopped));
        over.contains(id)
    }
}

/// Found by going over the gates until nothing is added: one that can never begin keeps others from it.
fn over(workflow: &Workflow, run: &Run, jumps: &Jumps, is_stopped: bool) -> BTreeSet<GateId> {
    let mut over: BTreeSet<GateId> = BTreeSet::new();
    loop {
        let before = over.len();
        for gate in &workflow.gates {
            if !over.contains(&gate.id) && is_over(workflow, run, gate, (jumps, is_stopped), &over)
            {
                over.insert(gate.id.clone());
            }
        }
        if over.len() == before {
            return over;
        }
    }
}

fn is_over(
    workflow: &Workflow,
    run: &Run,
    gate: &Gate,
    (jumps, is_stopped): (&Jumps, bool),
    over: &BTreeSet<GateId>,
) -> bool {
    let state = run.gate(&gate.id);
    match state.map_or(GateStatus::NotStarted, |state| state.status) {
        GateStatus::Pass | GateStatus::Skipped | GateStatus::Waived => true,
        GateStatus::Running | GateStatus::Waiting => false,
        GateStatus::Fail => {
            let is_fan_out = state.is_some_and(|state| state.items.is_some());
            let has_failed = state.is_some_and(|state| super::has_failed_for_good(gate, state));
            !jumps.open(&gate.id) && (is_fan_out || has_failed)
        }
        GateStatus::NotStarted | GateStatus::Stale => {
            // The instances of a fan-out say when it is over.
            if let Some(items) = state.and_then(|state| state.items.as_ref()) {
                let is_over = |state: &GateState| {
                    super::fan_out::is_unbegun(state) || super::is_over(gate, state)
                };
                let mut states = items.iter().map(|item| run.gate(&item.gate));
                return is_stopped && states.all(|state| state.is_none_or(is_over));
            }
            let lost = |id: &&GateId| over.contains(*id) && !satisfies(workflow, run, id);
            let passed = |id: &&GateId| has_passed(run.status_of(id));
            match gate.join {
                Join::Done => false,
                Join::All => is_stopped || gate.needs.iter().any(|id| lost(&id)),
                Join::Any => is_stopped || !may_pass(gate, 1, over, passed),
                Join::Passed(min) => is_stopped || !may_pass(gate, min, over, passed),
            }
        }
    }
}

fn satisfies(workflow: &Workflow, run: &Run, id: &GateId) -> bool {
    match (workflow.gate(id), run.gate(id)) {
        (Some(gate), Some(state)) => is_satisfied(gate, state),
        (None, _) | (_, None) => false,
    }
}

/// Whether so many of a gate's needs have passed or still can.
fn may_pass(
    gate: &Gate,
    min: u32,
    over: &BTreeSet<GateId>,
    passed: impl Fn(&&GateId) -> bool,
) -> bool {
    let able = gate.needs.iter().filter(|id| passed(id) || !over.contains(*id));
    count(able) >= min
}

/// Whether a gate's work is there, and not only out of the way.
pub(super) fn has_passed(status: GateStatus) -> bool {
    match status {
        GateStatus::Pass | GateStatus::Waived => true,
        GateStatus::NotStarted
        | GateStatus::Running
        | GateStatus::Waiting
        | GateStatus::Fail
        | GateStatus::Skipped
        | GateStatus::Stale => false,
    }
}

pub(super) fn count<I: Iterator>(of: I) -> u32 {
    u32::try_from(of.count()).unwrap_or(u32::MAX)
}
