//! A run that is named and works in another worktree: its command is executed there, wherever it was
//! typed.

use super::global::Global;
use crate::ops;
use crate::ops::Caller;
use crate::ops::Project;
use crate::ops::RunChoice;
use clap::ArgMatches;
use std::path::PathBuf;

/// The argument by which commands name a run.
const RUN: &str = "run";

/// Commands that go where a run works by themselves.
const OWN: [&str; 2] = ["errand", "session"];

/// The folder where the run works that these arguments name, if it is another one.
pub fn of(matches: &ArgMatches, global: &Global, caller: &Caller) -> Option<PathBuf> {
    let is_own = matches.subcommand_name().is_some_and(|name| OWN.contains(&name));
    if is_own || global.project.is_some() {
        return None;
    }
    let run = RunChoice { run: Some(named(matches)?) };
    // What cannot be opened or chosen is told by the command itself.
    let project: Project = global.open(false).ok()?;
    ops::home_of(&project, caller, &run).ok()?
}

pub fn named(matches: &ArgMatches) -> Option<String> {
    let mut deepest = matches;
    while let Some((_, inner)) = deepest.subcommand() {
        deepest = inner;
    }
    deepest.try_get_one::<String>(RUN).ok().flatten().cloned()
}
