//! What events come to, where the order of several matters.

use super::Run;
use super::Spent;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Judged;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::event::SessionStarted;
use crate::event::SessionStatus;
use crate::event::WaitsFor;
use crate::executor::ExecutorKind;
use crate::id::AttemptId;
use crate::id::GateId;
use std::time::Duration;

/// A moment so many minutes after the start.
fn minute(minutes: u64) -> Moment {
    let start = Moment::parse("2026-01-19T14:00:00Z").unwrap();
    start.plus(Duration::from_mins(minutes))
}

fn begun() -> Run {
    let started = crate::event::testing::started();
    Run::begin(minute(0), &Event::RunStarted(Box::new(started))).unwrap()
}

fn gate() -> GateId {
    GateId::parse("a").unwrap()
}

fn start(attempt: u32) -> Event {
    Event::GateStarted(GateStarted::new(&AttemptId::new(&gate(), attempt), ExecutorKind::Human))
}

fn wait(waits_for: WaitsFor) -> Event {
    Event::GateWaiting { gate: gate(), attempt: 1, waits_for, judged: None }
}

fn sit(session: u32) -> Event {
    Event::SessionStarted(SessionStarted { session, by: "Ada".to_owned(), found: None })
}

fn end(session: u32, status: SessionStatus) -> Event {
    Event::SessionEnded { session, status, reason: None, seen_at: None }
}

fn spent(run: &Run, at: Moment) -> (u64, u64) {
    let Spent { active, waiting } = run.spent(at);
    (active.as_secs() / 60, waiting.as_secs() / 60)
}

#[test]
fn work_and_waiting_are_timed_apart_and_a_pause_stops_both() {
    let mut run = begun();
    run.apply(minute(1), &start(1)).unwrap();
    run.apply(minute(2), &wait(WaitsFor::Person)).unwrap();
    assert_eq!(spent(&run, minute(5)), (4, 0));
    run.apply(minute(5), &Event::RunPaused { reason: "tea".to_owned(), cause: PauseCause::Person })
        .unwrap();
    assert_eq!(spent(&run, minute(60)), (4, 0));
    run.apply(minute(60), &Event::RunResumed { retried: Vec::new() }).unwrap();
    run.apply(minute(61), &wait(WaitsFor::Approval)).unwrap();
    assert_eq!(spent(&run, minute(71)), (5, 10));
    let judged = Judged::default();
    run.apply(minute(71), &Event::GatePassed { gate: gate(), attempt: 1, judged }).unwrap();
    assert_eq!(spent(&run, minute(99)), (5, 10));
}

#[test]
fn one_sitting_comes_after_the_other() {
    let mut run = begun();
    assert!(run.apply(minute(1), &sit(2)).is_err());
    run.apply(minute(1), &sit(1)).unwrap();
    assert_eq!(run.session().unwrap().status, SessionStatus::Initializing);
    assert!(run.apply(minute(2), &sit(2)).is_err());
    run.apply(minute(2), &Event::SessionReady { session: 1 }).unwrap();
    assert!(run.apply(minute(3), &end(2, SessionStatus::Paused)).is_err());
    run.apply(minute(3), &end(1, SessionStatus::Paused)).unwrap();
    assert!(run.session().is_none());
    assert!(run.apply(minute(4), &Event::SessionReady { session: 1 }).is_err());
    run.apply(minute(5), &sit(2)).unwrap();
    let done = Event::RunCompleted { status: RunStatus::Passed, reason: None };
    run.apply(minute(6), &done).unwrap();
    assert_eq!(run.sessions[1].status, SessionStatus::Completed);
    assert!(run.apply(minute(7), &sit(3)).is_err());
}
