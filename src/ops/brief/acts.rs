//! What was done and what did not work, told from the events of a run.

use crate::clock;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::Judged;
use crate::event::Range;
use crate::id::GateId;
use crate::run::Run;
use serde::Serialize;
use std::time::Duration;

/// How many of the last acts are told.
const ACTS: usize = 3;

/// One act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Act {
    /// When it was done.
    pub at: Moment,
    /// What was done.
    pub what: String,
    /// Who did it, if known.
    pub by: Option<String>,
}

/// One thing that did not work.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Setback {
    /// Time of the failure.
    pub at: Moment,
    /// The gate concerned; `None` for the run as a whole.
    pub gate: Option<GateId>,
    /// The attempt of that gate.
    pub attempt: Option<u32>,
    /// What happened, in a word or two.
    pub what: &'static str,
    /// The recorded reason.
    pub reason: String,
    /// Those that still stand are told with their gate.
    pub findings: Vec<String>,
}

/// The last acts, the oldest first. What whoever is told has done to be told is none of them.
pub(super) fn last(run: &Run, history: &[(Moment, Event)]) -> Vec<Act> {
    let before = history.len() - taking_up(history);
    let acts =
        history.iter().take(before).rev().filter_map(|(at, event)| {
            Some(Act { at: *at, what: words(event)?, by: doer(run, event) })
        });
    let mut acts: Vec<Act> = acts.take(ACTS).collect();
    acts.reverse();
    acts
}

/// How many of the last events took the run up, and ended the sitting before; 0 where others came
/// since.
fn taking_up(history: &[(Moment, Event)]) -> usize {
    let tail = || history.iter().rev().map(|(_, event)| event);
    let is_of_it = |event: &&Event| {
        matches!(
            event,
            Event::RunResumed { .. }
                | Event::RunPaused { .. }
                | Event::SessionStarted(_)
                | Event::SessionEnded { .. }
                | Event::GatesReopened { .. }
                | Event::BudgetSet { .. }
        ) || words(event).is_none()
    };
    let is_taken_up =
        |event: &Event| matches!(event, Event::RunResumed { .. } | Event::SessionStarted(_));
    let count = tail().take_while(is_of_it).count();
    if tail().take(count).any(is_taken_up) { count } else { 0 }
}

/// What an event says was done; nothing of what follows by itself.
fn words(event: &Event) -> Option<String> {
    let because = |reason: Option<&String>| reason.map(|r| format!(": {r}")).unwrap_or_default();
    Some(match event {
        Event::RunStarted(started) => format!("run of {} started", started.workflow),
        Event::RunResumed { .. } => "run resumed".to_owned(),
        Event::RunAmended(amended) => {
            let changed: Vec<&str> = amended.changes.iter().map(|it| it.path.as_str()).collect();
            format!("definition amended: {}", changed.join(", "))
        }
        Event::RunPaused { reason, .. } => format!("run paused: {reason}"),
        Event::RunCompleted { status, reason } => {
            format!("run ended {status}{}", because(reason.as_ref()))
        }
        Event::GateSkipped { gate, reason } => format!("gate {gate} skipped: {reason}"),
        Event::GateStarted(started) => {
            format!("gate {} started, attempt {}", started.gate, started.attempt)
        }
        Event::GateAnswered { gate, .. } => format!("gate {gate} answered"),
        Event::GateApproved { gate, .. } => format!("gate {gate} approved"),
        Event::GatePassed { gate, attempt, .. } => format!("gate {gate} passed, attempt {attempt}"),
        Event::GateFailed { gate, attempt, reason, .. } => {
            format!("gate {gate} failed, attempt {attempt}: {reason}")
        }
        Event::GateInterrupted { gate, attempt, reason, .. } => {
            format!("gate {gate} interrupted, attempt {attempt}: {reason}")
        }
        Event::GateWaived { gate, reason, .. } => format!("gate {gate} waived: {reason}"),
        Event::GatesReopened { gates, reason, .. } => {
            format!("{} reopened: {reason}", names(gates))
        }
        Event::GateJumped { from, to, .. } => format!("gate {from} went back to {to}"),
        Event::GateRedone { gate, reason, .. } => format!("gate {gate} redone: {reason}"),
        Event::RunEnding { status, reason, gate: Some(gate) } => {
            format!("gate {gate} ended the run as {status}{}", because(reason.as_ref()))
        }
        Event::RunEnding { status, reason, gate: None } => {
            format!("run is ending as {status}{}", because(reason.as_ref()))
        }
        Event::SessionStarted(started) => format!("session {} started", started.session),
        Event::SessionEnded { session, status, reason, .. } => {
            format!("session {session} {status}{}", because(reason.as_ref()))
        }
        Event::Noted(note) => {
            let gate = note.gate.as_ref().map(|gate| format!(" on {gate}")).unwrap_or_default();
            format!("{}{gate}: {}", note.kind, note.text)
        }
        Event::GateEstimated { gate, estimate_s, .. } => {
            let estimate = clock::in_words(Duration::from_secs(*estimate_s));
            format!("gate {gate} estimated at {estimate}")
        }
        Event::RangeSet(range) => bounds(range),
        Event::BudgetSet { .. } => "budget set".to_owned(),
        Event::AgentGiven { agent, .. } => format!("agent {agent} chosen"),
        Event::RunWaiting { .. }
        | Event::GateExpanded { .. }
        | Event::GateGathered { .. }
        | Event::InvocationStarted { .. }
        | Event::InvocationRecorded(_)
        | Event::GateWaiting { .. }
        | Event::GateHandedIn { .. }
        | Event::GatePolled { .. }
        | Event::GateRerecorded { .. }
        | Event::GatesReused { .. }
        | Event::HeadSigned(_)
        | Event::SessionReady { .. }
        | Event::CheckpointSealed(_) => return None,
    })
}

