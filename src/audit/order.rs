//! What is certain when a gate starts: which gates are over, and at which of them a person decided.
//! `needs`, `join`, `when` and ignored failures are counted; a jump back opens all that follows from
//! its target again, with their approvals, so that the same is certain in each round.

use super::subject::Course;
use crate::workflow::Approval;
use crate::workflow::Gate;
use crate::workflow::Join;
use crate::workflow::OnFail;
use crate::workflow::Work;
use crate::workflow::Workflow;
use bit_set::BitSet;

/// The most gates of which the widest set is looked for.
const WIDTH_GATES_MAX: usize = 400;

/// By the places of gates in their workflow.
#[derive(Debug)]
pub(super) struct GateOrder {
    /// The gates that are over when one starts, however they ended.
    over: Vec<BitSet>,
    /// Those of them at which a person has decided that the run goes on.
    persons: Vec<BitSet>,
}

/// What a need adds to what is certain.
struct Certain {
    over: BitSet,
    persons: BitSet,
}

impl GateOrder {
    pub(super) fn of(workflow: &Workflow, courses: &[Course]) -> Self {
        let count = workflow.gates.len();
        let mut order =
            Self { over: vec![BitSet::new(); count], persons: vec![BitSet::new(); count] };
        for at in in_order(workflow) {
            let Certain { over, persons } = order.before(workflow, courses, at);
            order.over[at] = over;
            order.persons[at] = persons;
        }
        let on_the_way: BitSet = places(workflow, |gate| !gate.is_finally()).collect();
        let mut over = on_the_way;
        for at in places(workflow, Gate::is_finally) {
            order.over[at].union_with(&over);
            over.insert(at);
        }
        order
    }

    /// Whether the first gate is over when the second one starts.
    pub(super) fn is_over(&self, first: usize, second: usize) -> bool {
        self.over[second].contains(first)
    }

    /// The gates at which a person has decided when one starts.
    pub(super) fn persons(&self, at: usize) -> &BitSet {
        &self.persons[at]
    }

    /// Whether a person decides after the first gate has worked and before the second one starts.
    pub(super) fn is_person_between(&self, first: usize, second: usize) -> bool {
        self.persons[second]
            .iter()
            .any(|person| person == first || self.over[person].contains(first))
    }

    /// The most of these gates that can be at work at once; `None` where they are too many to tell.
    pub(super) fn width(&self, gates: &[usize]) -> Option<usize> {
        if gates.len() > WIDTH_GATES_MAX {
            return None;
        }
        // By Dilworth, the largest set of unordered gates has as many as there are chains at least.
        let mut next_of: Vec<Option<usize>> = vec![None; self.over.len()];
        let matched = gates.iter().filter(|first| {
            let mut tried = BitSet::new();
            self.extend_chain(**first, gates, &mut next_of, &mut tried)
        });
        let matched = matched.count();
        Some(gates.len() - matched)
    }

    fn extend_chain(
        &self,
        first: usize,
        gates: &[usize],
        next_of: &mut Vec<Option<usize>>,
        tried: &mut BitSet,
    ) -> bool {
        for second in gates.iter().copied().filter(|second| self.is_over(first, *second)) {
            if !tried.insert(second) {
                continue;
            }
            let is_free = match next_of[second] {
                None => true,
                Some(other) => self.extend_chain(other, gates, next_of, tried),
            };
            if is_free {
                next_of[second] = Some(first);
                return true;
            }
        }
        false
    }

    fn before(&self, workflow: &Workflow, courses: &[Course], at: usize) -> Certain {
        let gate = &workflow.gates[at];
        let needs = workflow.needs_of(at);
        match gate.join {
            Join::All => {
                certain(needs.iter().map(|need| self.satisfied(workflow, courses, *need)), 0)
            }
            Join::Any => certain(
                needs.iter().map(|need| self.passed(workflow, *need)),
                needs.len().saturating_sub(1),
            ),
            Join::Passed(min) => {
                let spare = needs.len().saturating_sub(usize::try_from(min).unwrap_or(usize::MAX));
                certain(needs.iter().map(|need| self.passed(workflow, *need)), spare)
            }
            Join::Done => {
                let chains = needs.iter().filter(|need| is_chain(workflow, **need));
                certain(
                    chains.map(|need| Certain { persons: BitSet::new(), ..self.ended(*need) }),
                    0,
                )
            }
        }
    }

