//! The lifecycle of a run, as `RUN.json` lists it, and what its good end takes.

use super::IllegalEvent;
use super::Run;
use super::illegal;
use crate::event::Event;
use crate::event::RunStatus;
use crate::id::GateId;

/// The events that `RUN.json` lists, by the names of the record's format.
pub(super) fn lifecycle(event: &Event) -> Option<(&'static str, Option<&GateId>, Option<u32>)> {
    Some(match event {
        Event::RunStarted(_) => ("RUN_STARTED", None, None),
        Event::RunResumed { .. } => ("RUN_RESUMED", None, None),
        Event::RunAmended(_) => ("RUN_AMENDED", None, None),
        Event::RunWaiting { .. } => ("RUN_WAITING", None, None),
        Event::RunPaused { .. } => ("RUN_PAUSED", None, None),
        Event::RunCompleted { .. } => ("RUN_COMPLETED", None, None),
        Event::GateExpanded { gate, .. } => ("GATE_EXPANDED", Some(gate), None),
        Event::GateSkipped { gate, .. } => ("GATE_SKIPPED", Some(gate), None),
        Event::GateGathered { gate, .. } => ("GATE_GATHERED", Some(gate), None),
        Event::GateStarted(started) => ("GATE_STARTED", Some(&started.gate), Some(started.attempt)),
        Event::InvocationRecorded(invocation) => {
            ("INVOCATION_RECORDED", Some(&invocation.gate), Some(invocation.attempt))
        }
        Event::GateWaiting { gate, attempt, .. } => ("GATE_WAITING", Some(gate), Some(*attempt)),
        Event::GateApproved { gate, attempt, .. } => ("GATE_APPROVED", Some(gate), Some(*attempt)),
        Event::GatePassed { gate, attempt, .. } => ("GATE_PASSED", Some(gate), Some(*attempt)),
        Event::GateFailed { gate, attempt, .. } => ("GATE_FAILED", Some(gate), Some(*attempt)),
        Event::GateInterrupted { gate, attempt, .. } => {
            ("GATE_INTERRUPTED", Some(gate), Some(*attempt))
        }
        Event::GateWaived { gate, .. } => ("GATE_WAIVED", Some(gate), None),
        Event::GatesReopened { .. } => ("GATES_REOPENED", None, None),
        Event::GateJumped { from, .. } => ("GATE_JUMPED", Some(from), None),
        Event::GateRerecorded { gate, attempt, .. } => {
            ("GATE_RERECORDED", Some(gate), Some(*attempt))
        }
        Event::AgentGiven { .. } => ("AGENT_GIVEN", None, None),
        Event::HeadSigned(_) => ("HEAD_SIGNED", None, None),
        Event::GatesReused { .. } => ("GATES_REUSED", None, None),
        Event::SessionStarted(_) => ("SESSION_STARTED", None, None),
        Event::SessionEnded { .. } => ("SESSION_ENDED", None, None),
        Event::CheckpointSealed(_) => ("CHECKPOINT_SEALED", None, None),
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
