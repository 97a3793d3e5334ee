//! Deadlines of persons: what was not done or approved in time has failed.

use super::settle;
use crate::clock::Moment;
use crate::event::WaitsFor;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::next::Deadline;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::run::GateStatus;
use crate::run::Run;
use crate::work::WorkReport;
use crate::work::WorkResult;
use crate::workflow::Workflow;

/// The deadline of a gate, where it waits for a person who was given one.
pub fn of(project: &Project, workflow: &Workflow, run: &Run, gate: &GateId) -> Option<Deadline> {
    Deadline::of(workflow.gate(gate)?, run.gate(gate)?, || project.clock.now())
}

/// Ends the attempt of a gate whose person was waited for long enough; whether it did.
pub fn expire(driver: &mut Driver<'_>, gate: &GateId) -> Result<bool, Error> {
    let deadline = of(driver.project, &driver.workflow, driver.run(), gate);
    let Some(deadline) = deadline.filter(Deadline::is_over) else { return Ok(false) };
    let state = driver.run().gate(gate);
    let waits_for = state.and_then(|state| state.waits_for).unwrap_or(WaitsFor::Person);
    let number = state.and_then(|state| state.attempt()).map_or(1, |attempt| attempt.attempt);
    let result = WorkResult::failed(Finding::of("within", deadline.reason(waits_for)));
    let attempt = AttemptId::new(gate, number);
    settle::settle(driver, &WorkReport { attempt, invocation: None, result })?;
    Ok(true)
}

/// The same of all gates that wait; and when the next deadline is.
pub fn expire_all(driver: &mut Driver<'_>) -> Result<(bool, Option<Moment>), Error> {
    let waiting: Vec<GateId> = driver.run().gates_in(GateStatus::Waiting).cloned().collect();
    let mut has_expired = false;
    let mut next: Option<Moment> = None;
    for gate in &waiting {
        if expire(driver, gate)? {
            has_expired = true;
        } else {
            let deadline = of(driver.project, &driver.workflow, driver.run(), gate);
            next = [next, deadline.map(|deadline| deadline.at)].into_iter().flatten().min();
        }
    }
    Ok((has_expired, next))
}
