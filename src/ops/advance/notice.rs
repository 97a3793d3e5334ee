//! What a drive tells while it goes on.

use super::super::brief;
use crate::executor::ExecutorKind;
use crate::finding::Finding;
use crate::id::GateId;
use crate::id::RunId;
use crate::run::GateStatus;

/// News while the run goes on, for a face to show.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Notice {
    Started {
        run: RunId,
    },
    /// What whoever takes a run up is told first.
    Briefed(Box<brief::Reply>),
    /// A template that does not render keeps no run from going on.
    Unbriefed {
        reason: String,
    },
    GateStarted {
        gate: GateId,
        attempt: u32,
        executor: ExecutorKind,
    },
    GateEnded {
        gate: GateId,
        status: GateStatus,
        attempt: u32,
        reason: Option<String>,
    },
    Found {
        gate: GateId,
        finding: Finding,
    },
    Reused {
        gates: Vec<GateId>,
    },
    NotReused {
        gate: GateId,
        reason: String,
    },
    Jumped {
        from: GateId,
        to: GateId,
    },
    /// The files on the disk are others than what the run goes on under.
    Differs {
        run: RunId,
        paths: Vec<String>,
    },
    /// A budget comes near its end.
    Budget {
        warning: String,
    },
}
