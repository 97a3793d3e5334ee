//! `orch completions`: a script for the shell.

use crate::cli;
use crate::cli::exit;
use clap_complete::Shell;

/// Which shell.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[arg(value_enum)]
    shell: Shell,
}

pub fn execute(arguments: &Arguments) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut cli::whole(), "orch", &mut script);
    cli::answer::out(&String::from_utf8_lossy(&script));
    exit::DONE
}
