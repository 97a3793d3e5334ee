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
        meaning: "A budget is spent, or what is left of it does not cover the next call. Nothing was \
                  started. `orch cost` shows what was spent. To set a higher one: `orch run resume \
                  --budget 8`, or `orch session resume KEY --budget 8`. Exit code 4.",
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
        meaning: "The disk, git or another program failed. The error names it and quotes what it \
                  reported. Nothing that was recorded is lost; run the command again once it is \
                  fixed. Exit code 1.",
    },
    ErrorCode {
        code: "held",
        meaning: "Another process holds the run; only one drives it at a time. Wait for it, or \
                  stop it with `orch run pause` or `orch run cancel`. The lock is freed when that \
                  process ends, however it ends. Exit code 5.",
    },
    ErrorCode {
        code: "interrupted",
        meaning: "A prompt was canceled with Ctrl-C, and nothing was written. Exit code 130.",
    },
    ErrorCode {
        code: "not_found",
        meaning: "The workflow, run, gate, contract or checkpoint that was named does not exist. \
                  `orch workflow list`, `orch run list` and `orch status` list workflows, runs and \
                  gates. Exit code 2.",
    },
    ErrorCode {
        code: "unproven",
        meaning: "The journal claims something that is not proved: a signature is missing or \
                  invalid, or commits name a head that the journal does not contain. The run does \
                  not continue. `orch verify` shows what differs. Exit code 6.",
    },
    ErrorCode {
        code: "unsound",
        meaning: "A workflow, contract or `orch.toml` cannot be used. The error shows the place \
                  and what to write there; `orch workflow check` shows all errors at once. \
                  Exit code 2.",
    },
    ErrorCode {
        code: "usage",
        meaning: "The command is not valid as typed, or not in this state of the run. Nothing was \
                  written. Exit code 2.",
    },
];