fn bounds(range: &Range) -> String {
    match (&range.start_from, &range.until) {
        (None, None) => "limits of the run removed".to_owned(),
        (Some(from), None) => format!("run limited: from gate {from}"),
        (None, Some(until)) => format!("run limited: until gate {until}"),
        (Some(from), Some(until)) => format!("run limited: from gate {from} until {until}"),
    }
}

/// Who did it: a person by name, else the agent or the kind of executor.
fn doer(run: &Run, event: &Event) -> Option<String> {
    match event {
        Event::GateApproved { approval, .. } => Some(approval.by.clone()),
        Event::GateWaived { by, .. }
        | Event::GateRedone { by, .. }
        | Event::GateEstimated { by, .. }
        | Event::AgentGiven { by, .. }
        | Event::BudgetSet { by, .. } => Some(by.clone()),
        Event::RunAmended(amended) => Some(amended.by.clone()),
        Event::Noted(note) => Some(note.by.clone()),
        Event::SessionStarted(started) => Some(started.by.clone()),
        Event::SessionEnded { session, .. } => {
            let sat = run.sessions.iter().find(|sat| sat.number == *session);
            sat.map(|sat| sat.by.clone())
        }
        Event::GateStarted(started) => worker(run, &started.gate, started.attempt),
        Event::GatePassed { gate, attempt, .. }
        | Event::GateFailed { gate, attempt, .. }
        | Event::GateInterrupted { gate, attempt, .. } => worker(run, gate, *attempt),
        Event::RunStarted(_)
        | Event::RunResumed { .. }
        | Event::RunWaiting { .. }
        | Event::RangeSet(_)
        | Event::RunPaused { .. }
        | Event::RunCompleted { .. }
        | Event::GateExpanded { .. }
        | Event::GateSkipped { .. }
        | Event::GateGathered { .. }
        | Event::InvocationStarted { .. }
        | Event::InvocationRecorded(_)
        | Event::GateWaiting { .. }
        | Event::GateAnswered { .. }
        | Event::GateHandedIn { .. }
        | Event::GatePolled { .. }
        | Event::GatesReopened { .. }
        | Event::GateJumped { .. }
        | Event::RunEnding { .. }
        | Event::GateRerecorded { .. }
        | Event::GatesReused { .. }
        | Event::HeadSigned(_)
        | Event::SessionReady { .. }
        | Event::CheckpointSealed(_) => None,
    }
}

fn worker(run: &Run, gate: &GateId, number: u32) -> Option<String> {
    let attempts = &run.gate(gate)?.attempts;
    let attempt = attempts.iter().find(|attempt| attempt.attempt == number)?;
    let named = attempt.handed_in_by.last().or(attempt.agent.as_ref());
    Some(named.cloned().unwrap_or_else(|| attempt.executor.to_string()))
}

/// Everything that did not work, the oldest first.
pub(super) fn setbacks(run: &Run, history: &[(Moment, Event)]) -> Vec<Setback> {
    history.iter().filter_map(|(at, event)| setback(run, *at, event)).collect()
}

fn setback(run: &Run, at: Moment, event: &Event) -> Option<Setback> {
    let plain = |what, gate: Option<&GateId>, reason: String| Setback {
        at,
        gate: gate.cloned(),
        attempt: None,
        what,
        reason,
        findings: Vec::new(),
    };
    if let Event::GateFailed { gate, attempt, reason, judged } = event {
        let findings = if stands(run, gate, *attempt) { Vec::new() } else { found(judged) };
        let failed = plain("failed", Some(gate), reason.clone());
        return Some(Setback { attempt: Some(*attempt), findings, ..failed });
    }
    if let Event::GateInterrupted { gate, attempt, reason, findings, .. } = event {
        let findings = findings.iter().map(ToString::to_string).collect();
        let cut = plain("interrupted", Some(gate), reason.clone());
        return Some(Setback { attempt: Some(*attempt), findings, ..cut });
    }
    if let Event::GateJumped { from, to, .. } = event {
        return Some(plain("went back", Some(from), format!("to gate {to}")));
    }
    if let Event::GateRedone { gate, reason, .. } = event {
        return Some(plain("redone", Some(gate), reason.clone()));
    }
    if let Event::GatesReopened { gates, reason, .. } = event {
        return Some(plain("reopened", None, format!("{}: {reason}", names(gates))));
    }
    None
}

/// Whether the findings of this attempt are those that the gate still has to mend.
fn stands(run: &Run, gate: &GateId, number: u32) -> bool {
    let Some(state) = run.gate(gate) else { return false };
    let failed = state.attempts.iter().rev().find(|attempt| attempt.failure_reason.is_some());
    !state.feedback.is_empty() && failed.is_some_and(|attempt| attempt.attempt == number)
}

fn found(judged: &Judged) -> Vec<String> {
    judged.all_findings().map(ToString::to_string).collect()
}

fn names(gates: &[GateId]) -> String {
    gates.iter().map(GateId::as_str).collect::<Vec<_>>().join(", ")
}
