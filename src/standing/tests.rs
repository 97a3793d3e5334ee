//! How small runs stand, and what can be done next in all of them.

use super::*;
use crate::budget::Amount;
use crate::budget::Budget;
use crate::event::Artifact;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Judged;
use crate::executor::ExecutorKind;
use crate::id::AttemptId;
use crate::run::testing::at;
use crate::run::testing::gate;
use crate::run::testing::id;
use crate::run::testing::run;
use crate::run::testing::workflow;
use crate::spending::Cost;

const DRIVERS: [DrivenBy; 3] = [DrivenBy::Nobody, DrivenBy::This, DrivenBy::Another];

/// How a run of two gates, one after the other, stands after these have been done.
fn standing(done: &str, is_driven: bool, driver: DrivenBy) -> Standing {
    let workflow = workflow(&(gate("a", "on_fail = 'continue'") + &gate("b", "")));
    let mut run = run(&workflow, done);
    run.started.driven = is_driven;
    let head = Digest::of("head");
    let around = Around { now: at(), head, driver, is_kept: false, is_committed: true };
    Standing::of(&workflow, &run, &around, |_| None)
}

fn steps(standing: &Standing) -> Vec<String> {
    standing.next_steps().iter().map(show).collect()
}

fn show(step: &NextStep<'_>) -> String {
    match step {
        NextStep::Work(waiting) => format!("work {}", waiting.gate),
        NextStep::Approve(waiting) => format!("approve {}", waiting.gate),
        NextStep::Decide(waiting) => format!("decide {}", waiting.gate),
        NextStep::Answer(waiting) => format!("answer {}", waiting.gate),
        NextStep::SeeChild(waiting) => format!("child {}", waiting.gate),
        NextStep::Expire(waiting) => format!("expire {}", waiting.gate),
        NextStep::Mend { gate, refused: false, .. } => format!("mend {gate}"),
        NextStep::Mend { gate, refused: true, .. } => format!("mend what {gate} refused"),
        NextStep::Rewrite { gate, .. } => format!("rewrite {gate}"),
        NextStep::Amend(paths) => format!("amend {}", paths.join(" ")),
        NextStep::Redo { gate, reason } => format!("redo {gate}: {reason}"),
        NextStep::RaiseBudget => "raise the budget".to_owned(),
        NextStep::Resume => "resume".to_owned(),
        NextStep::GoFurther => "go further".to_owned(),
        NextStep::TakeUp => "take up".to_owned(),
        NextStep::Drive => "drive".to_owned(),
        NextStep::Watch(None) => "watch".to_owned(),
        NextStep::Watch(Some(gate)) => format!("watch {gate}"),
        NextStep::WaitForLock(wait) => format!("lock {}", wait.lock),
        NextStep::ActLater(waiting) => format!("later {}", waiting.gate),
        NextStep::Follow => "follow".to_owned(),
        NextStep::Start { gate, failed: None } => format!("start {gate}"),
        NextStep::Start { gate, failed: Some(why) } => format!("start {gate} again: {why}"),
        NextStep::Complete => "complete".to_owned(),
        NextStep::CompleteSession => "complete the session".to_owned(),
        NextStep::GiveUp => "give up".to_owned(),
        NextStep::Show => "show".to_owned(),
        NextStep::Report => "report".to_owned(),
    }
}

#[test]
fn a_run_stalls_where_it_wants_a_driver_and_has_none() {
    let rows = [
        (RunStatus::Running, true, false, "STALLED", true, false),
        (RunStatus::Running, true, true, "RUNNING", true, false),
        (RunStatus::Running, false, false, "RUNNING", true, false),
        (RunStatus::Paused, false, false, "PAUSED", true, false),
        (RunStatus::Failed, false, false, "FAILED", false, false),
        (RunStatus::Passed, false, false, "PASSED", false, true),
        (RunStatus::Canceled, false, false, "CANCELED", false, true),
    ];
    for (status, wants_a_driver, is_held, name, is_open, is_final) in rows {
        let state = State::of(status, wants_a_driver, || is_held);
        assert_eq!((state.as_str(), state.is_open(), state.is_final()), (name, is_open, is_final));
    }
    assert!(!State::Damaged.is_open() && !State::Damaged.is_final());
}

