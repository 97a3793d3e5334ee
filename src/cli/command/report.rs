//! `orch report`: the document, on standard output or in a file.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::files::Outlet;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::report;
use crate::secret;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// What `orch report` takes on the command line.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: report::Request,
    /// Write to this file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = report::report(&project, &face.caller, &arguments.request)?;
    let next = Instructions::default();
    match &arguments.output {
        Some(path) => {
            write(path, &reply.text).map_err(|error| unwritten(path, &error))?;
            face.answer(&reply, &next, "");
        }
        None => face.answer(&reply, &next, &reply.text),
    }
    Ok(exit::DONE)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    Outlet::replacing(path)?.write(secret::redact_known(text).as_bytes())
}

fn unwritten(path: &Path, error: &io::Error) -> Error {
    Error::environment(format!("{}: {error}", path.display()))
}
