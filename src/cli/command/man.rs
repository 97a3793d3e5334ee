//! `orch man`: a man page for each command, for packages and for `man` itself.

use super::Failure;
use crate::cli;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::files;
use crate::files::Beneath;
use crate::ops::Error;
use crate::ops::Instructions;
use clap_mangen::Man;
use std::path::PathBuf;

/// Where to.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Output folder, such as ~/.local/share/man/man1.
    folder: PathBuf,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let mut whole = cli::whole().disable_help_subcommand(true);
    whole.build();
    let mut pages = Vec::new();
    add_pages(&whole, &mut pages);
    let mut written = Vec::new();
    for page in pages {
        let name = page.get_filename();
        let path = arguments.folder.join(&name);
        let mut bytes = Vec::new();
        let source = concat!("orch ", env!("CARGO_PKG_VERSION"));
        page.manual("orch")
            .source(source)
            .render(&mut bytes)
            .and_then(|()| files::write_view(&path, &bytes))
            .map_err(|source| Error::disk(&Beneath::new(&arguments.folder).join(&name), source))?;
        written.push(name);
    }
    face.answer(&written, &Instructions::default(), &written.join("\n"));
    Ok(exit::DONE)
}

/// A command whose synopsis is the usage of its help: all of its flags in a row cannot be read.
fn with_usage(command: &clap::Command) -> clap::Command {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    command.clone().override_usage(usage)
}

/// The pages of a command and of all below it.
fn add_pages(command: &clap::Command, pages: &mut Vec<Man>) {
    pages.push(Man::new(with_usage(command)));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        add_pages(below, pages);
    }
}
