//! `orch man`: a man page for each command, for packages and for `man` itself.

use super::Failure;
use super::rehearse;
use super::run_workflow;
use super::workflow_audit;
use crate::cli;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::files;
use crate::files::Beneath;
use crate::ops::Error;
use crate::ops::Instructions;
use clap::builder::Resettable;
use clap_mangen::Man;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Where to.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Output folder, such as ~/.local/share/man/man1.
    folder: PathBuf,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    // What each workflow takes, as the help of a workflow shows it.
    let mut whole = cli::whole()
        .disable_help_subcommand(true)
        .mut_subcommand("run", |run| described(run, run_workflow::options))
        .mut_subcommand("rehearse", |rehearse| described(rehearse, rehearse::options))
        .mut_subcommand("workflow", |workflow| {
            workflow.mut_subcommand("audit", |audit| described(audit, workflow_audit::options))
        });
    whole.build();
    let mut pages = Vec::new();
    add_pages(&whole, &mut pages);
    let mut written = Vec::new();
    for (page, sections) in pages {
        let name = page.get_filename();
        let path = arguments.folder.join(&name);
        let mut bytes = Vec::new();
        let source = concat!("orch ", env!("CARGO_PKG_VERSION"));
        page.manual("orch")
            .source(source)
            .render(&mut bytes)
            .and_then(|()| {
                bytes.extend_from_slice(sections.as_bytes());
                files::write_view(&path, &bytes)
            })
            .map_err(|source| Error::disk(&Beneath::new(&arguments.folder).join(&name), source))?;
        written.push(name);
    }
    face.answer(&written, &Instructions::default(), &written.join("\n"));
    Ok(exit::DONE)
}

/// A command with options, which bring a description of themselves; it is not the command's.
fn described(command: clap::Command, options: fn(clap::Command) -> clap::Command) -> clap::Command {
    let about = command.get_about().cloned().unwrap_or_default();
    options(command).about(about)
}

/// A command whose synopsis is the usage of its help: all of its flags in a row cannot be read.
fn of_page(command: &clap::Command) -> clap::Command {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    command.clone().override_usage(usage).after_help(Resettable::Reset)
}

/// What stands below the help of a command, under the headings that man pages have for it.
fn sections(command: &clap::Command) -> String {
    let told = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut text = String::new();
    for part in told.split("\n\n").filter(|part| !part.trim().is_empty()) {
        let (heading, lines) = match part.split_once('\n') {
            Some(("Examples:", lines)) => ("EXAMPLES", lines),
            Some(("Exit codes:", lines)) => ("\"EXIT STATUS\"", lines),
            Some(_) | None => ("NOTES", part),
        };
        let _ = writeln!(text, ".SH {heading}\n.nf");
        for line in lines.lines() {
            // A dot or quote at the begin of a line is a request, a bare hyphen no minus.
            let _ = writeln!(text, "\\&{}", line.replace('\\', "\\e").replace('-', "\\-"));
        }
        text.push_str(".fi\n");
    }
    text
}

/// The pages of a command and of all below it, each with its last sections.
fn add_pages(command: &clap::Command, pages: &mut Vec<(Man, String)>) {
    pages.push((Man::new(of_page(command)), sections(command)));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        add_pages(below, pages);
    }
}
