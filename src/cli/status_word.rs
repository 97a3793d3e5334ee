//! Statuses in their colours, which tell what is good and what is not before the word is read.

use super::answer::Face;
use super::door::Colour;
use crate::event::RunStatus;
use crate::run::AttemptStatus;
use crate::run::GateStatus;
use crate::standing::State;

/// The state of a run.
pub fn of_run(face: &Face, state: State) -> String {
    let colour = match state {
        State::Recorded(RunStatus::Passed) => Colour::Green,
        State::Recorded(RunStatus::Failed) => Colour::Red,
        State::Recorded(
            RunStatus::Running | RunStatus::Waiting | RunStatus::Paused | RunStatus::Canceled,
        )
        | State::Stalled
        | State::Damaged => Colour::Yellow,
    };
    face.coloured(state.as_str(), colour)
}

/// The status of a gate.
pub fn of_gate(face: &Face, status: GateStatus) -> String {
    let colour = match status {
        GateStatus::Pass | GateStatus::Waived => Colour::Green,
        GateStatus::Fail => Colour::Red,
        GateStatus::NotStarted
        | GateStatus::Running
        | GateStatus::Waiting
        | GateStatus::Stale
        | GateStatus::Skipped => Colour::Yellow,
    };
    face.coloured(status.as_str(), colour)
}

/// The status of an attempt.
pub fn of_attempt(face: &Face, status: AttemptStatus) -> String {
    let colour = match status {
        AttemptStatus::Pass => Colour::Green,
        AttemptStatus::Fail => Colour::Red,
        AttemptStatus::Running
        | AttemptStatus::Waiting
        | AttemptStatus::Interrupted
        | AttemptStatus::Escalated
        | AttemptStatus::Canceled => Colour::Yellow,
    };
    face.coloured(status.as_str(), colour)
}
