//! How fast the runner is, each figure beside the floor of the same machine in the same minute.
//! `cargo bench` shows all, `cargo bench -- gates hash` some of them.
//!
//! - `gates`: chains of command gates, recorded and committed;
//! - `reuse`: the same chain again, nothing changed;
//! - `commit`: one record commit in a large repository;
//! - `fan_out`: many instances, many gates of people;
//! - `hash`: large files and many small ones;
//! - `fold`: long journals and many runs;
//! - `start`: what it costs to start the program;
//! - `workers`: many runs over few slots;
//! - `worktree`: a worktree of a large repository.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark lays out its own files, starts programs and prints what it measured"
)]

mod commit;
mod fan_out;
mod floor;
mod fold;
mod gates;
mod hash;
mod measure;
mod project;
mod start;
mod table;
mod workers;

/// What a benchmark gives; its errors end the program.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A benchmark by its name.
type Named = (&'static str, fn() -> Result);

const ALL: [Named; 9] = [
    ("gates", gates::gates),
    ("reuse", gates::reuse),
    ("commit", commit::commit),
    ("fold", fold::fold),
    ("fan_out", fan_out::fan_out),
    ("start", start::start),
    ("workers", workers::workers),
    ("worktree", workers::worktree),
    // It removes many files, which slows what comes after it.
    ("hash", hash::hash),
];

fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The floor runs as a program of its own, so that it is measured as `orch` is.
    if let [mode, rest @ ..] = arguments.as_slice()
        && mode == floor::MODE
    {
        return floor::run(rest);
    }
    // Cargo hands its own flags on.
    let wanted: Vec<&String> =
        arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    for (name, run) in ALL {
        if wanted.is_empty() || wanted.iter().any(|wanted| *wanted == name) {
            run()?;
        }
    }
    project::clear()
}
