//! The planner: takes in what came of work orders, asks what comes next, writes events, and gives
//! out new orders. It neither sleeps nor waits for work: what is at work stands in the journal, so
//! that orders outlive the process that gave them.

mod adopted;
mod agent_slots;
mod artifacts;
mod asking;
mod attempt;
mod audit;
mod baselines;
mod child_order;
mod child_others;
mod child_run;
mod claim;
mod deadline;
mod doer;
mod expand;
mod fresh;
mod granted;
mod held;
mod ingredients;
mod installed;
mod judging;
mod limits;
mod look;
mod members;
mod locks;
mod named;
mod outage;
mod own_work;
mod packet;
pub mod player;
mod poll;
mod recipe;
mod reuse;
mod role;
mod route;
mod rewriting;
mod settle;
mod standing;
mod unbound;
mod unknown_roles;
mod watch;

pub use agent_slots::BusyAgent;
pub use agent_slots::waits as agent_waits;
pub use baselines::baselines_of;
pub use child_order::enqueue;
pub use child_order::has_begun;
pub use child_order::put_off;
pub use child_order::refuse_depth;
pub use child_order::ticket;
pub use child_others::let_go;
pub use child_others::resume_stopped_by_budget;
pub use child_others::tell_others;
pub use child_others::wake;
pub use child_others::wake_parent;
pub use claim::run_out;
pub use deadline::expire;
pub use deadline::of as deadline_of;
pub use expand::add_items;
pub use expand::fan_out;
pub use held::Held;
pub use installed::refuse_missing;
pub use installed::refuse_missing_now;
pub use limits::Limits;
pub use limits::before;
pub use locks::waits as lock_waits;
pub use own_work::own_audits;
pub use own_work::own_audits_by;

pub use artifacts::look_at_all;
pub use artifacts::look_at_needs;
pub use asking::files as approval_files;
pub use asking::message as approval_message;
pub use asking::names_of_files as names_of_approval_files;
pub use attempt::Handed;
pub use attempt::Prepared;
pub use attempt::Start;
pub use attempt::StartedBy;
pub use attempt::prepare;
pub use attempt::rehearse;
pub use baselines::record as record_baselines;
pub use granted::unenforced;
pub use judging::judge_held;
pub use judging::judge_now;
pub use judging::workspace_held;
pub use members::joined_all as joined;
pub use packet::read as read_packet;
pub use role::all as roles_of;
pub use settle::judged_of;
pub use settle::passed;
pub use settle::refuse;
pub use settle::settle;
pub use standing::standing;
pub use standing::standing_of;
pub use standing::tell_waits;
pub use unbound::unbound;
pub use unknown_roles::unknown_roles;

use crate::clock::Moment;
use crate::event::Event;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::finding::Finding;
use crate::id::GateId;
use crate::next;
use crate::next::RefusedBy;
use crate::next::Step;
use crate::project::Driver;
use crate::project::Error;
use crate::project::seal;
use crate::run::GateStatus;
use crate::run::Run;
use crate::store::pool::Until;
use crate::work::WorkOrder;
use crate::work::WorkReport;
use crate::work::WorkResult;

/// Interruptions in a row after which a person is asked, whatever the gate says.
const INTERRUPTIONS_MAX: u32 = 3;

/// What comes next.
#[derive(Debug)]
#[non_exhaustive]
pub struct Advance {
    /// The work to be carried out, by whatever hands.
    pub orders: Vec<WorkOrder>,
    /// When to advance at the latest, if no report comes before.
    pub alarm: Option<Moment>,
    /// Whether child runs are followed.
    pub follows: bool,
    /// Whether the run has come as far as it can: nothing is at work, and nothing comes due.
    pub is_over: bool,
    /// What the run waits for alone, where whoever drives it leaves until then.
    pub until: Option<Until>,
}

