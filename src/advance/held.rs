//! A held run while it is driven: which of its steps are taken now, and which work is begun.

use super::Limits;
use super::Prepared;
use super::Start;
use super::StartedBy;
use super::agent_slots;
use super::agent_slots::BusyAgent;
use super::artifacts;
use super::artifacts::Looked;
use super::child_run;
use super::child_run::Followed;
use super::deadline;
use super::finish;
use super::limits;
use super::locks;
use super::poll;
use super::prepare;
use super::reuse;
use super::settle;
use super::take;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::Reused;
use crate::executor::Cut;
use crate::id::GateId;
use crate::next;
use crate::next::Step;
use crate::project::Driver;
use crate::project::Error;
use crate::run::GateStatus;
use crate::store::pool::Until;
use crate::work::WorkOrder;
use crate::work::WorkReport;
use crate::work::WorkResult;
use crate::workflow::Gate;
use crate::workflow::Work;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

/// How long a worker stays with a run that waits only for a moment.
const STAYS_FOR: Duration = Duration::from_secs(2);

/// A held run, and what whoever drives it knows beside its journal.
pub struct Held<'d, 's> {
    /// The run.
    pub driver: &'d mut Driver<'s>,
    pub(super) limits: &'d Limits,
    within: Option<BTreeSet<GateId>>,
    earlier: reuse::EarlierRuns,
    locks: locks::Locks,
    /// Why a gate that could begin did not: what is left of a budget does not carry it.
    pub(super) lacking: Option<String>,
    /// Whether work was ended because of a budget: then nothing more is begun.
    is_halted: bool,
}

/// What the steps that were taken come to.
#[derive(Default)]
pub(super) struct Taken {
    /// Whether there may be more steps now.
    pub(super) has_more: bool,
    /// When the next step that must wait is due.
    pub(super) due: Option<Moment>,
    /// The agent for whose slot a gate waits.
    pub(super) agent: Option<String>,
    /// Whether child runs come along that are followed.
    pub(super) follows: bool,
    pub(super) is_over: bool,
}

/// One pass over the steps that can be taken.
#[derive(Default)]
struct Round {
    at_work: usize,
    reusable: Vec<Reused>,
    taken: Taken,
    /// Whether a step was taken that needed nobody.
    acted: bool,
}

impl Round {
    fn wait_until(&mut self, due: Moment) {
        self.taken.due = Some(self.taken.due.map_or(due, |other| other.min(due)));
    }
}

