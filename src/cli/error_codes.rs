//! The short codes of errors: the same in text, in `--json` and in the reference, and never renamed.

/// A code, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct ErrorCode {
    /// The code.
    pub code: &'static str,
    /// What went wrong, and what to do about it.
    pub meaning: &'static str,
}

/// All codes, in their order.
pub const ERROR_CODES: [ErrorCode; 10] = [
    ErrorCode {
        code: "budget",
        meaning: "What is left of a budget does not carry what was asked for, or the budget is \
                  spent. Nothing was started. `orch cost` shows what was spent; `orch session \
                  start --resume --budget` and `orch run resume --budget` set a higher one. \
                  Exit code 4.",
    },
    ErrorCode {
        code: "corrupt",
        meaning: "A journal cannot be read: a line was changed, or the journal and the committed \
                  record have diverged. The error names file and line. `orch verify` shows all \
                  differences; `orch record fetch` brings a copy from a remote. Exit code 6.",
    },
    ErrorCode {
        code: "different",
        meaning: "`orch verify` found that a journal, record, artifact or signature is not what \
                  it should be. It names file and line. Exit code 6.",
    },
    ErrorCode {
        code: "environment",
        meaning: "The disk, git or another program failed. The error names which, and its own \
                  words. Nothing that was recorded is lost: run the command again when it is \
                  mended. Exit code 1.",
    },
    ErrorCode {
        code: "held",
        meaning: "Another process holds the run; only one drives it at a time. Wait for it, or \
                  stop it with `orch run pause` or `orch run cancel`. The lock is freed when that \
                  process ends, however it ends. Exit code 5.",
    },
    ErrorCode {
        code: "interrupted",
        meaning: "A question was broken off with Ctrl-C. Nothing was written for it. Exit code 130.",
    },
    ErrorCode {
        code: "not_found",
        meaning: "There is no workflow of that name in the project, in `~/.config/orch` or in the \
                  program. `orch workflow list` lists them. Exit code 2.",
    },
    ErrorCode {
        code: "unsound",
        meaning: "A workflow, contract or `orch.toml` cannot be used. The error shows the place \
                  and what to write there; `orch workflow check` shows all errors at once. \
                  Exit code 2.",
    },
    ErrorCode {
        code: "untrue",
        meaning: "The journal claims what is not proved: a signature is missing or invalid, or \
                  the journal is not the one that commits tell of. The run does not go on. `orch \
                  verify` shows what differs. Exit code 6.",
    },
    ErrorCode {
        code: "usage",
        meaning: "The command cannot be carried out as it was typed, or not in this state of the \
                  run. Nothing was written. Exit code 2.",
    },
];