#[test]
fn a_run_that_goes_on_is_driven_by_orch_or_begun_gate_by_gate() {
    let (nobody, this, another) = (DrivenBy::Nobody, DrivenBy::This, DrivenBy::Another);
    let rows: [(&str, bool, DrivenBy, &[&str]); 14] = [
        ("", true, nobody, &["drive"]),
        ("", true, this, &["follow"]),
        ("", true, another, &["watch"]),
        ("", false, nobody, &["start a"]),
        ("a", true, another, &["watch a"]),
        ("a?", true, nobody, &["work a"]),
        ("a?", true, this, &["work a"]),
        ("a?", true, another, &["watch", "later a"]),
        ("a?", false, nobody, &["work a"]),
        ("a+", false, nobody, &["start b"]),
        ("a-", false, nobody, &["start a again: broken"]),
        ("a+ b-", false, nobody, &["start b again: broken"]),
        ("a+ b+", false, nobody, &["complete"]),
        ("a+ b+", true, nobody, &["drive"]),
    ];
    for (done, is_driven, driver, expected) in rows {
        let standing = standing(done, is_driven, driver);
        assert_eq!(steps(&standing), expected, "{done} {is_driven} {driver:?}");
    }
}

#[test]
fn a_run_that_stopped_says_what_takes_it_up() {
    let stopped = |status, pause, done: &str| {
        let standing = standing(done, true, DrivenBy::Nobody);
        steps(&Standing { status, pause, ..standing })
    };
    assert_eq!(stopped(RunStatus::Paused, Some(PauseCause::Person), "a"), ["resume"]);
    assert_eq!(stopped(RunStatus::Paused, Some(PauseCause::Budget), "a"), ["raise the budget"]);
    assert_eq!(stopped(RunStatus::Paused, Some(PauseCause::Reached), "a"), ["go further"]);
    assert_eq!(stopped(RunStatus::Failed, None, "a-"), ["mend a", "take up"]);
    assert_eq!(stopped(RunStatus::Passed, None, "a+ b+"), ["show"]);
    assert_eq!(stopped(RunStatus::Canceled, None, "a-"), ["show"]);
    // It waits, and by now for nothing: whoever drives it finds out.
    assert_eq!(stopped(RunStatus::Waiting, None, "a+"), ["drive"]);
    // It waits, and a failure keeps it from its end: to drive it changes nothing.
    assert_eq!(stopped(RunStatus::Waiting, None, "a-"), ["redo a: broken", "give up"]);
    assert_eq!(stopped(RunStatus::Waiting, None, "a?"), ["work a"]);
}

#[test]
fn files_that_differ_are_applied_before_anything_that_failed_is_tried_again() {
    let failed = |status| {
        let mut standing = standing("a-", true, DrivenBy::Nobody);
        standing.status = status;
        standing.differs = vec!["workflows/w.toml".to_owned()];
        for failed in &mut standing.failed {
            failed.declined = Some(Declined::Refused);
        }
        steps(&standing)
    };
    let amend = "amend workflows/w.toml";
    assert_eq!(failed(RunStatus::Failed), ["mend what a refused", amend, "take up"]);
    assert_eq!(failed(RunStatus::Waiting), [amend, "redo a: broken", "give up"]);
}

#[test]
fn whoever_sits_at_a_run_reports_until_it_is_over() {
    let sitting = |status, done: &str| {
        let mut standing = standing(done, false, DrivenBy::Nobody);
        standing.status = status;
        standing.here.session = Some(1);
        steps(&standing)
    };
    assert_eq!(sitting(RunStatus::Running, "a?"), ["work a", "report"]);
    assert_eq!(sitting(RunStatus::Waiting, "a+ b+"), ["complete the session", "report"]);
    assert_eq!(sitting(RunStatus::Passed, "a+ b+"), ["show"]);
}

