//! `orch run WORKFLOW`: flags from the workflow's inputs, then a driven run.

use super::Failure;
use super::run::RunCommand;
use super::run_resume;
use crate::cli::answer::Face;
use crate::cli::ci::CiArguments;
use crate::cli::ci::Reports;
use crate::cli::drive;
use crate::cli::global::Global;
use crate::cli::inputs;
use crate::cli::progress::Progress;
use crate::cli::question;
use crate::definition::Reserved;
use crate::envelope::exit;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::Foreword;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::Suggestion;
use crate::ops::audit_notice;
use crate::ops::run;
use crate::ops::run::BeginRequest;
use crate::ops::run::BudgetRequest;
use crate::ops::run::DriveRequest;
use crate::ops::run_detach;
use crate::ops::run_detach::DetachRequest;
use crate::source::nearest_of;
use crate::workflow;
use crate::workflow::Workflow;
use clap::Arg;
use clap::Args;
use clap::Command;
use clap::FromArgMatches;
use clap::Subcommand;

pub fn execute(face: &Face, words: &[String]) -> Result<u8, Failure> {
    let Some((name, flags)) = words.split_first() else {
        return Err(Error::usage("a workflow name is required")
            .advise_command(Suggestion::new("workflow list"))
            .into());
    };
    let before = face.global.or_among(flags);
    let project = before.open(false)?;
    let loaded = Workflow::load(name, &project.shelf);
    let (workflow, definition) = loaded.map_err(|error| or_subcommand(&project, error))?;
    let command = of_workflow(&workflow);
    let matches = inputs::read(command, &workflow, words.to_vec())?;
    let face = Face::new(Global::from_arg_matches(&matches)?.or(&before));
    let project = face.global.open_after(project, &before, true)?;
    let drive_request = DriveRequest::from_arg_matches(&matches)?;
    let ci = CiArguments::from_arg_matches(&matches)?;
    // Read first: nothing begins with a file that cannot be used later.
    let answers = crate::cli::ci::read_answers(ci.answers.as_deref())?;
    crate::cli::ci::refuse_unfit(ci.answers.as_deref(), &answers, &workflow, &project.folder)?;
    let reports = Reports::of(&ci)?;
    let mut request = run::Request {
        workflow: workflow.name.clone(),
        inputs: inputs::values(&face, &project, &workflow, &matches)?,
        begin: BeginRequest::from_arg_matches(&matches)?,
        budget: BudgetRequest::from_arg_matches(&matches)?,
        drive: drive_request.clone(),
    };
    if drive_request.detach {
        let DetachRequest { worktree } = DetachRequest::from_arg_matches(&matches)?;
        let request = run_detach::Request { run: request, worktree };
        return leave(&face, &project, &request);
    }
    if let Some(run) = another(&face, &project, &workflow, &mut request)? {
        return run_resume::resume(&face, &project, &request.resume(run), (&ci, &reports));
    }
    let mut progress = Progress::new(&face);
    if face.can_ask() {
        let agent = drive_request.agent.as_deref();
        let notice = audit_notice::notice(&project, (&workflow, &definition), agent);
        if let Some(notice) = &notice {
            progress.audited(notice);
        }
    }
    let mut greet = |foreword: &Foreword| progress.greet(&project, foreword);
    let standing =
        run::run_loaded(&project, &face.caller, (workflow, definition), &request, &mut greet)?;
    drop(progress);
    Ok(drive::go_on(&face, &project, (standing, None), (&drive_request, &ci, &reports))?)
}

/// Leaves the run to workers.
fn leave(face: &Face, project: &Project, request: &run_detach::Request) -> Result<u8, Failure> {
    let reply = run_detach::run_detach(project, &face.caller, request)?;
    let how = if reply.existed { "exists" } else { "queued" };
    let mut instructions = Instructions::default();
    instructions.suggest(&Suggestion::new("list"));
    face.answer(&reply, &instructions, &format!("{} {how} {}\n", reply.key, reply.run_id));
    Ok(exit::DONE)
}

/// A name that no workflow has may be a mistyped subcommand.
fn or_subcommand(project: &Project, error: workflow::Error) -> Error {
    let workflow::Error::Unknown { name, .. } = &error else { return error.into() };
    let names = project.shelf.names("workflows", ".toml");
    let commands = &project.shelf.reserved().names;
    let is_command = |nearest: &&str| commands.iter().any(|command| command == nearest);
    let all = names.iter().chain(commands).map(String::as_str);
    match nearest_of(name, all).filter(is_command) {
        Some(subcommand) => Error::usage(format!("`{name}` is neither a workflow nor a command"))
            .advise(format!("did you mean `orch run {subcommand}`?")),
        None => error.into(),
    }
}

/// Asks what becomes of an unfinished run of the same key, where there is one and somebody to ask;
/// gives the run to go on with instead.
fn another(
    face: &Face,
    project: &Project,
    workflow: &Workflow,
    request: &mut run::Request,
) -> Result<Option<RunId>, Error> {
    if request.begin.again || !face.can_ask() {
        return Ok(None);
    }
    let unfinished = run::unfinished(project, &face.caller, workflow, &request.inputs)?;
    let Some(entry) = unfinished.into_iter().next() else { return Ok(None) };
    let question = format!("Run {} of `{}` is {}", entry.run_id, entry.key, entry.status);
    let items = ["resume it", "start another run", "do nothing"];
    match question::choose(&question, &items, 0, &mut question::unwatched)? {
        Some(0) => Ok(Some(entry.run_id)),
        Some(1) => {
            request.begin.again = true;
            Ok(None)
        }
        Some(_) | None => Err(Error::Interrupted),
    }
}

/// `orch run NAME` as a command of its own, for its flags and its help.
pub fn of_workflow(workflow: &Workflow) -> Command {
    let command = Command::new(format!("orch run {}", workflow.name))
        .bin_name(format!("orch run {}", workflow.name))
        .max_term_width(100);
    // The flags bring a description of themselves; it is not the workflow's.
    Global::augment_args(options(inputs::flags(command, workflow)))
        .about(workflow.description.clone())
}

/// A command with the options of a run, whatever its workflow.
pub fn options(command: Command) -> Command {
    let command = BeginRequest::augment_args(command);
    let command = BudgetRequest::augment_args(command);
    let command = DriveRequest::augment_args(command);
    let command = DetachRequest::augment_args(command);
    // A worker begins the run, and is told no more of it than its inputs and its budget.
    let untold = ["agent", "until", "start_from", "answers"];
    CiArguments::augment_args(command).mut_arg("detach", |arg| arg.conflicts_with_all(untold))
}

/// The words that this takes from inputs and workflows.
pub fn reserved() -> Reserved {
    let mut run = Global::augment_args(options(Command::new("run")));
    run.build();
    let mut flags: Vec<String> =
        run.get_arguments().filter_map(Arg::get_long).map(str::to_owned).collect();
    flags.sort_unstable();
    let run = RunCommand::augment_subcommands(Command::new("run"));
    let names = run.get_subcommands().map(Command::get_name).chain(["help"]);
    Reserved { flags, names: names.map(str::to_owned).collect() }
}
