//! Jumps: a gate that failed opens an earlier one again, with all that follows from it.

use crate::event::Event;
use crate::id::GateId;
use crate::run::GateStatus;
use crate::site::Driver;

/// The jump back: its goal and all that follows from it are open again.
pub fn jump(driver: &Driver<'_>, from: &GateId, to: &GateId) -> Event {
    let run = driver.run();
    let findings = run.gate(from).map(|state| state.feedback.clone()).unwrap_or_default();
    let mut bases = vec![to.clone()];
    bases.extend(driver.workflow.followers(to));
    let reopened = with_instances(driver, &bases);
    Event::GateJumped { from: from.clone(), to: to.clone(), reopened, findings }
}

/// The gates of these ids that something has happened to, and their instances.
pub fn with_instances(driver: &Driver<'_>, bases: &[GateId]) -> Vec<GateId> {
    let gates = driver.run().gates.iter();
    gates
        .filter(|(id, state)| {
            state.status != GateStatus::NotStarted
                && bases.iter().any(|base| base.as_str() == id.base())
        })
        .map(|(id, _)| id.clone())
        .collect()
}
