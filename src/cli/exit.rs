//! Exit codes, the same for every command.

use crate::event::RunStatus;
use crate::files;
use crate::journal;
use crate::ops::Error;
use crate::ops::Outcome;
use crate::spending::is_budget_reason;

pub const DONE: u8 = 0;
pub const FAILED: u8 = 1;
pub const USAGE: u8 = 2;
pub const WAITING: u8 = 3;
pub const BUDGET: u8 = 4;
pub const HELD: u8 = 5;
pub const DIFFERENT: u8 = 6;
pub const BUG: u8 = 70;
pub const INTERRUPTED: u8 = 130;

/// The code of a run that was driven as far as it would go.
pub fn of_outcome(outcome: &Outcome) -> u8 {
    let reason = outcome.reason.as_deref();
    let is_interrupted = reason == Some("interrupted");
    match outcome.status {
        RunStatus::Passed | RunStatus::Canceled | RunStatus::Running => DONE,
        RunStatus::Waiting => WAITING,
        RunStatus::Paused if is_interrupted => INTERRUPTED,
        RunStatus::Paused if reason.is_some_and(is_budget_reason) => BUDGET,
        // A person paused it at a gate that still waits.
        RunStatus::Paused if !outcome.waiting.is_empty() => WAITING,
        // It came as far as it was asked to; what failed on the way is told all the same.
        RunStatus::Paused if outcome.failed.is_empty() => DONE,
        RunStatus::Failed | RunStatus::Paused => FAILED,
    }
}

/// The code of an operation that was not carried out.
pub fn of_error(error: &Error) -> u8 {
    match error {
        Error::Usage { .. } | Error::Unsound(_) | Error::Workflow(_) | Error::Config(_) => USAGE,
        Error::Held { .. } | Error::Sat { .. } => HELD,
        Error::Budget { .. } => BUDGET,
        Error::Interrupted => INTERRUPTED,
        Error::Untrue { .. }
        | Error::Journal(journal::Error::Line { .. } | journal::Error::Fork { .. }) => DIFFERENT,
        Error::Journal(_) | Error::Record(_) if files::in_the_way(error).is_some() => USAGE,
        Error::Environment { .. } | Error::Journal(_) | Error::Record(_) | Error::Git(_) => FAILED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::id::GateId;
    use crate::id::RunId;
    use crate::ops::Here;

    fn outcome(status: RunStatus, reason: Option<&str>, failed: &[&str]) -> Outcome {
        let failed = failed.iter().map(|id| (GateId::parse(*id).unwrap(), String::new()));
        Outcome {
            run_id: RunId::new("20260101T000000Z", "x", "abcdef"),
            status,
            reason: reason.map(str::to_owned),
            waiting: Vec::new(),
            head: Digest::of(""),
            problems: Vec::new(),
            unsigned: None,
            failed: failed.collect(),
            committed: true,
            here: Here::default(),
        }
    }

    #[test]
    fn a_pause_does_not_hide_what_failed() {
        let code = |reason, failed| of_outcome(&outcome(RunStatus::Paused, reason, failed));
        assert_eq!(code(Some("came as far as a"), &[]), DONE);
        assert_eq!(code(Some("came as far as a"), &["a"]), FAILED);
        assert_eq!(code(Some("interrupted"), &["a"]), INTERRUPTED);
        assert_eq!(code(Some("the budget of 5.00 USD is spent"), &["a"]), BUDGET);
        assert_eq!(of_error(&Error::Interrupted), INTERRUPTED);
    }
}
