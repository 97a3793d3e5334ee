//! The drive loop: asks what comes next, has it done, writes what became of it, and
//! asks again, until nobody but a person can go on.

mod artifacts;
mod attempt;
mod audit;
mod baselines;
mod doer;
mod expand;
mod judging;
mod jump;
mod limits;
mod notice;
mod meter;
mod outcome;
mod packet;
pub(super) mod player;
mod recipe;
mod reuse;
mod settle;
mod unbound;
mod watch;
mod work;
mod worked;

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
pub(super) use judging::judge_held;
pub(super) use judging::judge_now;
pub(super) use meter::Meter;
pub(super) use meter::run_out;
pub(super) use outcome::outcome;
pub(super) use outcome::outcome_of;
pub(super) use packet::read as read_packet;
pub(super) use packet::render as render_packet;
pub(super) use settle::Ended;
pub(super) use settle::cut_off;
pub(super) use settle::judged_of;
pub(super) use settle::passed;
pub(super) use settle::refuse;
pub(super) use settle::said_to_fail;
pub(super) use settle::settle;
pub(super) use settle::verdict;
pub(super) use unbound::tell as tell_unbound;
pub(super) use worked::estimate;

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
use crate::process;
use crate::run::GateStatus;
use crate::workflow::Gate;
use crate::workflow::Work;
use crate::workflow::Workflow;
use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

/// How often a pause is left to look whether the run should stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Interruptions in a row after which a person is asked, whatever the gate says.
const INTERRUPTIONS_MAX: u32 = 3;

/// Drives a held run as far as nobody is needed.
pub fn drive(
    driver: &mut Driver<'_>,
    limits: &Limits,
    notify: &mut dyn FnMut(Notice),
) -> Result<Outcome, Error> {
    let mut drive = Drive {
        within: limits::within(&driver.workflow, limits.until.as_ref()),
        adopted: limits::adopted(&driver.workflow, limits.start_from.as_ref()),
        limits,
        running: BTreeSet::new(),
        reuse: reuse::Shelf::default(),
        held: None,
        is_halted: false,
    };
    // What executors leave behind stays below this process, and is known by that.
    process::adopt_orphans();
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        loop {
            seal::seal_in_time(driver)?;
            if driver.site.stop.is_raised() {
                if drive.running.is_empty() {
                    pause(driver, PauseCause::Signal, "interrupted")?;
                    return Ok(outcome(driver));
                }
            } else if drive.act(driver, scope, &sender, notify)? {
                continue;
            }
            if drive.running.is_empty() {
                return Ok(outcome(driver));
            }
            // Work may take hours; a checkpoint comes due meanwhile.
            let ended = match seal::time_left(driver) {
                Some(left) => receiver.recv_timeout(left).ok(),
                None => receiver.recv().ok(),
            };
            if let Some(ended) = ended {
                drive.running.remove(&ended.gate);
                drive.note_halt(&ended);
                settle(driver, &ended, notify)?;
            }
        }
    })
}

struct Drive<'d> {
    limits: &'d Limits,
    running: BTreeSet<GateId>,
    within: Option<BTreeSet<GateId>>,
    adopted: BTreeSet<GateId>,
    reuse: reuse::Shelf,
    /// Why a gate that could begin did not: what is left of a budget does not carry it.
    held: Option<String>,
    /// Whether work was ended because of a budget: then nothing more is begun.
    is_halted: bool,
}

type Ending = mpsc::Sender<Ended>;

