//! Which events end something: an attempt, or all that can be done without a person.

use super::Event;
use crate::id::AttemptId;

impl Event {
    /// The attempt that this event ends.
    pub fn ended_attempt(&self) -> Option<AttemptId> {
        if let Self::GatePassed { gate, attempt, .. }
        | Self::GateFailed { gate, attempt, .. }
        | Self::GateInterrupted { gate, attempt, .. }
        | Self::GateEscalated { gate, attempt, .. } = self
        {
            return Some(AttemptId::new(gate, *attempt));
        }
        None
    }

    /// Whether nothing follows until a person acts, or at all.
    pub fn is_stop(&self) -> bool {
        matches!(
            self,
            Self::RunWaiting { .. }
                | Self::RunPaused { .. }
                | Self::RunCompleted { .. }
                | Self::HeadSigned(_)
                | Self::CheckpointSealed(_)
        )
    }
}
