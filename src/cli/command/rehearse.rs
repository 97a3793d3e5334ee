//! `orch rehearse WORKFLOW`: the walk, scene by scene.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::ci;
use crate::cli::examples;
use crate::cli::global::Global;
use crate::cli::inputs;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::rehearse;
use crate::workflow::Workflow;
use clap::Arg;
use clap::ArgAction;
use clap::Args;
use clap::Command;
use clap::FromArgMatches;
use std::fmt::Write as _;
use std::path::PathBuf;

/// The workflow and its inputs, whose flags are known when the workflow is read.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Workflow name and inputs; --answers FILE; --fail GATE to fail its first attempt.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "WORKFLOW --<input> …"
    )]
    words: Vec<String>,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let Some((name, _)) = arguments.words.split_first() else {
        return Err(Error::usage("a workflow name is required")
            .advise_command(Suggestion::new("workflow list"))
            .into());
    };
    if name == "--help" || name == "-h" {
        let command = flags(Command::new("orch rehearse"))
            .override_usage("orch rehearse WORKFLOW [--<input> …] [OPTIONS]")
            .after_help(format!(
                "Show a workflow's inputs and all options with: orch rehearse WORKFLOW --help\n\n{}",
                examples::of("rehearse")
            ));
        return Err(command
            .try_get_matches_from(["orch rehearse", "--help"])
            .map_or_else(Failure::from, |_| Error::usage("a workflow name is required").into()));
    }
    let before = face.global.or_among(&arguments.words);
    let project = before.open(false)?;
    let (workflow, _) = Workflow::load(name, &project.shelf).map_err(Error::from)?;
    let matches = inputs::read(of_rehearsal(&workflow), &workflow, arguments.words.clone())?;
    let face = Face::new(Global::from_arg_matches(&matches)?.or(&before));
    let project = face.global.open_after(project, &before, false)?;
    let path = matches.get_one::<PathBuf>("answers").map(PathBuf::as_path);
    let answers = ci::read_answers(path)?;
    ci::refuse_unfit(path, &answers, &workflow, &project.folder)?;
    let request = rehearse::Request {
        workflow: name.clone(),
        inputs: inputs::values(&face, &project, &workflow, &matches)?,
        answers,
        fail: matches.get_many::<String>("fail").into_iter().flatten().cloned().collect(),
    };
    let scenes = rehearse::rehearse(&project, &face.caller, &request)?;
    let mut text = String::new();
    for scene in &scenes {
        let gate = scene.gate.as_ref().map(|gate| format!("{gate}: ")).unwrap_or_default();
        let _ = writeln!(text, "== {gate}{}", scene.decision);
        write_scene(&mut text, scene);
    }
    face.answer(&scenes, &Instructions::default(), &text);
    let has_failed = scenes.iter().any(|scene| scene.gate.is_none() && scene.problem.is_some());
    Ok(if has_failed { exit::FAILED } else { exit::DONE })
}

/// What an attempt is handed, line by line.
fn write_scene(text: &mut String, scene: &rehearse::RehearsalStep) {
    if let Some(problem) = &scene.problem {
        let what = if scene.gate.is_some() { "would fail here" } else { "reason" };
        let _ = writeln!(text, "   ! {what}: {problem}");
    }
    let command = scene.command.as_ref().map(|argv| argv.join(" "));
    for line in command.iter().flat_map(|command| command.lines()) {
        let _ = writeln!(text, "   $ {line}");
    }
    for line in scene.packet.iter().flat_map(|packet| packet.lines()) {
        let _ = writeln!(text, "   | {line}");
    }
    if let Some(message) = &scene.message {
        let _ = writeln!(text, "   message to the approver:");
        for line in message.lines() {
            let _ = writeln!(text, "   > {line}");
        }
    }
}

/// `orch rehearse NAME` as a command of its own, for its flags and its help.
pub fn of_rehearsal(workflow: &Workflow) -> Command {
    let title = format!("orch rehearse {}", workflow.name);
    flags(inputs::flags(Command::new(title.clone()).bin_name(title), workflow))
}

fn flags(command: Command) -> Command {
    Global::augment_args(options(command))
        .about("Dry-run a workflow in a scratch folder, showing every packet and decision")
        .after_help(examples::of("rehearse"))
        .max_term_width(100)
}

/// A command with the options of a rehearsal, whatever its workflow.
pub fn options(command: Command) -> Command {
    let answers = Arg::new("answers")
        .long("answers")
        .value_name("FILE")
        .value_parser(clap::value_parser!(PathBuf))
        .help("Typed answers for gates that ask: TOML or JSON, one table per gate");
    let fail = Arg::new("fail")
        .long("fail")
        .value_name("GATE")
        .action(ArgAction::Append)
        .help("Fail the first attempt of this gate; repeatable");
    command.arg(answers).arg(fail)
}