impl<'d, 's> Held<'d, 's> {
    /// Takes a run that is held, to be driven within limits.
    pub fn new(driver: &'d mut Driver<'s>, limits: &'d Limits) -> Self {
        Self {
            within: limits::within(&driver.workflow, driver.run().range.until.as_ref()),
            limits,
            driver,
            earlier: reuse::EarlierRuns::default(),
            locks: locks::Locks::default(),
            lacking: None,
            is_halted: false,
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.driver.project.clock.now()
    }

    pub(super) fn take_in(&mut self, report: &WorkReport) -> Result<(), Error> {
        let state = self.driver.run().gate(&report.attempt.gate);
        let at_work = state.filter(|state| state.status == GateStatus::Running);
        let attempt = at_work.and_then(|state| state.attempt()).map(|attempt| attempt.attempt);
        if attempt != Some(report.attempt.number) {
            return Ok(());
        }
        if let WorkResult::Interrupted { cut: Cut::Budget, reason, .. } = &report.result {
            self.lacking = Some(reason.clone());
            self.is_halted = true;
        }
        self.locks.free(&report.attempt.gate);
        settle(self.driver, report)
    }

    /// Takes the steps that can be taken now.
    pub(super) fn take_steps(&mut self, orders: &mut Vec<WorkOrder>) -> Result<Taken, Error> {
        let at_work = self.driver.run().gates_in(GateStatus::Running).count();
        if self.driver.run().status.is_end() && at_work == 0 {
            // It was over before: what has been done to a gate since goes into the record.
            self.driver.commit(None, true)?;
            return Ok(Taken { is_over: true, ..Taken::default() });
        }
        let (has_expired, deadline) = deadline::expire_all(self.driver)?;
        if has_expired {
            return Ok(Taken { has_more: true, ..Taken::default() });
        }
        let steps = next::next_within(&self.driver.workflow, self.driver.run(), &|gate| {
            self.may_start(gate)
        });
        if !self.is_halted {
            self.lacking = None;
        }
        let mut round = Round { at_work, ..Round::default() };
        for step in steps {
            if self.take_step(step, &mut round, orders)?.is_break() {
                return Ok(round.taken);
            }
        }
        if !round.reusable.is_empty() {
            self.take_over(round.reusable)?;
            return Ok(Taken { has_more: true, ..round.taken });
        }
        // Nobody waits here for a person, but while others are at work their time may end.
        if let Some(deadline) = deadline.filter(|_| round.at_work > 0) {
            round.wait_until(deadline);
        }
        let has_more = round.acted && round.at_work < self.limits.jobs;
        Ok(Taken { has_more, ..round.taken })
    }

    /// Takes one step; a break says that what was asked before it is no answer any more.
    fn take_step(
        &mut self,
        step: Step,
        round: &mut Round,
        orders: &mut Vec<WorkOrder>,
    ) -> Result<ControlFlow<()>, Error> {
        match step {
            Step::Start { gate, not_before } => {
                if round.at_work >= self.limits.jobs || !self.may_start(&gate) {
                    return Ok(ControlFlow::Continue(()));
                }
                if let Some(due) = not_before.filter(|due| *due > self.now()) {
                    round.wait_until(due);
                    return Ok(ControlFlow::Continue(()));
                }
                match artifacts::look_before_start(self.driver, &gate)? {
                    Looked::Same => {}
                    Looked::Wrote => {
                        round.taken.has_more = true;
                        return Ok(ControlFlow::Break(()));
                    }
                    Looked::Unclear => return Ok(ControlFlow::Continue(())),
                }
                let run = self.driver.run();
                let reason = match self.earlier.find(self.driver, run, &gate)? {
                    reuse::Found::Same(reused) => {
                        round.reusable.push(*reused);
                        return Ok(ControlFlow::Continue(()));
                    }
                    reuse::Found::Not(reason) => reason,
                };
                let started = self.start(&gate, reason)?;
                self.note_started(started, round, orders);
            }
            Step::Poll { gate, not_before, deadline } => {
                if self.now() >= deadline {
                    poll::give_up(self.driver, &gate)?;
                    round.taken.has_more = true;
                    return Ok(ControlFlow::Break(()));
                }
                if not_before > self.now() {
                    round.wait_until(not_before.min(deadline));
                } else if round.at_work < self.limits.jobs && self.may_start(&gate) {
                    let started = self.ask_again(&gate)?;
                    self.note_started(started, round, orders);
                }
            }
            Step::Follow(gate) => match child_run::follow(self.driver, &gate)? {
                Followed::Moves => round.taken.follows |= self.limits.follows,
                Followed::Rests => {}
                Followed::Ended => {
                    round.taken.has_more = true;
                    return Ok(ControlFlow::Break(()));
                }
            },
            Step::Finish(status) => {
                round.taken.has_more = finish(self.driver, status)?;
                round.taken.is_over = !round.taken.has_more;
                return Ok(ControlFlow::Break(()));
            }
            step @ Step::Reopen { .. } => {
                // What needs it was asked about as it stood before.
                take(self.driver, step)?;
                round.taken.has_more = true;
                return Ok(ControlFlow::Break(()));
            }
            step @ (Step::Expand(_)
            | Step::Skip { .. }
            | Step::Jump { .. }
            | Step::Gather { .. }
            | Step::Refuse { .. }
            | Step::End { .. }) => {
                take(self.driver, step)?;
                round.acted = true;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn note_started(&self, started: Started, round: &mut Round, orders: &mut Vec<WorkOrder>) {
        match started {
            Started::Order(order) => {
                orders.push(*order);
                round.at_work += 1;
            }
            // What is at work opens nothing before it ends.
            Started::Ended => round.acted = true,
            Started::Not => {}
            Started::Locked => round.wait_until(self.now().plus(locks::LOOK_EVERY)),
            Started::Busy(BusyAgent::Slots(agent)) => {
                round.wait_until(self.now().plus(agent_slots::LOOK_EVERY));
                round.taken.agent = Some(agent);
            }
            Started::Busy(BusyAgent::Rests { until, .. }) => round.wait_until(until),
        }
    }

    /// Takes gates over from earlier runs, and those that can be taken over after them.
    fn take_over(&mut self, reusable: Vec<Reused>) -> Result<(), Error> {
        let mut earlier = std::mem::take(&mut self.earlier);
        let reusable = earlier.follow(self.driver, reusable, |gate| self.may_start(gate));
        self.earlier = earlier;
        let reusable = reusable?;
        self.driver.append(&[Event::GatesReused { gates: reusable }])
    }

    fn may_start(&self, gate: &GateId) -> bool {
        let base = GateId::parse(gate.base()).ok();
        let plan = self.driver.workflow.gate(gate);
        let is_for_sitting_down =
            |gate: &Gate| gate.every_session || matches!(gate.work, Work::Human);
        if self.limits.sits_down && !plan.is_some_and(is_for_sitting_down) {
            return false;
        }
        let wanted = plan.is_some_and(Gate::is_finally)
            || self
                .within
                .as_ref()
                .is_none_or(|within| base.as_ref().is_some_and(|base| within.contains(base)));
        wanted && !self.is_halted
    }

    /// What the run alone waits for, where whoever drives it leaves until then. What comes soon is
    /// stayed for.
    pub(super) fn left_until(&self, taken: &Taken) -> Option<Until> {
        if !self.limits.leaves || taken.follows {
            return None;
        }
        let agent = taken.agent.clone();
        let at = taken.due.filter(|_| agent.is_none());
        let is_far = at.is_some_and(|at| at.since(self.now()) >= STAYS_FOR);
        (is_far || agent.is_some()).then_some(Until { at, agent })
    }

    /// Whether nobody is waited for, but for whoever drives the run further than its sitter does.
    pub(super) fn leaves_work(&self) -> bool {
        let run = self.driver.run();
        self.limits.sits_down
            && run.gates_in(GateStatus::Waiting).next().is_none()
            && !next::next(&self.driver.workflow, run).is_empty()
    }

    /// Begins an attempt.
    fn start(&mut self, gate: &GateId, reuse: Option<String>) -> Result<Started, Error> {
        if !self.locks.take(self.driver, gate)? {
            return Ok(Started::Locked);
        }
        let is_kept = self.driver.run().gate(gate).is_some_and(|state| state.is_kept);
        let start = Start {
            gate,
            reuse,
            by: StartedBy::Configured { given: self.limits.agent.as_deref() },
            adopt: is_kept || self.driver.run().range.adopts(gate),
            session: None,
            again: false,
        };
        self.begin(&start)
    }

    /// Asks a command again that said "not yet".
    fn ask_again(&mut self, gate: &GateId) -> Result<Started, Error> {
        if !self.locks.take(self.driver, gate)? {
            return Ok(Started::Locked);
        }
        let by = StartedBy::Configured { given: self.limits.agent.as_deref() };
        let start = Start { gate, reuse: None, by, adopt: false, session: None, again: true };
        self.begin(&start)
    }

    fn begin(&mut self, start: &Start<'_>) -> Result<Started, Error> {
        let order = match prepare(self.driver, start)? {
            Prepared::Ended(report) => {
                settle(self.driver, &report)?;
                self.locks.free(start.gate);
                return Ok(Started::Ended);
            }
            Prepared::Held(reason) => {
                self.lacking = Some(reason);
                self.locks.free(start.gate);
                return Ok(Started::Not);
            }
            Prepared::Busy(busy) => {
                self.locks.free(start.gate);
                return Ok(Started::Busy(busy));
            }
            Prepared::Work { order, slot } => {
                if let Some(slot) = slot {
                    self.locks.keep(start.gate, slot);
                }
                order
            }
        };
        match order.outside() {
            None => Ok(Started::Order(order)),
            // Thousands may wait for somebody: they take no turn of those that are at work.
            Some(waiting) => {
                settle(self.driver, &waiting)?;
                self.locks.free(start.gate);
                Ok(Started::Ended)
            }
        }
    }
}

/// What became of a start.
enum Started {
    Order(Box<WorkOrder>),
    /// The attempt is over, or waits for somebody outside.
    Ended,
    /// A budget does not carry it.
    Not,
    /// Another gate holds a lock that it needs.
    Locked,
    /// Its agent cannot begin now.
    Busy(BusyAgent),
}
