//! Small workflows, and runs of them that have come so far, for tests of what follows from that.

use super::Run;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::definition::Origin;
use crate::definition::Text;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Judged;
use crate::event::PlannedGate;
use crate::event::WaitsFor;
use crate::executor::ExecutorKind;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::source::Source;
use crate::workflow::Workflow;

/// When all of it happens.
pub(crate) fn at() -> Moment {
    Moment::parse("2026-01-19T14:30:12Z").unwrap()
}

pub(crate) fn id(text: &str) -> GateId {
    GateId::parse(text).unwrap()
}

/// A gate that a person works at, with more keys.
pub(crate) fn gate(id: &str, more: &str) -> String {
    format!("[[gate]]\nid = '{id}'\nexecutor = 'human'\n{more}\n")
}

/// A workflow of these gates.
pub(crate) fn workflow(gates: &str) -> Workflow {
    let text = format!("name = 'w'\nversion = '1'\n{gates}");
    let source = Source::new("w.toml", text);
    let mut definition = Definition::default();
    let path = "workflows/w.toml".to_owned();
    definition.insert(Text { path, origin: Origin::Project, source });
    Workflow::parse("w", &definition).unwrap()
}

/// A run whose gates have begun (`a`), passed (`a+`), failed (`a-`) or wait for a person (`a?`).
pub(crate) fn run(workflow: &Workflow, done: &str) -> Run {
    let mut started = crate::event::testing::started();
    started.gates = workflow.gates.iter().map(PlannedGate::of).collect();
    let mut run = Run::begin(at(), &Event::RunStarted(Box::new(started))).unwrap();
    for word in done.split_whitespace() {
        let gate = id(word.trim_end_matches(['+', '-', '?']));
        let attempts = run.gate(&gate).map_or(0, |state| state.attempts.len());
        let attempt = u32::try_from(attempts).unwrap() + 1;
        run.apply(at(), &begun(&gate, attempt)).unwrap();
        let judged = Judged::default();
        let then = match word.chars().last() {
            Some('+') => Event::GatePassed { gate, attempt, judged },
            Some('-') => Event::GateFailed { gate, attempt, reason: "broken".to_owned(), judged },
            Some('?') => {
                let waits_for = WaitsFor::Person;
                Event::GateWaiting { gate, attempt, waits_for, judged: None }
            }
            _ => continue,
        };
        run.apply(at(), &then).unwrap();
    }
    run
}

/// A gate begins.
pub(crate) fn begun(gate: &GateId, attempt: u32) -> Event {
    Event::GateStarted(GateStarted::new(&AttemptId::new(gate, attempt), ExecutorKind::Human))
}
