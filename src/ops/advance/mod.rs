//! The planner: takes in what came of work orders, asks what comes next, writes events, and gives
//! out new orders. It neither sleeps nor waits for work: what is at work stands in the journal, so
//! that orders outlive the process that gave them.

mod artifacts;
mod attempt;
mod audit;
mod baselines;
mod doer;
mod expand;
mod judging;
mod jump;
mod limits;
mod meter;
mod notice;
mod outcome;
mod packet;
pub(super) mod player;
mod recipe;
mod reuse;
mod settle;
mod unbound;
mod watch;

pub(super) use baselines::baselines_of;
pub use limits::Limits;
pub use notice::Notice;
pub use outcome::DrivenBy;
pub use outcome::Here;
pub use outcome::Outcome;
pub use outcome::Waiting;

pub(super) use artifacts::Seen;
pub(super) use artifacts::look_at_all;
pub(super) use artifacts::look_at_needs;
pub(super) use attempt::Prepared;
pub(super) use attempt::Start;
pub(super) use attempt::prepare;
pub(super) use baselines::record as record_baselines;
pub(super) use judging::estimate;
pub(super) use judging::judge_held;
pub(super) use judging::judge_now;
pub use judging::workspace_held;
pub(super) use meter::Meter;
pub(super) use meter::run_out;
pub(super) use outcome::outcome;
pub(super) use outcome::outcome_of;
pub(super) use packet::read as read_packet;
pub(super) use packet::render as render_packet;
pub(super) use settle::all_cut_off;
pub(super) use settle::cut_off;
pub(super) use settle::judged_of;
pub(super) use settle::passed;
pub(super) use settle::refuse;
pub(super) use settle::settle;
pub(super) use unbound::tell as tell_unbound;

use super::Driver;
use super::Error;
use super::seal;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::PauseCause;
use crate::event::Reused;
use crate::event::RunStatus;
use crate::executor::Cut;
use crate::id::GateId;
use crate::next;
use crate::next::Step;
use crate::run::GateStatus;
use crate::run::Run;
use crate::work::WorkOrder;
use crate::work::WorkReport;
use crate::work::WorkResult;
use crate::workflow::Gate;
use crate::workflow::Work;
use std::collections::BTreeSet;

/// Interruptions in a row after which a person is asked, whatever the gate says.
const INTERRUPTIONS_MAX: u32 = 3;

/// A held run, and what whoever drives it knows beside its journal.
pub struct Held<'d, 's> {
    pub driver: &'d mut Driver<'s>,
    limits: &'d Limits,
    within: Option<BTreeSet<GateId>>,
    adopted: BTreeSet<GateId>,
    earlier: reuse::Shelf,
    /// Why a gate that could begin did not: what is left of a budget does not carry it.
    lacking: Option<String>,
    /// Whether work was ended because of a budget: then nothing more is begun.
    is_halted: bool,
}

/// What comes next.
#[derive(Debug)]
pub struct Advance {
    /// The work to be carried out, by whatever hands.
    pub orders: Vec<WorkOrder>,
    /// When to advance at the latest, if no report comes before.
    pub alarm: Option<Moment>,
    /// Whether the run has come as far as it can: nothing is at work, and nothing comes due.
    pub is_over: bool,
}

/// What the steps that were taken come to.
#[derive(Default)]
struct Taken {
    /// Whether there may be more steps now.
    has_more: bool,
    /// When the next step that must wait is due.
    due: Option<Moment>,
    is_over: bool,
}