/// Takes in reports, and goes on as far as it can without new ones. A report of an attempt that is not
/// at work any more is left alone: whoever ended the attempt wrote what became of it.
pub fn advance(held: &mut Held<'_, '_>, reports: Vec<WorkReport>) -> Result<Advance, Error> {
    for report in reports {
        held.take_in(&report)?;
    }
    let mut orders = Vec::new();
    loop {
        seal::seal_in_time(held.driver)?;
        let mut alarm = seal::due(held.driver);
        if held.driver.project.stop.is_raised() {
            let is_over = !has_work(held.driver.run());
            if is_over {
                pause(held.driver, PauseCause::Signal, "interrupted")?;
            }
            return Ok(Advance { orders, alarm, follows: false, is_over, until: None });
        }
        // What was being judged when the stop came has no verdict, and nothing was written for it.
        let taken = match held.take_steps(&mut orders) {
            Err(Error::Interrupted) => continue,
            taken => taken?,
        };
        if taken.has_more {
            continue;
        }
        alarm = [alarm, taken.due].into_iter().flatten().min();
        let is_idle = !taken.is_over && !taken.follows && !has_work(held.driver.run());
        if is_idle && taken.due.is_none() {
            match artifacts::look_before_asking(held.driver) {
                Ok(false) => {}
                Ok(true) | Err(Error::Interrupted) => continue,
                Err(error) => return Err(error),
            }
            match held.lacking.take() {
                // What it is a part of has room again when one of its child runs is over.
                Some(_) if waits_for_child_runs(held.driver.run()) => stop_here(held.driver)?,
                Some(reason) => claim::run_out(held.driver, &reason)?,
                None if held.leaves_work() => held.driver.commit(None, true)?,
                None => stop_here(held.driver)?,
            }
        }
        let until = held.left_until(&taken).filter(|_| is_idle);
        let is_over = taken.is_over || is_idle && taken.due.is_none() || until.is_some();
        return Ok(Advance { orders, alarm, follows: taken.follows, is_over, until });
    }
}

/// Whether an attempt is at work, by the journal.
fn has_work(run: &Run) -> bool {
    run.gates_in(GateStatus::Running).next().is_some()
}

fn waits_for_child_runs(run: &Run) -> bool {
    run.gates_in(GateStatus::Waiting)
        .any(|gate| run.gate(gate).and_then(|it| it.waits_for) == Some(WaitsFor::ChildRun))
}

/// Ends the run, if everything that it stands on is still what it was.
fn finish(driver: &mut Driver<'_>, status: RunStatus) -> Result<bool, Error> {
    if status == RunStatus::Passed && artifacts::look_at_all(driver)? {
        return Ok(true);
    }
    let reason = driver.run().ending.as_ref().and_then(|ending| ending.reason.clone());
    driver.append(&[Event::RunCompleted { status, reason }])?;
    driver.commit(None, true)?;
    Ok(false)
}

/// Takes a step that needs nobody.
pub(super) fn take(driver: &mut Driver<'_>, step: Step) -> Result<(), Error> {
    match step {
        Step::Expand(gate) => expand::expand(driver, &gate),
        Step::Skip { gate, reason } => driver.append(&[Event::GateSkipped { gate, reason }]),
        Step::Jump { from, also, to } => {
            let event = next::jumped((&driver.workflow, driver.run()), (&from, &also), &to);
            driver.append(&[event])
        }
        Step::Reopen { gate, reason } => artifacts::reopen(driver, &gate, reason),
        Step::End { gate, status, reason } => {
            driver.append(&[Event::RunEnding { status, reason, gate: Some(gate) }])
        }
        Step::Gather { gate, passed } => driver.append(&[Event::GateGathered { gate, passed }]),
        Step::Refuse { gate, reason, by } => {
            let result = match by {
                RefusedBy::Needs => WorkResult::failed(Finding::of("gate", reason)),
                RefusedBy::When => WorkResult::unusable(Finding::of("when", reason)),
            };
            settle::refuse(driver, &gate, result)
        }
        Step::Start { .. } | Step::Poll { .. } | Step::Follow(_) | Step::Finish(_) => Ok(()),
    }
}

/// Nothing can go on by itself: the run waits, or has come as far as it was asked to.
fn stop_here(driver: &mut Driver<'_>) -> Result<(), Error> {
    let waiting: Vec<GateId> = driver.run().gates_in(GateStatus::Waiting).cloned().collect();
    if let (Some(until), true) = (driver.run().range.until.clone(), waiting.is_empty()) {
        pause(driver, PauseCause::Reached, &format!("reached gate {until}"))
    } else {
        driver.append(&[Event::RunWaiting { gates: waiting }])?;
        driver.commit(None, true)
    }
}

/// The run stops here, and goes on when it is resumed.
pub(super) fn pause(driver: &mut Driver<'_>, cause: PauseCause, reason: &str) -> Result<(), Error> {
    driver.append(&[Event::RunPaused { reason: reason.to_owned(), cause }])?;
    driver.commit(None, true)
}
