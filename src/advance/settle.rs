//! What becomes of an attempt when it ends: its events, its commit, and what is said.

use super::agent_slots;
use super::attempt::next_attempt;
use super::baselines;
use super::child_order;
use super::outage;
use super::rewriting;
use super::route;
use crate::check::Since;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Judged;
use crate::event::WaitsFor;
use crate::executor::Cut;
use crate::executor::ExecutorKind;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
use crate::project::versions;
use crate::run::Attempt;
use crate::run::Run;
use crate::work::WorkReport;
use crate::work::WorkResult;
use crate::workflow::Approval;
use crate::workflow::OnInterrupt;

/// Writes what became of an attempt, and commits it where it is over.
pub fn settle(driver: &mut Driver<'_>, report: &WorkReport) -> Result<(), Error> {
    let AttemptId { gate, number: attempt } = report.attempt.clone();
    let by_agent =
        driver.workflow.gate(&gate).is_some_and(|gate| gate.work.executor() == ExecutorKind::Agent);
    driver.take_letters()?;
    let intrusions = [found_before(driver, &gate), driver.intrusions(by_agent)?].concat();
    let result = with_versions(driver, report);
    let mut events: Vec<Event> = Vec::new();
    events.extend(report.invocation.clone().map(|mut call| {
        call.warnings = driver.meter.warnings(&call);
        Event::InvocationRecorded(Box::new(call))
    }));
    match &result {
        WorkResult::Passed { judged, answers } => {
            if !answers.is_empty() {
                events.push(Event::GateAnswered { gate: gate.clone(), answers: answers.clone() });
            }
            let judged = with_findings(judged, &intrusions);
            events.push(passed_or_waiting(driver, &report.attempt, judged)?);
        }
        WorkResult::Failed { reason, judged } => events.push(Event::GateFailed {
            gate: gate.clone(),
            attempt,
            reason: reason.clone(),
            judged: with_findings(judged, &intrusions),
        }),
        WorkResult::Interrupted { cut, reason, findings } => {
            let findings = [findings.clone(), intrusions].concat();
            events.extend(interrupted(driver, &report.attempt, (*cut, reason), findings)?);
        }
        WorkResult::Escalated { question } => {
            let (gate, question) = (gate.clone(), question.clone());
            events.push(Event::GateEscalated { gate, attempt, question });
        }
        WorkResult::NotYet => {
            events.push(Event::GatePolled { gate: gate.clone(), attempt });
        }
        WorkResult::Waiting(waits_for) => {
            let (gate, waits_for) = (gate.clone(), *waits_for);
            let found = Judged { findings: intrusions, ..Judged::default() };
            let judged = (!found.findings.is_empty()).then_some(found);
            events.push(Event::GateWaiting { gate, attempt, waits_for, judged });
        }
    }
    match &result {
        WorkResult::Waiting(WaitsFor::ChildRun) => {
            driver.append(&events)?;
            child_order::put_ordered(driver, &gate)?;
        }
        WorkResult::Waiting(_) if report.invocation.is_none() => driver.append_lazily(&events)?,
        WorkResult::Passed { .. }
        | WorkResult::Failed { .. }
        | WorkResult::Interrupted { .. }
        | WorkResult::Escalated { .. }
        | WorkResult::NotYet
        | WorkResult::Waiting(_) => driver.append(&events)?,
    }
    keep_versions(driver, &result);
    let is_over = events.iter().any(|event| event.ended_attempt().is_some());
    if is_over {
        driver.commit_attempt(&gate)?;
    }
    Ok(())
}

/// Keeps the files as they were judged: the next attempt writes over them.
fn keep_versions(driver: &Driver<'_>, result: &WorkResult) {
    match result {
        WorkResult::Passed { judged, .. } | WorkResult::Failed { judged, .. } => {
            versions::keep_all(driver, &judged.artifacts);
        }
        WorkResult::Interrupted { .. }
        | WorkResult::Escalated { .. }
        | WorkResult::NotYet
        | WorkResult::Waiting(_) => {}
    }
}

/// What follows an attempt that was cut short: another try, another agent, or a question.
fn interrupted(
    driver: &Driver<'_>,
    attempt: &AttemptId,
    (cut, reason): (Cut, &str),
    findings: Vec<Finding>,
) -> Result<Vec<Event>, Error> {
    let (next, mut reason) = outage::after(driver, attempt, cut, reason);
    let AttemptId { gate, number } = attempt.clone();
    let planned = driver.workflow.gate(&gate);
    let redone = planned.filter(|gate| gate.on_interrupt == OnInterrupt::Rerun);
    let (retry_at, fallback) = match next {
        outage::Next::Retry(at) => (Some(at), None),
        outage::Next::GiveUp => {
            (None, redone.and_then(|planned| route::after(driver, planned, &gate, &reason)))
        }
        outage::Next::Again => (None, None),
    };
    let asked = match &fallback {
        Some(taking_over) => {
            reason = format!("{reason}; agent {} takes over", taking_over.agent);
            None
        }
        None => ask_after_interruption(driver, attempt, next),
    };
    if let (Some(at), Cut::Transient { .. }) = (retry_at, cut) {
        agent_slots::rest(driver, attempt, at)?;
    }
    let fallback = fallback.map(Box::new);
    let cut =
        Event::GateInterrupted { gate, attempt: number, reason, findings, retry_at, fallback };
    Ok(std::iter::once(cut).chain(asked).collect())
}