/// Takes in reports, and goes on as far as it can without new ones. A report of an attempt that is not
/// at work any more is left alone: whoever ended the attempt wrote what became of it.
pub fn advance(
    held: &mut Held<'_, '_>,
    reports: Vec<WorkReport>,
    notify: &mut dyn FnMut(Notice),
) -> Result<Advance, Error> {
    for report in reports {
        held.take_in(&report, notify)?;
    }
    let mut orders = Vec::new();
    loop {
        seal::seal_in_time(held.driver)?;
        let mut alarm = seal::time_left(held.driver).map(|left| held.now().plus(left));
        if held.driver.site.stop.is_raised() {
            let is_over = !has_work(held.driver.run());
            if is_over {
                pause(held.driver, PauseCause::Signal, "interrupted")?;
            }
            return Ok(Advance { orders, alarm, is_over });
        }
        let taken = held.take_steps(&mut orders, notify)?;
        if taken.has_more {
            continue;
        }
        alarm = [alarm, taken.due].into_iter().flatten().min();
        let is_idle = !taken.is_over && !has_work(held.driver.run());
        if is_idle && taken.due.is_none() {
            match held.lacking.take() {
                Some(reason) => meter::run_out(held.driver, &reason)?,
                None => stop_here(held.driver, held.limits)?,
            }
        }
        let is_over = taken.is_over || is_idle && taken.due.is_none();
        return Ok(Advance { orders, alarm, is_over });
    }
}

/// Whether an attempt is at work, by the journal.
fn has_work(run: &Run) -> bool {
    run.gates_in(GateStatus::Running).next().is_some()
}

impl<'d, 's> Held<'d, 's> {
    pub fn new(driver: &'d mut Driver<'s>, limits: &'d Limits) -> Self {
        Self {
            within: limits::within(&driver.workflow, limits.until.as_ref()),
            adopted: limits::adopted(&driver.workflow, limits.start_from.as_ref()),
            limits,
            driver,
            earlier: reuse::Shelf::default(),
            lacking: None,
            is_halted: false,
        }
    }

    fn now(&self) -> Moment {
        self.driver.site.clock.now()
    }

    fn take_in(
        &mut self,
        report: &WorkReport,
        notify: &mut dyn FnMut(Notice),
    ) -> Result<(), Error> {
        let state = self.driver.run().gate(&report.gate);
        let at_work = state.filter(|state| state.status == GateStatus::Running);
        let attempt = at_work.and_then(|state| state.attempt()).map(|attempt| attempt.attempt);
        if attempt != Some(report.attempt) {
            return Ok(());
        }
        if let WorkResult::Interrupted { cut: Cut::Budget, reason, .. } = &report.result {
            self.lacking = Some(reason.clone());
            self.is_halted = true;
        }
        settle(self.driver, report, notify)
    }

