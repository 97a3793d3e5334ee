//! Exit codes, the same for every command; whether a reply is a success is told by them too.

use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::files;
use crate::ops::Error;
use crate::ops::Standing;
use crate::store::journal;

/// Done; a run: passed.
pub const DONE: u8 = 0;
/// A gate or run failed.
pub const FAILED: u8 = 1;
/// Wrong usage, or an unsound definition.
pub const USAGE: u8 = 2;
/// Waiting for a person or an agent.
pub const WAITING: u8 = 3;
/// A budget is reached.
pub const BUDGET: u8 = 4;
/// Another process holds the run.
pub const HELD: u8 = 5;
/// Something is not what it should be.
pub const DIFFERENT: u8 = 6;
/// A bug in `orch`.
pub const BUG: u8 = 70;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;

/// What the codes mean, for people.
const MEANINGS: [(u8, &str); 9] = [
    (DONE, "done; a run: passed"),
    (FAILED, "a gate or run failed"),
    (USAGE, "wrong usage, or an unsound definition"),
    (WAITING, "waiting for a person or an agent"),
    (BUDGET, "a budget is reached"),
    (HELD, "another process holds the run"),
    (DIFFERENT, "a journal, record, artifact or signature is not what it should be"),
    (BUG, "a bug in orch"),
    (INTERRUPTED, "interrupted"),
];

/// One line for each code, for the help.
pub fn meanings() -> String {
    let lines = MEANINGS.map(|(code, meaning)| format!("  {code:>3}  {meaning}"));
    lines.join("\n")
}

/// The code of a run that was driven as far as it would go.
pub fn of_standing(standing: &Standing) -> u8 {
    match standing.status {
        RunStatus::Passed | RunStatus::Canceled | RunStatus::Running => DONE,
        RunStatus::Waiting => WAITING,
        RunStatus::Failed => FAILED,
        RunStatus::Paused => match standing.pause {
            Some(PauseCause::Signal) => INTERRUPTED,
            Some(PauseCause::Budget) => BUDGET,
            None
            | Some(
                PauseCause::Person
                | PauseCause::Reached
                | PauseCause::Changes
                | PauseCause::Amendment
                | PauseCause::Parent,
            ) => of_chosen_pause(standing),
        },
    }
}

/// It came as far as somebody wanted; what failed on the way is told all the same.
fn of_chosen_pause(standing: &Standing) -> u8 {
    match (standing.waiting.is_empty(), standing.failed.is_empty()) {
        (false, _) => WAITING,
        (true, true) => DONE,
        (true, false) => FAILED,
    }
}

/// The code of an operation that was not carried out.
pub fn of_error(error: &Error) -> u8 {
    match error {
        Error::Usage { .. }
        | Error::Moved { .. }
        | Error::NotFound { .. }
        | Error::Unsound(_)
        | Error::Workflow(_)
        | Error::Config(_) => USAGE,
        Error::Held { .. } | Error::Sat { .. } | Error::Lost { .. } | Error::Unstopped { .. } => {
            HELD
        }
        Error::Budget { .. } => BUDGET,
        Error::Interrupted => INTERRUPTED,
        Error::Untrue { .. }
        | Error::Journal(
            journal::Error::Line { .. }
            | journal::Error::Empty { .. }
            | journal::Error::Changed { .. }
            | journal::Error::Fork { .. },
        ) => DIFFERENT,
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
    use crate::ops::FailedGate;
    use crate::ops::Here;

    fn paused(cause: PauseCause, failed: &[&str]) -> Standing {
        let failed = failed.iter().map(|id| FailedGate {
            gate: GateId::parse(*id).unwrap(),
            reason: String::new(),
            declined: None,
        });
        Standing {
            run_id: RunId::new("20260101T000000Z", "x", "abcdef"),
            status: RunStatus::Paused,
            reason: None,
            pause: Some(cause),
            waiting: Vec::new(),
            lock_waits: Vec::new(),
            head: Digest::of(""),
            problems: Vec::new(),
            unsigned: None,
            failed: failed.collect(),
            differs: Vec::new(),
            can_amend: false,
            committed: true,
            here: Here::default(),
        }
    }

    #[test]
    fn the_readme_tells_the_same_codes() {
        let readme = include_str!("../../README.md");
        for (code, meaning) in MEANINGS {
            assert!(readme.contains(&format!("\n| {code} | {meaning} |\n")), "{code} {meaning}");
        }
    }

    #[test]
    fn a_pause_does_not_hide_what_failed() {
        let code = |cause, failed| of_standing(&paused(cause, failed));
        assert_eq!(code(PauseCause::Reached, &[]), DONE);
        assert_eq!(code(PauseCause::Reached, &["a"]), FAILED);
        assert_eq!(code(PauseCause::Signal, &["a"]), INTERRUPTED);
        assert_eq!(code(PauseCause::Budget, &["a"]), BUDGET);
        assert_eq!(of_error(&Error::Interrupted), INTERRUPTED);
    }
}