/// What came of an attempt, with the files that it made new versions of; one that changed files of
/// earlier gates without saying so has failed.
fn with_versions(driver: &Driver<'_>, report: &WorkReport) -> WorkResult {
    let acted = report.invocation.is_some();
    match report.result.clone() {
        WorkResult::Passed { mut judged, answers } => {
            rewriting::note(driver, &report.attempt, acted, &mut judged);
            WorkResult::of(judged, answers)
        }
        WorkResult::Failed { reason, mut judged } => {
            rewriting::note(driver, &report.attempt, acted, &mut judged);
            WorkResult::Failed { reason, judged }
        }
        other @ (WorkResult::Interrupted { .. }
        | WorkResult::Escalated { .. }
        | WorkResult::Waiting(_)
        | WorkResult::NotYet) => other,
    }
}

/// What the runner found of an attempt that is still open, when it began to wait: it stays found.
fn found_before(driver: &Driver<'_>, gate: &GateId) -> Vec<Finding> {
    let attempt = driver.run().gate(gate).and_then(|state| state.attempt());
    attempt.filter(|attempt| attempt.finished_at.is_none()).map(told_only).unwrap_or_default()
}

/// What the runner found of an attempt beside its verdict.
pub fn told_only(attempt: &Attempt) -> Vec<Finding> {
    let findings = attempt.findings.iter();
    findings.filter(|finding| finding.severity != Severity::Error).cloned().collect()
}

fn with_findings(judged: &Judged, findings: &[Finding]) -> Judged {
    let mut judged = judged.clone();
    judged.findings.extend_from_slice(findings);
    judged
}

/// After a passing contract comes the approval, where the gate asks for one.
pub fn passed_or_waiting(
    driver: &Driver<'_>,
    attempt: &AttemptId,
    judged: Judged,
) -> Result<Event, Error> {
    let AttemptId { gate, number } = attempt;
    let needs_approval =
        driver.workflow.gate(gate).is_some_and(|gate| gate.approval != Approval::None);
    if needs_approval {
        let (gate, attempt, waits_for) = (gate.clone(), *number, WaitsFor::Approval);
        return Ok(Event::GateWaiting { gate, attempt, waits_for, judged: Some(judged) });
    }
    passed(driver, attempt, judged)
}

/// The pass of a gate, with what later gates compare with.
pub fn passed(
    driver: &Driver<'_>,
    attempt: &AttemptId,
    mut judged: Judged,
) -> Result<Event, Error> {
    let run = driver.run();
    let AttemptId { gate, number } = attempt;
    let moment = Since::Gate(gate.to_string());
    judged.baselines = baselines::record(
        driver.project,
        &driver.workflow,
        Some(run),
        &run.started.inputs,
        &moment,
    )
    .map_err(Error::environment)?;
    Ok(Event::GatePassed { gate: gate.clone(), attempt: *number, judged })
}

/// What an attempt's outputs were judged to be, where that was before this process.
pub fn judged_of(run: &Run, gate: &GateId) -> Judged {
    let attempt = run.gate(gate).and_then(|state| state.attempt());
    attempt.map_or_else(Judged::default, |attempt| Judged {
        artifacts: attempt.artifacts.clone(),
        validations: attempt.validations.clone(),
        findings: attempt.findings.clone(),
        ..Judged::default()
    })
}

/// A gate that cannot begin: an attempt that failed before any work.
pub fn refuse(driver: &mut Driver<'_>, id: &GateId, result: WorkResult) -> Result<(), Error> {
    let attempt = AttemptId::new(id, next_attempt(driver.run(), id));
    let executor =
        driver.workflow.gate(id).map_or(ExecutorKind::Human, |gate| gate.work.executor());
    driver.append(&[Event::GateStarted(GateStarted::new(&attempt, executor))])?;
    settle(driver, &WorkReport { attempt, invocation: None, result })
}

/// A command is not run twice unasked; an agent is, but not for ever.
fn ask_after_interruption(
    driver: &Driver<'_>,
    attempt: &AttemptId,
    next: outage::Next,
) -> Option<Event> {
    let AttemptId { gate: id, number } = attempt;
    let gate = driver.workflow.gate(id)?;
    let interruptions = driver.run().gate(id).map_or(0, |state| state.interruptions);
    let is_enough = match next {
        outage::Next::Retry(_) => false,
        outage::Next::GiveUp => true,
        outage::Next::Again => interruptions + 1 >= super::INTERRUPTIONS_MAX,
    };
    let asks = gate.on_interrupt == OnInterrupt::Ask || is_enough;
    let (gate, attempt, waits_for) = (id.clone(), *number, WaitsFor::Decision);
    asks.then_some(Event::GateWaiting { gate, attempt, waits_for, judged: None })
}
