//! What waits in the pool: what is to be done for a run, and why nobody does it.

use crate::clock::Moment;
use crate::event::ChildOrder;
use crate::id::RunId;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// What is to be done for a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The run.
    pub run: RunId,
    /// The project's folder where it works; for one that is to begin, where it is begun from.
    pub folder: PathBuf,
    /// What is to be done.
    pub errand: Errand,
    /// Since when it waits.
    pub queued_at: Moment,
    /// Higher ones come first; 0 by default.
    #[serde(default)]
    pub priority: i32,
    /// What a worker must have to take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// How often it was taken up again after its process died.
    #[serde(default)]
    pub restarts: u32,
    /// What it waits for beside a slot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
    /// The right to drive it, where other machines could as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<HeldGrant>,
}

/// The right to drive a run that machines share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldGrant {
    /// Its number.
    pub number: u64,
    /// The worker that has it.
    pub worker: String,
    /// How long it may be silent.
    pub lease_ms: u64,
}

impl Ticket {
    /// What the run is to be, where it is to begin.
    pub fn order(&self) -> Option<&ChildOrder> {
        match &self.errand {
            Errand::Begin { order, .. } => Some(order),
            Errand::Continue | Errand::Resume | Errand::Pause { .. } | Errand::Cancel { .. } => {
                None
            }
        }
    }
}

/// What a run waits for that a worker let go of: whichever comes first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Until {
    /// A moment.
    pub at: Option<Moment>,
    /// A free slot of an agent.
    pub agent: Option<String>,
}

/// A ticket that nobody takes up again by themselves, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// Why.
    pub reason: String,
}

/// What is to be done for a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// Begin it, and drive it.
    Begin {
        /// What it is to be.
        order: Box<ChildOrder>,
        /// The run whose gate asks for it.
        parent: Option<RunId>,
    },
    /// Drive it on from where it stands; one that is over stays so.
    Continue,
    /// Resume it as a person would: gates that failed get new attempts.
    Resume,
    /// Have whoever drives it stop.
    Pause {
        /// Why.
        reason: String,
    },
    /// End it.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl Until {
    /// What is waited for, in words.
    pub fn words(&self) -> String {
        match (&self.agent, self.at) {
            (Some(agent), _) => format!("waits for a slot of agent {agent}"),
            (None, Some(at)) => format!("waits until {at}"),
            (None, None) => "waits".to_owned(),
        }
    }
}

impl Errand {
    /// Whether it stops a run, which another process may drive.
    pub fn is_stop(&self) -> bool {
        match self {
            Self::Pause { .. } | Self::Cancel { .. } => true,
            Self::Begin { .. } | Self::Continue | Self::Resume => false,
        }
    }
}