    /// Takes the steps that can be taken now.
    fn take_steps(
        &mut self,
        orders: &mut Vec<WorkOrder>,
        notify: &mut dyn FnMut(Notice),
    ) -> Result<Taken, Error> {
        let mut at_work = self.driver.run().gates_in(GateStatus::Running).count();
        if self.driver.run().status.is_end() && at_work == 0 {
            // It was over before: what has been done to a gate since goes into the record.
            self.driver.commit(None, true)?;
            return Ok(Taken { is_over: true, ..Taken::default() });
        }
        let steps = next::next(&self.driver.workflow, self.driver.run());
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
                    if artifacts::look_at_needs(self.driver, &gate, notify)? {
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
                    match self.start(&gate, reason, notify)? {
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
                    let has_more = finish(self.driver, status, notify)?;
                    return Ok(Taken { has_more, is_over: !has_more, ..taken });
                }
                step @ (Step::Expand(_)
                | Step::Skip { .. }
                | Step::Jump { .. }
                | Step::Gather { .. }
                | Step::Refuse { .. }) => {
                    take(self.driver, step, notify)?;
                    acted = true;
                }
            }
        }
        if !reusable.is_empty() {
            self.take_over(reusable, notify)?;
            return Ok(Taken { has_more: true, ..taken });
        }
        Ok(Taken { has_more: acted && at_work < self.limits.jobs, ..taken })
    }

    /// Takes gates over from earlier runs, and those that can be taken over after them.
    fn take_over(
        &mut self,
        reusable: Vec<Reused>,
        notify: &mut dyn FnMut(Notice),
    ) -> Result<(), Error> {
        let mut earlier = std::mem::take(&mut self.earlier);
        let reusable = earlier.follow(self.driver, reusable, |gate| self.may_start(gate));
        self.earlier = earlier;
        let reusable = reusable?;
        let gates: Vec<GateId> = reusable.iter().map(|reused| reused.gate.clone()).collect();
        self.driver.append(&[Event::GatesReused { gates: reusable }])?;
        notify(Notice::Reused { gates });
        Ok(())
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
    fn start(
        &mut self,
        gate: &GateId,
        reuse: Option<String>,
        notify: &mut dyn FnMut(Notice),
    ) -> Result<Started, Error> {
        if let Some(reason) = reuse.clone() {
            notify(Notice::NotReused { gate: gate.clone(), reason });
        }
        let start = Start {
            gate,
            reuse,
            agent: self.limits.agent.as_deref(),
            adopt: self.adopted.contains(gate),
            by_hand: false,
            session: None,
        };
        let order = match prepare(self.driver, &start)? {
            Prepared::Ended(report) => {
                settle(self.driver, &report, notify)?;
                return Ok(Started::Ended);
            }
            Prepared::Held(reason) => {
                self.lacking = Some(reason);
                return Ok(Started::Not);
            }
            Prepared::Work(order) => order,
        };
        let (attempt, executor) = (order.attempt, order.executor);
        notify(Notice::GateStarted { gate: gate.clone(), attempt, executor });
        match order.outside() {
            None => Ok(Started::Order(order)),
            // Thousands may wait for somebody: they take no turn of those that are at work.
            Some(waiting) => {
                settle(self.driver, &waiting, notify)?;
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

/// Ends the run, if everything that it stands on is still what it was.
fn finish(
    driver: &mut Driver<'_>,
    status: RunStatus,
    notify: &mut dyn FnMut(Notice),
) -> Result<bool, Error> {
    if status == RunStatus::Passed && artifacts::look_at_all(driver, notify)? {
        return Ok(true);
    }
    driver.append(&[Event::RunCompleted { status, reason: None }])?;
    driver.commit(None, true)?;
    Ok(false)
}

/// Takes a step that needs nobody.
pub(super) fn take(
    driver: &mut Driver<'_>,
    step: Step,
    notify: &mut dyn FnMut(Notice),
) -> Result<(), Error> {
    match step {
        Step::Expand(gate) => expand::expand(driver, &gate),
        Step::Skip { gate, reason } => {
            let reason_shown = Some(reason.clone());
            driver.append(&[Event::GateSkipped { gate: gate.clone(), reason }])?;
            let status = GateStatus::Skipped;
            notify(Notice::GateEnded { gate, status, attempt: 0, reason: reason_shown });
            Ok(())
        }
        Step::Jump { from, to } => {
            let event = jump::jump(driver, &from, &to);
            driver.append(&[event])?;
            notify(Notice::Jumped { from, to });
            Ok(())
        }
        Step::Gather { gate, passed } => driver.append(&[Event::GateGathered { gate, passed }]),
        Step::Refuse { gate, reason } => settle::refuse(driver, &gate, &reason, notify),
        Step::Start { .. } | Step::Finish(_) => Ok(()),
    }
}

/// Nothing can go on by itself: the run waits, or has come as far as it was asked to.
fn stop_here(driver: &mut Driver<'_>, limits: &Limits) -> Result<(), Error> {
    let waiting: Vec<GateId> = driver.run().gates_in(GateStatus::Waiting).cloned().collect();
    if let (Some(until), true) = (&limits.until, waiting.is_empty()) {
        pause(driver, PauseCause::Reached, &format!("came as far as {until}"))
    } else {
        driver.append(&[Event::RunWaiting { gates: waiting }])?;
        driver.commit(None, true)
    }
}

/// The run stops here, and is taken up by `run resume`.
pub(super) fn pause(driver: &mut Driver<'_>, cause: PauseCause, reason: &str) -> Result<(), Error> {
    driver.append(&[Event::RunPaused { reason: reason.to_owned(), cause }])?;
    driver.commit(None, true)
}
