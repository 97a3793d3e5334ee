//! What is written of attempts that were cut off: of those that a driver was killed over, and of those
//! that are ended with it.

use super::Driver;
use crate::event::Event;
use crate::event::WaitsFor;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::run::GateStatus;
use crate::workflow::OnInterrupt;

/// What is written of an attempt that nobody is at any more.
pub fn cut_off(driver: &Driver<'_>, id: &GateId, reason: &str) -> Vec<Event> {
    let state = driver.run().gate(id).filter(|state| state.status == GateStatus::Running);
    let Some(attempt) = state.and_then(|state| state.attempt()) else { return Vec::new() };
    let (gate, attempt, reason) = (id.clone(), attempt.attempt, reason.to_owned());
    let logs = driver.project.attempt_logs(driver.id(), &AttemptId::new(&gate, attempt));
    for name in logs.names().unwrap_or_default() {
        // Whoever was at it was killed before they could do this.
        let _ = driver.secrets.redact_file(&logs.join(name));
    }
    let mut events = vec![Event::GateInterrupted {
        gate: gate.clone(),
        attempt,
        reason,
        findings: Vec::new(),
        retry_at: None,
        fallback: None,
    }];
    let plan = driver.workflow.gate(id);
    if plan.is_some_and(|gate| gate.on_interrupt == OnInterrupt::Ask) {
        let waits_for = WaitsFor::Decision;
        events.push(Event::GateWaiting { gate, attempt, waits_for, judged: None });
    }
    events
}

/// The same of every attempt that the journal says is at work.
pub fn all_cut_off(driver: &Driver<'_>) -> Vec<Event> {
    let at_work = driver.run().gates_in(GateStatus::Running);
    at_work.flat_map(|gate| cut_off(driver, gate, "orch ended while it was running")).collect()
}