    /// What is certain once a gate has ended in any way.
    fn ended(&self, at: usize) -> Certain {
        let mut over = self.over[at].clone();
        over.insert(at);
        Certain { over, persons: self.persons[at].clone() }
    }

    /// The same once it has passed.
    fn passed(&self, workflow: &Workflow, at: usize) -> Certain {
        let mut certain = self.ended(at);
        let gate = &workflow.gates[at];
        // The list of a fan-out may be empty.
        if is_person(gate) && gate.each.is_none() {
            certain.persons.insert(at);
        }
        certain
    }

    /// The same once what needs it may go on: it may have been skipped, or its failure is ignored.
    fn satisfied(&self, workflow: &Workflow, courses: &[Course], at: usize) -> Certain {
        let gate = &workflow.gates[at];
        let is_ignored = gate.on_fail == OnFail::Ignore;
        // One that can never start has failed before all that it needs is over.
        if is_ignored && gate.join != Join::All {
            return Certain { over: BitSet::new(), persons: BitSet::new() };
        }
        let is_certain = courses[at] == Course::Runs && !is_ignored;
        if is_certain { self.passed(workflow, at) } else { self.ended(at) }
    }
}

/// Whether a person decides at a gate: who does its work, or approves it. A form can be filled in
/// beforehand, by a file that is given when the run starts.
pub(super) fn is_person(gate: &Gate) -> bool {
    let is_end = gate.end().is_some_and(|end| !end.after_work);
    let works = match &gate.work {
        Work::Human => !is_end && gate.answers.is_empty(),
        Work::Agent(_) | Work::Command(_) | Work::Shell { .. } | Work::Workflow(_) => false,
    };
    works || gate.approval != Approval::None
}

/// What all of these have but for so many.
fn certain(all: impl Iterator<Item = Certain>, spare: usize) -> Certain {
    let all: Vec<Certain> = all.collect();
    let common = |set: fn(&Certain) -> &BitSet| -> BitSet {
        let mut every = BitSet::new();
        for one in &all {
            every.union_with(set(one));
        }
        if spare == 0 {
            return every;
        }
        let holders = |at: &usize| all.iter().filter(|one| set(one).contains(*at)).count();
        every.iter().filter(|at| holders(at) > spare).collect()
    };
    Certain { over: common(|one| &one.over), persons: common(|one| &one.persons) }
}

/// Whether a gate and all before it have one need each: then it has ended only after all of them.
fn is_chain(workflow: &Workflow, at: usize) -> bool {
    let mut at = at;
    loop {
        match workflow.needs_of(at) {
            [] => return true,
            [need] => at = *need,
            [_, ..] => return false,
        }
    }
}

fn places<'w>(
    workflow: &'w Workflow,
    which: impl Fn(&Gate) -> bool + 'w,
) -> impl Iterator<Item = usize> + 'w {
    workflow.gates.iter().enumerate().filter(move |(_, gate)| which(gate)).map(|(at, _)| at)
}

/// The places of gates, each behind what it needs.
pub(super) fn in_order(workflow: &Workflow) -> Vec<usize> {
    let count = workflow.gates.len();
    let mut dependents = vec![Vec::new(); count];
    let mut missing: Vec<usize> = (0..count).map(|at| workflow.needs_of(at).len()).collect();
    for at in 0..count {
        for need in workflow.needs_of(at) {
            dependents[*need].push(at);
        }
    }
    let mut order: Vec<usize> = (0..count).filter(|at| missing[*at] == 0).collect();
    let mut done = 0;
    while let Some(at) = order.get(done).copied() {
        done += 1;
        for dependent in &dependents[at] {
            missing[*dependent] -= 1;
            if missing[*dependent] == 0 {
                order.push(*dependent);
            }
        }
    }
    order
}
