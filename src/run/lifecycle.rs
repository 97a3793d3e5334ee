//! The lifecycle of a run, as `RUN.json` lists it, and what its good end takes.

use super::IllegalEvent;
use super::Run;
use super::illegal;
use crate::event::Event;
use crate::event::RunStatus;
use crate::id::GateId;

/// What `RUN.json` lists beside the kind of an event: its gate and its attempt. Most of what is left
/// out stands elsewhere in it.
pub(super) fn listed(event: &Event) -> Option<(Option<&GateId>, Option<u32>)> {
    Some(match event {
        Event::RunStarted(_)
        | Event::RunResumed { .. }
        | Event::RunAmended(_)
        | Event::RunWaiting { .. }
        | Event::RunPaused { .. }
        | Event::RunCompleted { .. }
        | Event::GatesReopened { .. }
        | Event::GatesReused { .. }
        | Event::AgentGiven { .. }
        | Event::HeadSigned(_)
        | Event::SessionStarted(_)
        | Event::SessionEnded { .. }
        | Event::CheckpointSealed(_) => (None, None),
        Event::GateExpanded { gate, .. }
        | Event::GateSkipped { gate, .. }
        | Event::GateGathered { gate, .. }
        | Event::GateWaived { gate, .. }
        | Event::GateJumped { from: gate, .. } => (Some(gate), None),
        Event::GateStarted(started) => (Some(&started.gate), Some(started.attempt)),
        Event::InvocationRecorded(invocation) => (Some(&invocation.gate), Some(invocation.attempt)),
        Event::GateWaiting { gate, attempt, .. }
        | Event::GateApproved { gate, attempt, .. }
        | Event::GatePassed { gate, attempt, .. }
        | Event::GateFailed { gate, attempt, .. }
        | Event::GateInterrupted { gate, attempt, .. }
        | Event::GateRerecorded { gate, attempt, .. } => (Some(gate), Some(*attempt)),
        Event::InvocationStarted { .. }
        | Event::GateAnswered { .. }
        | Event::GateHandedIn { .. }
        | Event::SessionReady { .. }
        | Event::Noted(_)
        | Event::GateEstimated { .. }
        | Event::BudgetSet { .. } => return None,
    })
}

impl Run {
    /// A run passes with every gate of its plan, and not otherwise, whoever says so.
    pub(super) fn refuse_open(&self, event: &Event, status: RunStatus) -> Result<(), IllegalEvent> {
        let mut planned = self.started.gates.iter();
        match planned.find(|plan| !self.status_of(&plan.gate).satisfies()) {
            Some(open) if status == RunStatus::Passed => {
                let (gate, is) = (&open.gate, self.status_of(&open.gate));
                Err(illegal(event, &format!("gate {gate} is {is}, and the run has not passed")))
            }
            Some(_) | None => Ok(()),
        }
    }
}