impl Drive<'_> {
    /// Performs the steps that can be taken now; says whether to ask again at once.
    fn act<'scope>(
        &mut self,
        driver: &mut Driver<'_>,
        scope: &'scope std::thread::Scope<'scope, '_>,
        sender: &Ending,
        notify: &mut dyn FnMut(Notice),
    ) -> Result<bool, Error> {
        if driver.run().status.is_end() && self.running.is_empty() {
            // It was over before: what has been done to a gate since goes into the record.
            driver.commit(None, true)?;
            return Ok(false);
        }
        let steps = next::next(&driver.workflow, driver.run());
        if !self.is_halted {
            self.held = None;
        }
        let mut reusable = Vec::new();
        let mut acted = false;
        let mut not_before: Option<Moment> = None;
        for step in steps {
            match step {
                Step::Start { gate, not_before: due } => {
                    if !self.may_start(&driver.workflow, &gate) {
                        continue;
                    }
                    if let Some(due) = due.filter(|due| *due > driver.site.clock.now()) {
                        not_before = Some(not_before.map_or(due, |other| other.min(due)));
                        continue;
                    }
                    if artifacts::look_at_needs(driver, &gate, notify)? {
                        return Ok(true);
                    }
                    let reason = match self.reuse.find(driver, driver.run(), &gate)? {
                        reuse::Found::Same(reused) => {
                            reusable.push(*reused);
                            continue;
                        }
                        reuse::Found::Not(reason) => reason,
                    };
                    // What is at work opens nothing before it ends.
                    acted |= self.start(driver, (&gate, reason), (scope, sender), notify)?;
                }
                Step::Finish(status) => return finish(driver, status, notify),
                step @ (Step::Expand(_)
                | Step::Skip { .. }
                | Step::Jump { .. }
                | Step::Gather { .. }
                | Step::Refuse { .. }) => {
                    take(driver, step, notify)?;
                    acted = true;
                }
            }
        }
        if !reusable.is_empty() {
            self.take_over(driver, reusable, notify)?;
            return Ok(true);
        }
        if acted {
            return Ok(self.running.len() < self.limits.jobs);
        }
        match (self.running.is_empty(), not_before) {
            (true, Some(due)) => {
                let sealed_by =
                    seal::time_left(driver).map(|left| driver.site.clock.now().plus(left));
                wait_until(driver, sealed_by.map_or(due, |by| by.min(due)));
                Ok(true)
            }
            (true, None) => {
                match self.held.take() {
                    Some(reason) => meter::run_out(driver, &reason)?,
                    None => stop_here(driver, self.limits)?,
                }
                Ok(false)
            }
            (false, _) => Ok(false),
        }
    }

    /// Takes gates over from earlier runs, and those that can be taken over after them.
    fn take_over(
        &mut self,
        driver: &mut Driver<'_>,
        reusable: Vec<Reused>,
        notify: &mut dyn FnMut(Notice),
    ) -> Result<(), Error> {
        let mut earlier = std::mem::take(&mut self.reuse);
        let reusable =
            earlier.follow(driver, reusable, |gate| self.may_start(&driver.workflow, gate));
        self.reuse = earlier;
        let reusable = reusable?;
        let gates: Vec<GateId> = reusable.iter().map(|reused| reused.gate.clone()).collect();
        driver.append(&[Event::GatesReused { gates: reusable }])?;
        notify(Notice::Reused { gates });
        Ok(())
    }

    fn may_start(&self, workflow: &Workflow, gate: &GateId) -> bool {
        let base = GateId::parse(gate.base()).ok();
        let plan = workflow.gate(gate);
        let is_for_sitting_down =
            |gate: &Gate| gate.every_session || matches!(gate.work, Work::Human);
        if self.limits.sits_down && !plan.is_some_and(is_for_sitting_down) {
            return false;
        }
        let wanted = self
            .within
            .as_ref()
            .is_none_or(|within| base.as_ref().is_some_and(|base| within.contains(base)));
        wanted
            && !self.is_halted
            && self.running.len() < self.limits.jobs
            && !self.running.contains(gate)
    }

    fn note_halt(&mut self, ended: &Ended) {
        if let settle::Result::Interrupted { cut: Cut::Budget, reason, .. } = &ended.result {
            self.held = Some(reason.clone());
            self.is_halted = true;
        }
    }

    /// Begins an attempt; says whether it is over already.
    fn start<'scope>(
        &mut self,
        driver: &mut Driver<'_>,
        (gate, reuse): (&GateId, Option<String>),
        (scope, sender): (&'scope std::thread::Scope<'scope, '_>, &Ending),
        notify: &mut dyn FnMut(Notice),
    ) -> Result<bool, Error> {
        if let Some(reason) = reuse.clone() {
            notify(Notice::NotReused { gate: gate.clone(), reason });
        }
        let adopt = self.adopted.contains(gate);
        let start = Start {
            gate,
            reuse,
            agent: self.limits.agent.as_deref(),
            adopt,
            by_hand: false,
            session: None,
        };
        match prepare(driver, &start)? {
            Prepared::Ended(ended) => settle(driver, &ended, notify).map(|()| true),
            Prepared::Held(reason) => {
                self.held = Some(reason);
                Ok(false)
            }
            Prepared::Work(work) => {
                let (attempt, executor) = (work.attempt, work.executor);
                notify(Notice::GateStarted { gate: gate.clone(), attempt, executor });
                if !work.acts {
                    // Thousands may wait for somebody: they take no turn of those that are at work.
                    settle(driver, &work.perform(), notify)?;
                    return Ok(true);
                }
                self.running.insert(gate.clone());
                let sender = sender.clone();
                scope.spawn(move || {
                    // The loop outlives its workers; nobody to tell means the process is ending.
                    let _ = sender.send(work.perform());
                });
                Ok(false)
            }
        }
    }
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

fn wait_until(driver: &Driver<'_>, due: Moment) {
    while !driver.site.stop.is_raised() {
        let left = due.since(driver.site.clock.now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left.min(LOOK_EVERY));
    }
}
