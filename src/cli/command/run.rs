//! `orch run`: a workflow by its name, or a subcommand on runs.

use super::Failure;
use super::run_amend;
use super::run_cancel;
use super::run_complete;
use super::run_list;
use super::run_pause;
use super::run_resume;
use super::run_show;
use super::run_start;
use super::run_workflow;
use crate::cli::answer::Face;
use crate::cli::run_choice::bare_run;
use crate::ops;

/// What can be typed after `orch run`.
#[derive(Debug, clap::Subcommand)]
pub enum RunCommand {
    /// Start a run to work through by hand, gate by gate.
    Start(run_start::Arguments),
    /// Resume a run.
    #[command(arg = bare_run())]
    Resume(run_resume::Arguments),
    /// List the runs of this project.
    List(ops::run_list::Request),
    /// Show what happened in a run.
    #[command(arg = bare_run())]
    Show(ops::run_show::Request),
    /// End a run as PASSED, FAILED or CANCELED.
    #[command(arg = bare_run())]
    Complete(ops::run_complete::Request),
    /// Cancel a run; a process that drives it is asked to stop.
    #[command(arg = bare_run())]
    Cancel(ops::run_cancel::Request),
    /// Pause a run; a process that drives it is asked to stop.
    #[command(arg = bare_run())]
    Pause(ops::run_pause::Request),
    /// Apply a corrected definition to an unfinished run.
    #[command(arg = bare_run())]
    Amend(ops::run_amend::Request),
    #[command(external_subcommand)]
    Workflow(Vec<String>),
}

pub fn execute(face: &Face, command: RunCommand) -> Result<u8, Failure> {
    match command {
        RunCommand::Start(arguments) => run_start::execute(face, &arguments),
        RunCommand::Resume(arguments) => run_resume::execute(face, &arguments),
        RunCommand::List(request) => run_list::execute(face, &request),
        RunCommand::Show(request) => run_show::execute(face, &request),
        RunCommand::Complete(request) => run_complete::execute(face, &request),
        RunCommand::Amend(request) => run_amend::execute(face, &request),
        RunCommand::Cancel(request) => run_cancel::execute(face, &request),
        RunCommand::Pause(request) => run_pause::execute(face, &request),
        RunCommand::Workflow(words) => run_workflow::execute(face, &words),
    }
}
