//! The steps that a run can take.

use crate::clock::Moment;
use crate::event::RunStatus;
use crate::id::GateId;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Find the instances of a fan-out.
    Expand(GateId),
    /// The gate's own `when` says no, or its fan-out is empty.
    Skip { gate: GateId, reason: String },
    /// Begin an attempt, not before a moment where one follows a failed one.
    Start { gate: GateId, not_before: Option<Moment> },
    /// Ask a command again in the same attempt, not before a moment; after the other one it has failed.
    Poll { gate: GateId, not_before: Moment, deadline: Moment },
    /// See whether the child run of a gate is over.
    Follow(GateId),
    /// Go back, as `on_fail` says; `also` are other gates that ask for the same.
    Jump { from: GateId, also: Vec<GateId>, to: GateId },
    /// All instances of a fan-out are done.
    Gather { gate: GateId, passed: bool },
    /// The gate cannot begin at all.
    Refuse { gate: GateId, reason: String, by: RefusedBy },
    /// What the gate told of its needs holds no longer.
    Reopen { gate: GateId, reason: String },
    /// The gate ends the run.
    End { gate: GateId, status: RunStatus, reason: Option<String> },
    /// Nothing is left to do and nobody is waited for.
    Finish(RunStatus),
}

impl Step {
    /// The gate whose work would begin or be asked again, and not before which moment.
    pub fn begins(self) -> Option<(GateId, Option<Moment>)> {
        match self {
            Self::Start { gate, not_before } => Some((gate, not_before)),
            Self::Poll { gate, not_before, .. } => Some((gate, Some(not_before))),
            Self::Expand(_)
            | Self::Skip { .. }
            | Self::Follow(_)
            | Self::Jump { .. }
            | Self::Gather { .. }
            | Self::Refuse { .. }
            | Self::Reopen { .. }
            | Self::End { .. }
            | Self::Finish(_) => None,
        }
    }
}

/// What keeps a gate from beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedBy {
    /// What became of the gates that it needs.
    Needs,
    /// Its own `when`.
    When,
}
