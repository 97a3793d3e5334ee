//! What events come to, where the order of several matters.

use super::Run;
use super::Spent;
use super::testing;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Artifact;
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

/// An attempt of a gate that leaves `a.md` behind.
fn leaves(run: &mut Run, gate: &str, text: &str, passes: bool) {
    let gate = testing::id(gate);
    run.apply(minute(1), &testing::begun(&gate, 1)).unwrap();
    let sha256 = Some(Digest::of(text));
    let artifact = Artifact { path: "a.md".to_owned(), sha256, exists: true, bytes: None };
    let judged = Judged { artifacts: vec![artifact], ..Judged::default() };
    let reason = "broken".to_owned();
    let end = if passes {
        Event::GatePassed { gate, attempt: 1, judged }
    } else {
        Event::GateFailed { gate, attempt: 1, reason, judged }
    };
    run.apply(minute(2), &end).unwrap();
}

#[test]
fn a_gate_that_was_waived_may_have_been_the_last_to_change_a_file() {
    let maker = |run: &Run| run.versions().get("a.md").map(|(gate, _)| gate.to_string());
    let mut run = begun();
    leaves(&mut run, "a", "one", true);
    leaves(&mut run, "b", "two", false);
    assert_eq!(maker(&run).as_deref(), Some("a"));
    let (by, reason) = ("Ada".to_owned(), "late".to_owned());
    run.apply(minute(3), &Event::GateWaived { gate: testing::id("b"), by, reason }).unwrap();
    assert_eq!(maker(&run).as_deref(), Some("b"));
    leaves(&mut run, "c", "three", true);
    assert_eq!(maker(&run).as_deref(), Some("c"));
    // Of a file that no gate passed with nothing is known.
    let mut run = begun();
    leaves(&mut run, "b", "two", false);
    let (by, reason) = ("Ada".to_owned(), "late".to_owned());
    run.apply(minute(3), &Event::GateWaived { gate: testing::id("b"), by, reason }).unwrap();
    assert_eq!(maker(&run), None);
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
