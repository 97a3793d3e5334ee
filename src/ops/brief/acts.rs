//! What was done and what did not work, told from the events of a run.

use crate::clock;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::Range;
use crate::finding::Finding;
use crate::id::AttemptId;
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
    /// The attempt of that gate; the last of several that failed alike.
    pub attempt: Option<u32>,
    /// All attempts that failed alike, in order.
    pub attempts: Vec<u32>,
    /// What happened, in a word or two.
    pub what: &'static str,
    /// The recorded reason; `None` if it is listed with its gate.
    pub reason: Option<String>,
    /// The findings; none if they are listed with their gate.
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
        // Why is told with the gate, or with what did not work.
        Event::GateFailed { gate, attempt, .. } => format!("gate {gate} failed, attempt {attempt}"),
        Event::GateInterrupted { gate, attempt, .. } => {
            format!("gate {gate} interrupted, attempt {attempt}")
        }
        Event::GateEscalated { .. } | Event::GateReplied { .. } | Event::ChildEnded { .. } => {
            of_others(event)?
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
        | Event::DecisionSigned(_)
        | Event::HeadSigned(_)
        | Event::SessionReady { .. }
        | Event::CheckpointSealed(_) => return None,
    })
}

/// What came of work that somebody else was asked about, or did.
fn of_others(event: &Event) -> Option<String> {
    if let Event::GateEscalated { gate, question, .. } = event {
        return Some(format!("gate {gate} asked: {}", question.in_words()));
    }
    if let Event::GateReplied { gate, reply, .. } = event {
        return Some(format!("gate {gate} was answered: {}", reply.text));
    }
    let Event::ChildEnded { gate, child, .. } = event else { return None };
    Some(format!("child run of gate {gate} ended {}", child.status))
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
        Event::GateReplied { reply, .. } => Some(reply.by.clone()),
        Event::RunAmended(amended) => Some(amended.by.clone()),
        Event::Noted(note) => Some(note.by.clone()),
        Event::SessionStarted(started) => Some(started.by.clone()),
        Event::SessionEnded { session, .. } => {
            let sat = run.sessions.iter().find(|sat| sat.number == *session);
            sat.map(|sat| sat.by.clone())
        }
        Event::GateStarted(started) => worker(run, &AttemptId::new(&started.gate, started.attempt)),
        Event::GatePassed { gate, attempt, .. }
        | Event::GateFailed { gate, attempt, .. }
        | Event::GateInterrupted { gate, attempt, .. }
        | Event::GateEscalated { gate, attempt, .. } => {
            worker(run, &AttemptId::new(gate, *attempt))
        }
        Event::RunStarted(_)
        | Event::RunResumed { .. }
        | Event::RunWaiting { .. }
        | Event::RangeSet(_)
        | Event::RunPaused { .. }
        | Event::RunCompleted { .. }
        | Event::GateExpanded { .. }
        | Event::ChildEnded { .. }
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
        | Event::DecisionSigned(_)
        | Event::HeadSigned(_)
        | Event::SessionReady { .. }
        | Event::CheckpointSealed(_) => None,
    }
}

fn worker(run: &Run, of: &AttemptId) -> Option<String> {
    let attempts = &run.gate(&of.gate)?.attempts;
    let attempt = attempts.iter().find(|attempt| attempt.attempt == of.number)?;
    let named = attempt.handed_in_by.last().or(attempt.agent.as_ref());
    Some(named.cloned().unwrap_or_else(|| attempt.executor.to_string()))
}

/// Everything that did not work, the oldest first; attempts of a gate that failed alike are one.
pub(super) fn setbacks(run: &Run, history: &[(Moment, Event)]) -> Vec<Setback> {
    let mut all: Vec<Setback> = Vec::new();
    for mut setback in history.iter().filter_map(|(at, event)| setback(*at, event)) {
        let before = all.iter().rposition(|before| before.gate == setback.gate);
        if let Some(before) =
            before.filter(|at| all.get(*at).is_some_and(|it| it.is_like(&setback)))
        {
            setback.attempts.splice(0..0, all.remove(before).attempts);
        }
        all.push(setback);
    }
    for setback in &mut all {
        let attempt = setback.gate.as_ref().zip(setback.attempt);
        let attempt = attempt.map(|(gate, number)| AttemptId::new(gate, number));
        if attempt.is_some_and(|attempt| is_listed(run, &attempt)) {
            setback.reason = None;
            setback.findings = Vec::new();
        }
    }
    all
}

impl Setback {
    /// Whether two attempts came to the same.
    fn is_like(&self, other: &Self) -> bool {
        let told = |it: &Self| (it.what, it.reason.clone(), it.findings.clone());
        self.attempt.is_some() && other.attempt.is_some() && told(self) == told(other)
    }

    fn of<'f>(self, attempt: u32, findings: impl Iterator<Item = &'f Finding>) -> Self {
        let findings = findings.map(ToString::to_string).collect();
        Self { attempt: Some(attempt), attempts: vec![attempt], findings, ..self }
    }
}

fn setback(at: Moment, event: &Event) -> Option<Setback> {
    let plain = |what, gate: Option<&GateId>, reason: String| Setback {
        at,
        gate: gate.cloned(),
        attempt: None,
        attempts: Vec::new(),
        what,
        reason: Some(reason),
        findings: Vec::new(),
    };
    if let Event::GateFailed { gate, attempt, reason, judged } = event {
        let failed = plain("failed", Some(gate), reason.clone());
        return Some(failed.of(*attempt, judged.all_findings()));
    }
    if let Event::GateInterrupted { gate, attempt, reason, findings, .. } = event {
        let cut = plain("interrupted", Some(gate), reason.clone());
        return Some(cut.of(*attempt, findings.iter()));
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

/// Whether what this attempt failed by is what the brief lists with the gate: what the next attempt
/// has to fix, or else what the last one came to.
fn is_listed(run: &Run, of: &AttemptId) -> bool {
    let Some(state) = run.gate(&of.gate) else { return false };
    let mut attempts = state.attempts.iter().rev();
    let listed = if state.feedback.is_empty() {
        attempts.next()
    } else {
        attempts.find(|attempt| attempt.failure_reason.is_some())
    };
    listed.is_some_and(|attempt| attempt.attempt == of.number)
}

fn names(gates: &[GateId]) -> String {
    gates.iter().map(GateId::as_str).collect::<Vec<_>>().join(", ")
}
