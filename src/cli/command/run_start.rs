//! `orch run start --workflow NAME`: begin a run by hand.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::examples;
use crate::cli::global::Global;
use crate::cli::inputs;
use crate::envelope::exit;
use crate::ops;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::run::BeginRequest;
use crate::ops::run_start;
use crate::workflow::Workflow;
use clap::Arg;
use clap::Args;
use clap::Command;
use clap::FromArgMatches;

/// The workflow and its inputs, whose flags are known when the workflow is read.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// --workflow NAME, followed by the workflow's inputs.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "--workflow NAME --<input> …"
    )]
    words: Vec<String>,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let words = &arguments.words;
    let Some(name) = named(words) else {
        if let Some(name) = words.first().filter(|word| !word.starts_with('-')) {
            return Err(Error::usage(format!("unexpected argument `{name}`"))
                .advise(format!("to name the workflow, write --workflow {name}"))
                .into());
        }
        let matches = of_start(None).try_get_matches_from(
            std::iter::once("orch run start".to_owned()).chain(words.clone()),
        );
        matches?;
        return Err(Error::usage("a workflow name is required")
            .advise("pass --workflow NAME; orch workflow list shows the names")
            .into());
    };
    let before = face.global.or_among(words);
    let project = before.open(false)?;
    let (workflow, definition) = Workflow::load(&name, &project.shelf).map_err(Error::from)?;
    let command = of_start(Some(&workflow));
    let words = std::iter::once("orch run start".to_owned()).chain(words.clone());
    let matches = inputs::read(command, &workflow, words)?;
    let face = Face::new(Global::from_arg_matches(&matches)?.or(&before));
    let project = face.global.open_after(project, &before, false)?;
    let inputs = inputs::values(&face, &project, &workflow, &matches)?;
    let begin = BeginRequest::from_arg_matches(&matches)?;
    let request = run_start::Request { workflow: name, inputs, again: begin.again };
    let standing =
        run_start::start_loaded(&project, &face.caller, (workflow, definition), &request)?;
    let instructions = Instructions::of(&standing, ops::at_hand(&project, &face.caller));
    let text = format!("run {} {}\nhead {}", standing.run_id, standing.status, standing.head);
    face.answer(&standing, &instructions, &text);
    Ok(exit::DONE)
}

/// `orch run start` as a command of its own, with the inputs of the workflow where it is known.
pub fn of_start(workflow: Option<&Workflow>) -> Command {
    let command = Command::new("orch run start");
    let command = match workflow {
        Some(workflow) => inputs::flags(command, workflow),
        None => command,
    };
    with_own_flags(command).arg(workflow_flag())
}

const ABOUT: &str = "Start a run to work through by hand, gate by gate";

fn with_own_flags(command: Command) -> Command {
    // The flags bring a description of themselves; it is not the command's.
    Global::augment_args(BeginRequest::augment_args(command))
        .about(ABOUT)
        .after_help(examples::of("run start"))
        .max_term_width(100)
}

fn workflow_flag() -> Arg {
    Arg::new("workflow").long("workflow").value_name("NAME").required(true).help("Workflow name")
}

/// The workflow that the words name, before its other flags can be known.
fn named(words: &[String]) -> Option<String> {
    let at = words.iter().position(|word| word == "--workflow");
    let next = at.and_then(|at| words.get(at + 1)).cloned();
    next.or_else(|| {
        words.iter().find_map(|word| Some(word.strip_prefix("--workflow=")?.to_owned()))
    })
}