/// Whether a step needs the run, so that it is refused while another process holds it.
fn needs_the_run(step: &NextStep<'_>) -> bool {
    match step {
        NextStep::Work(_)
        | NextStep::Approve(_)
        | NextStep::Decide(_)
        | NextStep::Answer(_)
        | NextStep::SeeChild(_)
        | NextStep::Expire(_)
        | NextStep::Drive
        | NextStep::Start { .. }
        | NextStep::Complete
        | NextStep::CompleteSession
        | NextStep::Follow
        | NextStep::GiveUp => true,
        NextStep::Mend { .. }
        | NextStep::Rewrite { .. }
        | NextStep::Amend(_)
        | NextStep::Redo { .. }
        | NextStep::RaiseBudget
        | NextStep::Resume
        | NextStep::GoFurther
        | NextStep::TakeUp
        | NextStep::Watch(_)
        | NextStep::WaitForLock(_)
        | NextStep::ActLater(_)
        | NextStep::Show
        | NextStep::Report => false,
    }
}

#[test]
fn in_every_standing_there_is_a_next_step_and_none_that_would_be_refused() {
    let pauses = [PauseCause::Person, PauseCause::Budget, PauseCause::Reached].map(Some);
    for done in ["", "a", "a+", "a-", "a?", "a+ b", "a+ b?", "a+ b-", "a- b?", "a+ b+"] {
        for status in RunStatus::ALL {
            for (is_driven, driver) in DRIVERS.iter().flat_map(|it| [(true, *it), (false, *it)]) {
                for (pause, session) in pauses.iter().flat_map(|it| [(*it, None), (*it, Some(1))]) {
                    let mut standing = standing(done, is_driven, driver);
                    (standing.status, standing.pause) = (status, pause);
                    standing.here.session = session;
                    let next = standing.next_steps();
                    let told = format!("{done} {status} {is_driven} {driver:?} {session:?}");
                    assert!(!next.is_empty(), "{told}: there is nothing to do");
                    if status.is_final() {
                        assert_eq!(next, [NextStep::Show], "{told}");
                    }
                    if driver == DrivenBy::Another && !status.is_end() {
                        assert!(!next.iter().any(needs_the_run), "{told}: {next:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn only_a_run_that_stopped_says_why() {
    let words = |status| stopped(status, Some("tea"));
    assert_eq!(words(RunStatus::Running), None);
    assert_eq!(words(RunStatus::Waiting), None);
    assert_eq!(words(RunStatus::Paused).unwrap(), "the run was paused: tea");
    assert_eq!(words(RunStatus::Failed).unwrap(), "the run has failed: tea");
    assert_eq!(stopped(RunStatus::Canceled, None).unwrap(), "the run was canceled");
    assert_eq!(stopped(RunStatus::Passed, None).unwrap(), "the run has passed");
}

#[test]
fn spending_is_told_as_far_as_it_is_known_or_bounded() {
    let known = Cost { calls: 2, cost_usd: Some(4.2), tokens: Some(900), ..Cost::default() };
    let half = Cost { cost_unknown: 1, cost_is_estimate: true, ..known };
    let unknown = Cost { calls: 2, cost_unknown: 2, tokens_unknown: 2, ..Cost::default() };
    let usd = Budget::of_usd(Amount::at_most(5.0));
    let minutes = Budget { minutes: Some(Amount::at_most(10.0)), ..Budget::default() };
    let rows: [(Cost, Budget, &[&str]); 7] = [
        (Cost::default(), Budget::default(), &[]),
        (Cost::default(), usd, &["spent 0.00 USD of 5.00 USD"]),
        (known, Budget::default(), &["spent 4.20 USD", "spent 900 tokens"]),
        (known, usd, &["spent 4.20 USD of 5.00 USD (!)", "spent 900 tokens"]),
        (
            half,
            usd,
            &[
                "spent 4.20 USD (estimated) of 5.00 USD, cost unknown for 1 of 2 calls (!)",
                "spent 900 tokens",
            ],
        ),
        (unknown, Budget::default(), &["cost and tokens unknown for 2 of 2 calls"]),
        (
            unknown,
            usd.or(minutes),
            &[
                "cost unknown for 2 of 2 calls (budget 5.00 USD)",
                "tokens unknown for 2 of 2 calls",
                "spent 0.0 minutes of 10.0 minutes",
            ],
        ),
    ];
    for (cost, budget, expected) in rows {
        let lines = spending(&cost, &budget).into_iter();
        let lines = lines.map(|line| line.words + if line.is_near { " (!)" } else { "" });
        assert_eq!(lines.collect::<Vec<_>>(), expected);
    }
}

fn passed(gate: &str, attempt: u32, path: &str) -> [Event; 2] {
    let artifact = Artifact { path: path.to_owned(), sha256: None, exists: false, bytes: None };
    let judged = Judged { artifacts: vec![artifact], ..Judged::default() };
    let start = GateStarted::new(&AttemptId::new(&id(gate), attempt), ExecutorKind::Human);
    [Event::GateStarted(start), Event::GatePassed { gate: id(gate), attempt, judged }]
}

#[test]
fn a_gate_is_superseded_by_the_later_maker_of_its_file_while_it_passes() {
    let workflow = workflow(&["a", "b", "c"].map(|id| gate(id, "")).concat());
    let mut run = run(&workflow, "");
    let made = [passed("a", 1, "x.md"), passed("b", 1, "x.md"), passed("c", 1, "y.md")];
    for event in made.iter().flatten() {
        run.apply(at(), event).unwrap();
    }
    let superseded = |run: &Run| {
        let lines = gates(run).into_iter();
        let told = lines.map(|line| (line.gate.to_string(), line.superseded_by));
        told.filter(|(_, by)| !by.is_empty()).collect::<Vec<_>>()
    };
    assert_eq!(superseded(&run), [("a".to_owned(), vec![id("b")])]);
    let reopened = vec![id("a"), id("b"), id("c")];
    run.apply(
        at(),
        &Event::GatesReopened { gates: reopened, reason: "x.md changed".to_owned(), kept: None },
    )
    .unwrap();
    assert_eq!(superseded(&run), []);
    assert!(gates(&run).iter().all(|line| line.reason.as_deref() == Some("x.md changed")));
}

#[test]
fn a_story_tells_each_turn_behind_the_attempt_that_it_followed() {
    let workflow = workflow(&(gate("a", "") + &gate("b", "")));
    let mut run = run(&workflow, "");
    let (by, reason) = ("Ada".to_owned(), "typo".to_owned());
    let redone =
        Event::GateRedone { gate: id("a"), reopened: vec![id("a")], by: by.clone(), reason };
    let waived = Event::GateWaived { gate: id("b"), by, reason: "tea".to_owned() };
    let answers = [("mood".to_owned(), serde_json::json!("calm"))].into();
    let [first, end] = passed("a", 1, "x.md");
    let answered = Event::GateAnswered { gate: id("a"), answers };
    let events: Vec<Event> = [first, answered, end, redone]
        .into_iter()
        .chain(passed("a", 2, "x.md"))
        .chain([waived])
        .collect();
    for event in &events {
        run.apply(at(), event).unwrap();
    }
    let history: Vec<(Moment, Event)> = events.into_iter().map(|event| (at(), event)).collect();
    let story = story(&run, &history, at());
    let [a, b] = story.gates.as_slice() else { panic!("{story:?}") };
    let turns = a.attempts.iter().map(|it| it.turns.len()).collect::<Vec<_>>();
    assert_eq!((a.turns.len(), turns), (0, vec![1, 0]));
    assert!(matches!(&a.attempts[0].turns[0], Turn::Redone { by, .. } if by == "Ada"));
    let answered = a.attempts.iter().map(|it| it.answers.len()).collect::<Vec<_>>();
    assert_eq!(answered, [1, 0]);
    // A gate without an attempt was turned before its first one.
    assert!(b.attempts.is_empty() && matches!(&b.turns[0], Turn::Waived { .. }));
}
