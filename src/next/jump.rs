//! Jumps back: which ones gates ask for, what waits for them, and when they are taken. Several gates
//! that ask for one goal make one jump, so that it does not matter who failed first.

use super::Step;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::run::Declined;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::Join;
use crate::workflow::OnFail;
use crate::workflow::Work;
use crate::workflow::Workflow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Where a failed gate goes back to, if it has jumps left.
pub(super) fn goal<'g>(gate: &'g Gate, state: &GateState) -> Option<&'g GateId> {
    match &gate.on_fail {
        // What lies there is judged and never done: going back would change nothing.
        OnFail::Goto { .. } if state.is_adopted => None,
        // Whoever could not audit has refused nothing.
        OnFail::Goto { .. }
            if state.declined == Some(Declined::GivenUp) && gate.audits.is_some() =>
        {
            None
        }
        OnFail::Goto { gate: to, visits, .. } if state.visits < *visits => Some(to),
        OnFail::Goto { .. } | OnFail::Stop | OnFail::Continue | OnFail::Ignore => None,
    }
}

/// The jumps that gates ask for, by their goal.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    asked: BTreeMap<GateId, Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    from: Vec<GateId>,
    /// Every gate that it opens again.
    opens: BTreeSet<GateId>,
    /// What comes before one of the gates that ask.
    before: BTreeSet<GateId>,
}

/// What gates that have failed ask for, when their tries are used up.
pub(super) fn asked(workflow: &Workflow, run: &Run) -> Jumps {
    let mut jumps = Jumps::default();
    for gate in &workflow.gates {
        for (id, state) in super::fan_out::instances(gate, run) {
            let failed = state.filter(|state| {
                state.status == GateStatus::Fail && state.items.is_none() && !state.has_tries(gate)
            });
            let Some(to) = failed.and_then(|state| goal(gate, state)) else { continue };
            let asked = jumps.asked.entry(to.clone()).or_insert_with(|| {
                let opens = std::iter::once(to.clone()).chain(workflow.followers(to)).collect();
                Asked { opens, ..Asked::default() }
            });
            asked.before.extend(workflow.stands_on(&gate.id));
            asked.from.push(id);
        }
    }
    jumps
}

impl Jumps {
    /// Whether one of the jumps opens this gate again.
    pub(super) fn open(&self, gate: &GateId) -> bool {
        self.asked.values().any(|asked| asked.opens.contains(gate))
    }

    /// Whether a gate does not begin before a jump opens it again. What stands on nothing that the jump
    /// opens, but for what a gate that asks stands on, was ready when that one was: it goes first, so
    /// that one jump takes the findings of both, however many are at work at once. A person is not
    /// bothered for it.
    pub(super) fn hold(&self, gate: &Gate) -> bool {
        let mut opening = self.asked.values().filter(|asked| asked.opens.contains(&gate.id));
        opening.any(|asked| {
            let mut needs = gate.needs.iter().chain(&gate.audits);
            let was_there = |need| asked.before.contains(need) || !asked.opens.contains(need);
            let was_ready = match gate.join {
                Join::All | Join::Done => needs.all(was_there),
                Join::Any | Join::Passed(_) => needs.any(was_there),
            };
            let is_for_people = matches!(gate.work, Work::Human);
            !was_ready || is_for_people
        })
    }

    /// The jumps that nothing is waited for any more: no gate is at work that it opens again, and none
    /// is to begin first.
    pub(super) fn due(
        &self,
        (workflow, run): (&Workflow, &Run),
        steps: &[Step],
        may_begin: &dyn Fn(&GateId) -> bool,
    ) -> Vec<Step> {
        let base = |id: &GateId| GateId::parse(id.base()).unwrap_or_else(|_| id.clone());
        let is_by_child = |id: &&GateId| {
            run.gate(id).is_some_and(|state| state.waits_for == Some(WaitsFor::ChildRun))
        };
        let by_children = run.gates_in(GateStatus::Waiting).filter(is_by_child);
        let at_work: BTreeSet<GateId> =
            run.gates_in(GateStatus::Running).chain(by_children).map(base).collect();
        let first: BTreeSet<GateId> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Start { gate, .. } => may_begin(gate).then(|| base(gate)),
                Step::Expand(gate)
                | Step::Skip { gate, .. }
                | Step::Gather { gate, .. }
                | Step::Refuse { gate, .. }
                | Step::Reopen { gate, .. } => Some(base(gate)),
                // Nobody waits to the end of a poll of what is about to be done again.
                Step::Poll { .. }
                | Step::Follow(_)
                | Step::Jump { .. }
                | Step::End { .. }
                | Step::Finish(_) => None,
            })
            .collect();
        let is_free =
            |asked: &&Asked| asked.opens.is_disjoint(&at_work) && asked.opens.is_disjoint(&first);
        let due: Vec<(&GateId, &Asked)> =
            self.asked.iter().filter(|(_, asked)| is_free(asked)).collect();
        let had_to = due.iter().map(|(to, asked)| {
            let from = asked.from.iter().filter(|id| self.had_to_begin(workflow, id));
            (*to, from.collect::<Vec<_>>())
        });
        let mut jumps: Vec<(&GateId, Vec<&GateId>)> =
            had_to.filter(|(_, from)| !from.is_empty()).collect();
        if jumps.is_empty() {
            jumps = due.iter().map(|(to, asked)| (*to, asked.from.iter().collect())).collect();
        }
        let step = |(to, from): (&GateId, Vec<&GateId>)| {
            let mut from = from.into_iter().cloned();
            Some(Step::Jump { from: from.next()?, also: from.collect(), to: to.clone() })
        };
        jumps.into_iter().filter_map(step).collect()
    }

    /// Whether a gate that asks for a jump had begun before another one asked that opens it again,
    /// however many are at work at once. Where it might as well not have begun its jump is none, and
    /// the other one's opens it.
    fn had_to_begin(&self, workflow: &Workflow, id: &GateId) -> bool {
        let Some(gate) = workflow.gate(id) else { return false };
        let mut opening = self.asked.values().filter(|asked| asked.opens.contains(&gate.id));
        opening.all(|asked| {
            let others = asked.from.iter().filter(|other| other.base() != id.base());
            let mut others = others.map(|other| workflow.stands_on(other));
            others.all(|before| {
                let mut needs = gate.needs.iter().chain(&gate.audits);
                needs.all(|need| before.contains(need) || !asked.opens.contains(need))
            })
        })
    }
}
