//! `orch completions`: a script for the shell.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::completion;
use crate::cli::door;
use crate::envelope::exit;
use crate::ops::Error;
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

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let script = completion::script(&arguments.shell.to_string())
        .map_err(|error| Error::environment(error.to_string()))?;
    let script = String::from_utf8_lossy(&script);
    if face.global.json {
        let data = json!({ "shell": arguments.shell.to_string(), "script": script });
        face.answer(&data, &Instructions::default(), "");
    } else {
        door::out(&script);
    }
    Ok(exit::DONE)
}
