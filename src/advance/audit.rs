//! Who may audit: another agent than the one whose work it judges, whatever roles they play,
//! and never in that work's session. What is known before the work is looked at before it, and
//! the session, which an agent tells at its end, after it.

use crate::event::Judged;
use crate::event::Worker;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::finding::Validation;
use crate::id::GateId;
use crate::run::AttemptStatus;
use crate::run::GateState;
use crate::run::Producer;
use crate::run::Run;
use crate::work::Barred;
use crate::work::WorkResult;
use crate::workflow::Gate;
use crate::workflow::input::Values;

/// Why an audit cannot begin: in this `session`, where it is known; `acts` says whether an agent does it
/// here, or somebody elsewhere.
pub fn problem(
    run: &Run,
    gate: &Gate,
    (agent, worker): (Option<&str>, &Worker),
    (session, acts): (Option<&str>, bool),
) -> Option<Finding> {
    let audited = gate.audits.as_ref()?;
    let auditor = Producer { agent, definition: worker.definition.as_deref(), session };
    let refuse = |id: &GateId, expected: &str, actual: &str| {
        let message =
            format!("{} audits {id}; the agent that did {id} must not do the audit", gate.id);
        Some(Finding::of("audits", message).expected(expected).actual(actual))
    };
    for (id, producer) in producers(run, audited) {
        let is_same_agent = producer.is_same_agent(&auditor);
        let is_same_session = producer.session.is_some() && producer.session == auditor.session;
        if is_same_session || is_same_agent && !gate.same_program {
            let expected = "a different agent in a different session; with `same_program = true` \
                            in `audits`, the same agent may audit in its own session";
            return refuse(id, expected, &told(&auditor));
        }
        let is_known = producer.session.is_some() && (acts || auditor.session.is_some());
        if is_same_agent && !is_known {
            return refuse(id, "a different session of that agent", "an unknown session");
        }
    }
    None
}

/// Whether an agent of this definition did what a gate audits, so that it may not do the audit.
pub fn is_of_own_work(run: &Run, gate: &Gate, definition: Option<&str>) -> bool {
    let Some(audited) = gate.audits.as_ref().filter(|_| !gate.same_program) else { return false };
    let auditor = Producer { definition, ..Producer::default() };
    producers(run, audited).any(|(_, producer)| producer.is_same_agent(&auditor))
}

/// The refusal that stands: what an auditor refused is not audited again before something of it has
/// changed. Whoever is sent back for it is told again what was found.
pub fn standing_refusal(run: &Run, gate: &Gate, id: &GateId) -> Option<WorkResult> {
    let audited = gate.audits.as_ref()?;
    let auditor = run.gate(id).filter(|state| state.refused_at > 0)?;
    let base = audited.to_string();
    let all: Vec<_> = run.gates.iter().filter(|(id, _)| id.base() == base).collect();
    // Who audits one item looks at the work on that item.
    let is_for_all = !all.iter().any(|(other, _)| other.is_of_item_of(id));
    let mut own = all.iter().filter(|(other, _)| is_for_all || other.is_of_item_of(id));
    if own.any(|(_, state)| has_changed(state, auditor.refused_at)) {
        return None;
    }
    let message = format!("{audited} has not changed since {} refused it", gate.id);
    let unchanged = Finding::of("audits", message)
        .expected(format!("a change to what it refused, or a redo of gate {audited}"));
    let unchanged = Validation {
        check: "audits".to_owned(),
        path: None,
        pass: false,
        severity: Severity::Error,
        is_decision: true,
        findings: vec![unchanged],
    };
    let refusing = auditor.attempts.iter().find(|attempt| attempt.ended == auditor.refused_at);
    let found = refusing.into_iter().flat_map(|attempt| &attempt.validations);
    let decided = found.filter(|it| it.is_decision && !it.pass && it.check != unchanged.check);
    let validations = [unchanged.clone()].into_iter().chain(decided.cloned()).collect();
    Some(WorkResult::of(Judged { validations, ..Judged::default() }, Values::new()))
}

/// Whether a gate has left anything else than what it had left at an event.
fn has_changed(state: &GateState, event: usize) -> bool {
    let last = state.attempt().map_or(0, |last| last.attempt);
    let then = state
        .attempts
        .iter()
        .rfind(|attempt| attempt.status == AttemptStatus::Pass && attempt.ended <= event);
    match then.filter(|then| then.attempt != last && !then.artifacts.is_empty()) {
        Some(then) => then.artifacts != state.artifacts(),
        None => state.made > event,
    }
}

/// What the session of an audit must not be.
pub fn barred(run: &Run, gate: &Gate, (agent, worker): (Option<&str>, &Worker)) -> Barred {
    let Some(audited) = &gate.audits else { return Barred::default() };
    let auditor = Producer { agent, definition: worker.definition.as_deref(), session: None };
    let mut barred = Barred::default();
    for (_, producer) in producers(run, audited) {
        barred.is_same_agent |= producer.is_same_agent(&auditor);
        barred.sessions.extend(producer.session.map(str::to_owned));
    }
    barred
}

/// Who did what is audited: every instance of a fan-out.
fn producers<'r>(
    run: &'r Run,
    audited: &GateId,
) -> impl Iterator<Item = (&'r GateId, Producer<'r>)> {
    let base = audited.to_string();
    let states = run.gates.iter().filter(move |(id, _)| id.base() == base);
    states.map(|(id, state)| (id, state.producer()))
}

fn told(auditor: &Producer<'_>) -> String {
    match (auditor.agent, auditor.definition) {
        (Some(agent), Some(definition)) if agent != definition => {
            format!("{agent}, which is {definition}")
        }
        (Some(agent), _) => agent.to_owned(),
        (None, _) => "the same session".to_owned(),
    }
}

#[cfg(test)]
mod tests;
