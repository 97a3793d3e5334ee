//! How the run that a command is about is named: with `--run`, and by itself where a command takes
//! nothing else.

use crate::ops::RunChoice;

/// The flag that names a run.
const FLAG: &str = "run";

/// The argument that does so without a flag, where a command has it.
pub const BARE_RUN: &str = "bare_run";

/// The argument itself, for commands that take nothing else.
pub fn bare_run() -> clap::Arg {
    let help = "Run id, a unique part of it, or key; same as --run";
    clap::Arg::new(BARE_RUN).value_name("RUN").help(help).conflicts_with(FLAG)
}

impl clap::Args for RunChoice {
    fn augment_args(command: clap::Command) -> clap::Command {
        let help = "Run id, a unique part of it, or key; defaults to the current run";
        command.arg(clap::Arg::new(FLAG).long(FLAG).value_name("RUN").help(help))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for RunChoice {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        // Most commands have no such argument.
        let named = |id| matches.try_get_one::<String>(id).ok().flatten().cloned();
        Ok(Self { run: named(FLAG).or_else(|| named(BARE_RUN)) })
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
