//! `orch export`: the documents in a folder, or the only one on standard output.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::files;
use crate::files::Beneath;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::export;
use crate::ops::export::Exported;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// What `orch export` takes on the command line.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: export::Request,
    /// Write the documents to this folder, along with the public key that signed them.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let mut request = arguments.request.clone();
    // Beside standard output lies nothing.
    request.unsigned |= arguments.output.is_none() && request.format.is_plain();
    let reply = export::export(&project, &face.caller, &request)?;
    let next = Instructions::default();
    match (&arguments.output, reply.documents.as_slice()) {
        (Some(folder), documents) => {
            let mut told = String::new();
            for document in documents.iter().chain(&reply.keys) {
                let path = folder.join(&document.path);
                write(folder, document).map_err(|error| unwritten(&path, &error))?;
                told.push_str(&format!("{}\n", path.display()));
            }
            face.answer(&reply, &next, &told);
        }
        (None, [document]) => face.answer(&reply, &next, &document.text),
        (None, documents) => {
            if !face.global.json {
                let error = format!("the export has {} documents", documents.len());
                return Err(Error::usage(error).advise("name a folder for them: -o DIR").into());
            }
            face.answer(&reply, &next, "");
        }
    }
    Ok(exit::DONE)
}

/// A record may be somebody else's: what it names stays inside the folder.
fn write(folder: &Path, document: &Exported) -> io::Result<()> {
    let folder = std::path::absolute(folder)?;
    files::create_folder(&folder)?;
    Beneath::new(folder).join(&document.path).write_view(document.text.as_bytes())
}

fn unwritten(path: &Path, error: &io::Error) -> Error {
    Error::environment(format!("{}: {error}", path.display()))
}
