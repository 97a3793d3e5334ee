//! A held run while it is driven: which of its steps are taken now, and which work is begun.

use super::Limits;
use super::Prepared;
use super::Start;
use super::StartedBy;
use super::artifacts;
use super::finish;
use super::limits;
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
use crate::run::GateStatus;
use crate::site::Driver;
use crate::site::Error;
use crate::work::WorkOrder;
use crate::work::WorkReport;
use crate::work::WorkResult;
use crate::workflow::Gate;
use crate::workflow::Work;
use std::collections::BTreeSet;

/// A held run, and what whoever drives it knows beside its journal.
pub struct Held<'d, 's> {
    pub driver: &'d mut Driver<'s>,
    pub(super) limits: &'d Limits,
    within: Option<BTreeSet<GateId>>,
    adopted: BTreeSet<GateId>,
    earlier: reuse::EarlierRuns,
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
    pub(super) is_over: bool,
}

impl<'d, 's> Held<'d, 's> {
    pub fn new(driver: &'d mut Driver<'s>, limits: &'d Limits) -> Self {
        Self {
            within: limits::within(&driver.workflow, limits.until.as_ref()),
            adopted: limits::adopted(&driver.workflow, limits.start_from.as_ref()),
            limits,
            driver,
            earlier: reuse::EarlierRuns::default(),
            lacking: None,
            is_halted: false,
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.driver.site.clock.now()
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
        settle(self.driver, report)
    }

    /// Takes the steps that can be taken now.
    pub(super) fn take_steps(&mut self, orders: &mut Vec<WorkOrder>) -> Result<Taken, Error> {
        let mut at_work = self.driver.run().gates_in(GateStatus::Running).count();
        if self.driver.run().status.is_end() && at_work == 0 {
            // It was over before: what has been done to a gate since goes into the record.
            self.driver.commit(None, true)?;
            return Ok(Taken { is_over: true, ..Taken::default() });
        }
        let steps = next::next_within(&self.driver.workflow, self.driver.run(), &|gate| {
            self.may_start(gate)
        });
        if !self.is_halted {
            self.lacking = None;
        }
        let mut reusable = Vec::new();
        let mut taken = Taken::default();
        let mut acted = false;
        for step in steps {
            match step {
                Step::Start { gate, not_before: due } => {
                    if at_work >= self.limits.jobs || !self.may_start(&gate) {
                        continue;
                    }
                    if let Some(due) = due.filter(|due| *due > self.now()) {
                        taken.due = Some(taken.due.map_or(due, |other| other.min(due)));
                        continue;
                    }
                    if artifacts::look_before_start(self.driver, &gate)? {
                        return Ok(Taken { has_more: true, ..taken });
                    }
                    let run = self.driver.run();
                    let reason = match self.earlier.find(self.driver, run, &gate)? {
                        reuse::Found::Same(reused) => {
                            reusable.push(*reused);
                            continue;
                        }
                        reuse::Found::Not(reason) => reason,
                    };
                    match self.start(&gate, reason)? {
                        Started::Order(order) => {
                            orders.push(*order);
                            at_work += 1;
                        }
                        // What is at work opens nothing before it ends.
                        Started::Ended => acted = true,
                        Started::Not => {}
                    }
                }
                Step::Finish(status) => {
                    let has_more = finish(self.driver, status)?;
                    return Ok(Taken { has_more, is_over: !has_more, ..taken });
                }
                step @ (Step::Expand(_)
                | Step::Skip { .. }
                | Step::Jump { .. }
                | Step::Gather { .. }
                | Step::Refuse { .. }
                | Step::Reopen { .. }
                | Step::End { .. }) => {
                    take(self.driver, step)?;
                    acted = true;
                }
            }
        }
        if !reusable.is_empty() {
            self.take_over(reusable)?;
            return Ok(Taken { has_more: true, ..taken });
        }
        Ok(Taken { has_more: acted && at_work < self.limits.jobs, ..taken })
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
        let wanted = self
            .within
            .as_ref()
            .is_none_or(|within| base.as_ref().is_some_and(|base| within.contains(base)));
        wanted && !self.is_halted
    }

    /// Begins an attempt.
    fn start(&mut self, gate: &GateId, reuse: Option<String>) -> Result<Started, Error> {
        let is_kept = self.driver.run().gate(gate).is_some_and(|state| state.is_kept);
        let start = Start {
            gate,
            reuse,
            by: StartedBy::Configured { given: self.limits.agent.as_deref() },
            adopt: is_kept || self.adopted.contains(gate),
            session: None,
        };
        let order = match prepare(self.driver, &start)? {
            Prepared::Ended(report) => {
                settle(self.driver, &report)?;
                return Ok(Started::Ended);
            }
            Prepared::Held(reason) => {
                self.lacking = Some(reason);
                return Ok(Started::Not);
            }
            Prepared::Work(order) => order,
        };
        match order.outside() {
            None => Ok(Started::Order(order)),
            // Thousands may wait for somebody: they take no turn of those that are at work.
            Some(waiting) => {
                settle(self.driver, &waiting)?;
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
}
