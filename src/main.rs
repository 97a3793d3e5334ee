//! The command `orch`: parse, execute, print, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    let done = std::panic::catch_unwind(|| orch::cli::main(std::env::args_os()));
    // The panic has said where; what was reported as done before it is on the disk.
    ExitCode::from(done.unwrap_or(orch::cli::EXIT_BUG))
}
