//! A gate that could begin, and waits for its agent: it has as many processes as it may have, or rests
//! because its provider asked for a pause.

use crate::clock::Moment;
use crate::id::GateId;

/// What such a gate waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentWait {
    /// The gate that waits.
    pub gate: GateId,
    /// Its agent.
    pub agent: String,
    /// Why it cannot begin.
    pub reason: WaitReason,
}

/// Why an agent cannot begin.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitReason {
    /// As many of its processes are at work as there may be.
    Slots {
        /// That many.
        slots: usize,
    },
    /// Its provider asked for a pause, or failed.
    Rests {
        /// Until then.
        until: Moment,
    },
}

impl AgentWait {
    /// What it waits for, in words.
    pub fn words(&self) -> String {
        let Self { agent, reason, .. } = self;
        match reason {
            WaitReason::Slots { slots } => {
                format!("waits for agent {agent}: {slots} of {slots} are at work")
            }
            WaitReason::Rests { until } => {
                format!("waits for agent {agent}, which is not started before {until}")
            }
        }
    }
}
