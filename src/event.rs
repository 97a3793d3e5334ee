//! Events: the facts of a run, in the order in which they became true. Intent is
//! written before an act, the result after it; everything else is derived.

mod approved;
mod amended;
mod attempt;
mod checkpoint;
mod invocation;
mod judged;
mod note;
mod pause;
mod range;
mod run_started;
mod run_status;
mod session;
mod texts;

pub use amended::Amended;
pub use amended::Change;
pub use approved::APPROVAL_NAMESPACE;
pub use approved::Approved;
pub use approved::HEAD_NAMESPACE;
pub use approved::Signed;
pub use approved::SignedHead;
pub use attempt::GateStarted;
pub use attempt::Recipe;
pub use attempt::Reused;
pub use checkpoint::Checkpoint;
pub use checkpoint::Snapshot;
pub use invocation::Invocation;
pub use invocation::InvocationStatus;
pub use invocation::Worker;
pub use judged::Artifact;
pub use judged::Judged;
pub use judged::digests_of;
pub use note::Author;
pub use note::Note;
pub use note::NoteKind;
pub use pause::PauseCause;
pub use range::Range;
pub use run_started::GitFacts;
pub use run_started::PlannedGate;
pub use run_started::RunStarted;
pub use run_status::RunStatus;
pub use session::SessionStarted;
pub use session::SessionStatus;

use crate::budget::Budget;
use crate::clock::Moment;
use crate::definition::Frozen;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::fmt;

/// One fact. The names are those of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(EventKind),
    derive(Serialize, strum::EnumIter),
    doc = "What kind of fact an event is."
)]
#[strum_discriminants(serde(rename_all = "SCREAMING_SNAKE_CASE"))]
#[serde(tag = "type", content = "data", rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Event {
    RunStarted(Box<RunStarted>),
    /// The run is driven again; gates that had failed get a new attempt.
    RunResumed {
        retried: Vec<GateId>,
    },
    /// A person applied a corrected definition.
    RunAmended(Box<Amended>),
    RunWaiting {
        gates: Vec<GateId>,
    },
    /// Which of its gates the run does from here on.
    RangeSet(Range),
    RunPaused {
        reason: String,
        #[serde(default)]
        cause: PauseCause,
    },
    RunCompleted {
        status: RunStatus,
        reason: Option<String>,
    },
    GateExpanded {
        gate: GateId,
        items: Vec<Item>,
    },
    GateSkipped {
        gate: GateId,
        reason: String,
    },
    /// All instances of a fan-out are done.
    GateGathered {
        gate: GateId,
        passed: bool,
    },
    GateStarted(GateStarted),
    InvocationStarted {
        invocation_id: InvocationId,
        gate: GateId,
        attempt: u32,
        /// What is reserved for it in the budgets until it is recorded.
        #[serde(default, skip_serializing_if = "Budget::is_open")]
        reserved: Budget,
    },
    InvocationRecorded(Box<Invocation>),
    GateWaiting {
        gate: GateId,
        attempt: u32,
        waits_for: WaitsFor,
        judged: Option<Judged>,
    },
    /// A command said "not yet"; its attempt continues when it is polled again.
    GatePolled {
        gate: GateId,
        attempt: u32,
    },
    GateAnswered {
        gate: GateId,
        answers: Values,
    },
    GateApproved {
        gate: GateId,
        attempt: u32,
        approval: Approved,
    },
    /// Someone finished work that they did themselves; a later approval depends on who it was.
    GateHandedIn {
        gate: GateId,
        attempt: u32,
        by: String,
    },
    GatePassed {
        gate: GateId,
        attempt: u32,
        judged: Judged,
    },
    GateFailed {
        gate: GateId,
        attempt: u32,
        reason: String,
        judged: Judged,
    },
    GateInterrupted {
        gate: GateId,
        attempt: u32,
        reason: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
        /// When it is tried again after a failure of the surroundings that may pass.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Moment>,
    },
    GateWaived {
        gate: GateId,
        by: String,
        reason: String,
    },
    /// Gates that were done and are opened again, and why.
    GatesReopened {
        gates: Vec<GateId>,
        reason: String,
        /// The gate among them whose work stands as it lies there: it is judged and approved anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<GateId>,
    },
    GateJumped {
        from: GateId,
        to: GateId,
        reopened: Vec<GateId>,
        /// Of all gates that had failed and are open again.
        findings: Vec<Finding>,
        /// Other gates that asked for the same jump.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<GateId>,
        /// Gates whose own jumps are counted from here on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        anew: Vec<GateId>,
    },
    /// A person opened a gate again, and everything that depends on it.
    GateRedone {
        gate: GateId,
        reopened: Vec<GateId>,
        by: String,
        reason: String,
    },
    /// The run ends early: only gates that run at every end still start.
    RunEnding {
        status: RunStatus,
        reason: Option<String>,
        /// The gate that ends it; a person, if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gate: Option<GateId>,
    },
    /// Artifacts that changed after their gate passed and still fulfil its contract.
    GateRerecorded {
        gate: GateId,
        attempt: u32,
        judged: Judged,
    },
    GatesReused {
        gates: Vec<Reused>,
    },
    /// Somebody chose who plays the roles that have no agent of their own, after the run began; what
    /// that agent is, where the run does not know it yet.
    AgentGiven {
        agent: String,
        by: String,
        texts: Vec<Frozen>,
    },
    /// The chain before this line was signed.
    HeadSigned(SignedHead),
    SessionStarted(SessionStarted),
    /// The gates that every session checks were checked; the work can start.
    SessionReady {
        session: u32,
    },
    SessionEnded {
        session: u32,
        status: SessionStatus,
        reason: Option<String>,
        /// The last sign of life of one that died; nothing was done since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen_at: Option<Moment>,
    },
    CheckpointSealed(Box<Checkpoint>),
    /// A note on the work.
    Noted(Note),
    /// A newer estimate of a gate than the workflow's.
    GateEstimated {
        gate: GateId,
        estimate_s: u64,
        by: String,
    },
    /// What the run may spend from now on, over what it could before. Gates and agents have
    /// their own budgets anew.
    BudgetSet {
        budget: Budget,
        by: String,
    },
}

impl Event {
    /// The attempt that this event ends.
    pub fn ended_attempt(&self) -> Option<AttemptId> {
        if let Self::GatePassed { gate, attempt, .. }
        | Self::GateFailed { gate, attempt, .. }
        | Self::GateInterrupted { gate, attempt, .. } = self
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

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// One item of a fan-out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub gate: GateId,
    pub value: Json,
}

/// Whom a gate waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// A person does the work.
    Person,
    /// An agent does the work, and none is configured.
    Agent,
    /// A person approves what passed.
    Approval,
    /// A person decides whether interrupted work is done again.
    Decision,
}

impl fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person => "a person",
            Self::Agent => "an agent",
            Self::Approval => "approval",
            Self::Decision => "a decision after an interruption",
        })
    }
}

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn every_kind_has_the_name_that_journals_read() {
        for kind in EventKind::iter() {
            // What it lacks is what it tells, and not a kind.
            let error = serde_json::from_str::<Event>(&format!("{{\"type\":\"{kind}\"}}"));
            let error = error.unwrap_err().to_string();
            assert!(error.contains("missing field `data`"), "{kind}: {error}");
        }
        assert_eq!(EventKind::CheckpointSealed.to_string(), "CHECKPOINT_SEALED");
    }
}
