//! Polls: a command that is asked until it is there, and given up at its deadline.

use super::settle;
use crate::clock;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
use crate::work::WorkReport;
use crate::work::WorkResult;

/// Ends the attempt of a command that was asked as long as its gate allows.
pub fn give_up(driver: &mut Driver<'_>, gate: &GateId) -> Result<(), Error> {
    let state = driver.run().gate(gate);
    let number = state.and_then(|state| state.attempt()).map_or(1, |attempt| attempt.attempt);
    let calls = state.and_then(|state| state.attempt()).map_or(0, |it| it.invocation_ids.len());
    let poll = driver.workflow.gate(gate).and_then(|gate| gate.poll);
    let deadline = poll.map(|poll| clock::in_words(poll.deadline)).unwrap_or_default();
    let message = format!("not ready within {deadline} (polled {calls} times)");
    let result = WorkResult::failed(Finding::of("poll", message));
    let attempt = AttemptId::new(gate, number);
    settle::settle(driver, &WorkReport { attempt, invocation: None, result })
}
