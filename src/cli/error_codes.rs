//! The short codes of errors: the same in text, in `--json` and in the reference, and never renamed.

use crate::envelope::exit;
use std::fmt;

/// A code, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct ErrorCode {
    /// The code.
    pub code: &'static str,
    /// The exit code of a command that ends with it.
    pub exit: u8,
    /// What went wrong, and what to do about it.
    pub meaning: &'static str,
}

/// All codes, in their order.
pub const ERROR_CODES: [ErrorCode; 11] = [
    ErrorCode {
        code: "budget",
        exit: exit::BUDGET,
        meaning: "A budget is spent, or what is left of it does not cover the next call. Nothing was \
                  started. `orch cost` shows what was spent. To set a higher one: `orch run resume \
                  --budget 8`, or `orch session resume KEY --budget 8`.",
    },
    ErrorCode {
        code: "corrupt",
        exit: exit::DIFFERENT,
        meaning: "A journal cannot be read: a line was changed, or the journal and the committed \
                  record have diverged. The error names file and line. `orch verify` shows all \
                  differences; `orch record fetch` brings a copy from a remote.",
    },
    ErrorCode {
        code: "different",
        exit: exit::DIFFERENT,
        meaning: "`orch verify` found that a journal, record, artifact or signature is not what \
                  it should be. It names file and line.",
    },
    ErrorCode {
        code: "environment",
        exit: exit::FAILED,
        meaning: "The disk, git or another program failed. The error names it and quotes what it \
                  reported. Nothing that was recorded is lost; run the command again once it is \
                  fixed.",
    },
    ErrorCode {
        code: "held",
        exit: exit::HELD,
        meaning: "Another process holds the run; only one drives it at a time. Wait for it, or \
                  stop it with `orch run pause` or `orch run cancel`. The lock is freed when that \
                  process ends, however it ends.",
    },
    ErrorCode {
        code: "interrupted",
        exit: exit::INTERRUPTED,
        meaning: "A prompt was canceled with Ctrl-C, and nothing was written.",
    },
    ErrorCode {
        code: "moved",
        exit: exit::USAGE,
        meaning: "The run has changed since it was looked at, and what was asked for was decided on \
                  what it was then. Nothing was written. `orch status` shows the run as it is now.",
    },
    ErrorCode {
        code: "not_found",
        exit: exit::USAGE,
        meaning: "The workflow, run, gate, contract or checkpoint that was named does not exist. \
                  `orch workflow list`, `orch run list` and `orch status` list workflows, runs and \
                  gates.",
    },
    ErrorCode {
        code: "unproven",
        exit: exit::DIFFERENT,
        meaning: "The journal claims something that is not proved: a signature is missing or \
                  invalid, or commits name a head that the journal does not contain. The run does \
                  not continue. `orch verify` shows what differs.",
    },
    ErrorCode {
        code: "unsound",
        exit: exit::USAGE,
        meaning: "A workflow, contract or `orch.toml` cannot be used. The error shows the place \
                  and what to write there; `orch workflow check` shows all errors at once.",
    },
    ErrorCode {
        code: "usage",
        exit: exit::USAGE,
        meaning: "The command is not valid as typed, or not in this state of the run. Nothing was \
                  written.",
    },
];

/// The meaning, and the exit code.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Exit code {}.", self.meaning, self.exit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::id::RunId;
    use crate::ops::Error;
    use crate::ops::Suggestion;
    use crate::source::Source;
    use crate::store::journal;
    use miette::Diagnostic;

    #[test]
    fn an_error_ends_with_the_exit_code_that_is_told_of_it() {
        let run = || RunId::new("20260101T000000Z", "x", "abcdef");
        let message = || "x".to_owned();
        let command = Box::new(Suggestion::new("cost"));
        let errors = [
            Error::usage("x"),
            Error::not_found("x"),
            Error::environment("x"),
            Error::Unsound(Source::new("x", "x").unsound(0..1, "x")),
            Error::Interrupted,
            Error::Budget { reason: message(), command },
            Error::moved(&run(), Digest::of(""), Digest::of("x")),
            Error::Lost { run: run(), message: message() },
            Error::Unstopped { run: run(), process: 1, waited: message() },
            Error::Untrue { message: message(), help: "x".into() },
            Error::Journal(journal::Error::Empty { path: "x".into() }),
        ];
        for error in errors {
            let code = error.code().unwrap().to_string();
            let told = ERROR_CODES.iter().find(|told| told.code == code).unwrap();
            assert_eq!(exit::of_error(&error), told.exit, "{code}");
        }
    }
}
