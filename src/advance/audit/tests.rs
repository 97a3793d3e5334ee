//! Who may audit whose work, and when a refusal still stands.

use super::*;
use crate::digest::Digest;
use crate::event::Artifact;
use crate::event::Event;
use crate::event::GateStarted;
use crate::executor::ExecutorKind;
use crate::id::AttemptId;
use crate::run::testing::at;
use crate::run::testing::gate;
use crate::run::testing::id;
use crate::run::testing::run;
use crate::run::testing::workflow;
use crate::workflow::Workflow;

fn audited(audits: &str) -> Workflow {
    workflow(&(gate("make", "") + &gate("look", &format!("audits = {audits}"))))
}

fn worker(definition: &str) -> Worker {
    Worker { definition: Some(definition.to_owned()), ..Worker::default() }
}

/// The work of a gate by this agent, which has left these bytes.
fn make(run: &mut Run, attempt: u32, agent: &str, bytes: &str) {
    let mut started = GateStarted::new(&AttemptId::new(&id("make"), attempt), ExecutorKind::Agent);
    (started.agent, started.worker) = (Some(agent.to_owned()), worker("claude"));
    started.session = Some("s1".to_owned());
    let sha256 = Some(Digest::of(bytes));
    let artifact = Artifact { path: "a.md".to_owned(), sha256, exists: true, bytes: None };
    let judged = Judged { artifacts: vec![artifact], ..Judged::default() };
    run.apply(at(), &Event::GateStarted(started)).unwrap();
    run.apply(at(), &Event::GatePassed { gate: id("make"), attempt, judged }).unwrap();
}

#[test]
fn whoever_did_a_work_does_not_audit_it_under_any_name() {
    let other_agent = "a different agent in a different session; with `same_program = true` in \
                       `audits`, the same agent may audit in its own session";
    let other_session = "a different session of that agent";
    // The auditor's name, definition, session, whether orch calls it; and what is asked for instead.
    let rows = [
        ("'make'", "critic", "codex", None, true, None),
        ("'make'", "poet", "codex", None, true, Some(other_agent)),
        ("'make'", "poet", "claude", Some("s2"), true, Some(other_agent)),
        // Another role of the same agent.
        ("'make'", "critic", "claude", Some("s2"), true, Some(other_agent)),
        ("'make'", "critic", "codex", Some("s1"), true, Some(other_agent)),
        ("'make'", "critic", "codex", Some("s2"), true, None),
        ("{ gate = 'make', same_program = true }", "poet", "claude", None, true, None),
        ("{ gate = 'make', same_program = true }", "poet", "claude", Some("s2"), false, None),
        (
            "{ gate = 'make', same_program = true }",
            "poet",
            "claude",
            Some("s1"),
            true,
            Some(other_agent),
        ),
        // Somebody elsewhere does not say which session it is.
        (
            "{ gate = 'make', same_program = true }",
            "poet",
            "claude",
            None,
            false,
            Some(other_session),
        ),
    ];
    for (audits, agent, definition, session, acts, expected) in rows {
        let workflow = audited(audits);
        let mut run = run(&workflow, "");
        make(&mut run, 1, "poet", "one");
        let gate = workflow.gate(&id("look")).unwrap();
        let who = (Some(agent), &worker(definition));
        let problem = problem(&run, gate, who, (session, acts));
        let told = problem.as_ref().and_then(|finding| finding.expected.as_deref());
        assert_eq!(told, expected, "{audits} {agent} {definition} {session:?} {acts}");
        let is_own = definition == "claude" && !gate.same_program;
        assert_eq!(is_of_own_work(&run, gate, Some(definition)), is_own);
        let barred = barred(&run, gate, who);
        let is_same_agent = agent == "poet" || definition == "claude";
        assert_eq!((barred.is_same_agent, barred.sessions.len()), (is_same_agent, 1));
    }
}

#[test]
fn a_refusal_stands_until_what_it_refused_is_another() {
    let workflow = audited("'make'");
    let (look, gate) = (id("look"), workflow.gate(&id("look")).unwrap());
    let mut run = run(&workflow, "");
    make(&mut run, 1, "poet", "one");
    assert!(standing_refusal(&run, gate, &look).is_none());
    let said = Validation {
        check: "field".to_owned(),
        path: None,
        pass: false,
        severity: Severity::Error,
        is_decision: true,
        findings: vec![Finding::of("field", "too short")],
    };
    let judged = Judged { validations: vec![said], ..Judged::default() };
    let started = GateStarted::new(&AttemptId::new(&look, 1), ExecutorKind::Agent);
    run.apply(at(), &Event::GateStarted(started)).unwrap();
    let refused =
        Event::GateFailed { gate: look.clone(), attempt: 1, reason: "no".to_owned(), judged };
    run.apply(at(), &refused).unwrap();
    let told = |run: &Run| match standing_refusal(run, gate, &look) {
        Some(WorkResult::Failed { judged, .. }) => Some(judged.validations.len()),
        None => None,
        Some(other) => panic!("{other:?}"),
    };
    // That nothing has changed, and what was found then.
    assert_eq!(told(&run), Some(2));
    make(&mut run, 2, "poet", "one");
    assert_eq!(told(&run), Some(2));
    make(&mut run, 3, "poet", "two");
    assert_eq!(told(&run), None);
}
