//! The command line: translates what was typed into requests, and replies into words,
//! JSON and exit codes. It decides nothing about runs.

mod answer;
mod approval;
#[cfg(feature = "engine")]
mod borrowed;
mod choice;
mod ci;
mod command;
mod completion;
mod door;
mod drive;
mod environment;
mod examples;
mod error_codes;
mod excerpt;
mod global;
mod home;
mod inputs;
mod junit;
mod keys;
mod line;
mod menu;
mod misplaced;
mod pager;
mod progress;
mod question;
mod remark;
mod report;
mod reserved;
mod run_choice;
mod screen;
mod status_word;
mod subject;
mod table;
mod terminal;
mod usage;

pub use crate::envelope::exit::BUG as EXIT_BUG;
pub use door::note_closed_output;
pub use error_codes::ERROR_CODES;
pub use error_codes::ErrorCode;

use crate::definition::Reserved;
use crate::envelope::exit;
use crate::process;
use crate::template;
use answer::Face;
use clap::ArgMatches;
use clap::CommandFactory;
use clap::FromArgMatches;
use clap::error::ContextKind;
use clap::error::ContextValue;
use command::Command;
use global::Global;
use std::ffi::OsString;
use std::io::Write as _;

/// Run workflows for people and AI agents, and keep proof of what was done.
#[derive(Debug, clap::Parser)]
#[command(name = "orch", version, max_term_width = 100, after_help = after_help())]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const FIRST_STEPS: &str = "\
Get started:  orch workflow list        list the workflows available here
              orch run WORKFLOW --help  show the inputs of a workflow
              orch status               show the status of the current run";

fn after_help() -> String {
    format!("{FIRST_STEPS}\n\nExit codes:\n{}", exit::meanings())
}

/// Parses, executes and prints; gives the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    door::code(execute(arguments))
}

fn execute(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // No command of anyone's: `orch` starts itself so.
    if arguments.get(1).is_some_and(|argument| argument == template::HELPER_ARGUMENT) {
        return if template::help().is_ok() { exit::DONE } else { exit::BUG };
    }
    if arguments.get(1).is_some_and(|argument| argument == process::DOORWAY_ARGUMENT) {
        return process::pass_through_doorway(&arguments[2..]).unwrap_or_else(|error| {
            let _ = writeln!(std::io::stderr(), "orch: cannot start the program: {error}");
            exit::BUG
        });
    }
    reserved::note(reserved);
    if let Some(code) = completion::answer(&arguments) {
        return code;
    }
    template::use_helper();
    let wants_json = arguments.iter().any(|argument| argument == "--json");
    let parsed = whole()
        .try_get_matches_from(&arguments)
        .or_else(|error| help_of_help(error, &arguments))
        .map_err(|error| misplaced::advise(error, &whole(), &arguments, || workflows(&arguments)))
        .and_then(|matches| Ok((Arguments::from_arg_matches(&matches)?, matches)));
    let (parsed, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return report::usage(&error, wants_json),
    };
    // After a workflow's name the flag is not clap's to see, and errors are told as it says.
    let json = parsed.global.json || wants_json;
    let face = Face::new(Global { json, ..parsed.global });
    #[cfg(feature = "engine")]
    let borrowed = match borrowed::of(&face, &parsed.command, &matches) {
        Ok(borrowed) => borrowed,
        Err(error) => return report::error(&face, &error, None),
    };
    #[cfg(feature = "engine")]
    let face = borrowed::knowing(face, borrowed.as_ref());
    let home = home::of(&matches, &face.global, &face.caller);
    let project = home.or_else(|| face.global.project.clone());
    let face = Face { global: Global { project, ..face.global }, ..face };
    let subject = command::subject(&parsed.command);
    let done = command::execute(&face, parsed.command);
    #[cfg(feature = "engine")]
    let done = borrowed::give_back(borrowed, &face, done);
    match done {
        Ok(code) => code,
        Err(command::Failure::Usage(error)) => report::usage(&error, wants_json),
        Err(command::Failure::Operation(error)) => {
            // The flags after a workflow's name are not read before the workflow is.
            let json = face.global.json || wants_json;
            let face = Face::new(Global { json, ..face.global });
            report::error(&face, &error, subject.as_ref())
        }
    }
}

/// `orch help --help` as `orch help`: clap takes the flag for the command that help is asked of.
fn help_of_help(error: clap::Error, arguments: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let Some(ContextValue::String(asked)) = error.get(ContextKind::InvalidSubcommand) else {
        return Err(error);
    };
    if ["--help", "-h"].contains(&asked.as_str()) {
        whole().try_get_matches_from(arguments.iter().filter(|word| *word != asked.as_str()))
    } else {
        Err(error)
    }
}

/// The workflows of the project that the words of a command line are about.
fn workflows(arguments: &[OsString]) -> Vec<String> {
    let words: Vec<String> =
        arguments.iter().filter_map(|word| word.to_str()).map(str::to_owned).collect();
    let project = Global::default().or_among(&words).open(false);
    let names = project.map(|project| project.shelf.names("workflows", ".toml"));
    names.map(|names| names.into_iter().collect()).unwrap_or_default()
}

/// The words that no input and no workflow can be called by: the options of every run, and what can be
/// typed after `orch run`.
pub fn reserved() -> Reserved {
    command::reserved()
}

/// The whole command, with examples.
pub fn whole() -> clap::Command {
    examples::with_examples(Arguments::command())
}
