//! `orch completions`: a script for the shell.

use crate::cli;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use clap_complete::Shell;
use serde_json::json;

/// The shell to complete for.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub fn execute(face: &Face, arguments: &Arguments) -> u8 {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut cli::whole(), "orch", &mut script);
    let script = String::from_utf8_lossy(&script);
    if face.global.json {
        let data = json!({ "shell": arguments.shell.to_string(), "script": script });
        face.answer(&data, &Instructions::default(), "");
    } else {
        cli::door::out(&script);
    }
    exit::DONE
}
