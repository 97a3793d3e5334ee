//! One file for each command: its flags, the request they make, the words of the reply.

mod back;
mod checkpoint;
mod checkpoint_create;
mod checkpoint_diff;
mod checkpoint_list;
mod checkpoint_restore;
mod checkpoint_show;
mod brief;
mod completions;
mod contract_test;
mod cost;
mod doctor;
mod done;
mod gate;
mod gate_approve;
mod gate_check;
mod gate_estimate;
mod gate_fail;
mod gate_finish;
mod gate_redo;
mod gate_reject;
mod gate_start;
mod gate_waive;
mod init;
mod invocation_record;
mod logs;
mod man;
mod next;
mod note;
mod record;
mod record_fetch;
mod record_push;
mod record_rebuild;
mod rehearse;
mod run;
mod run_amend;
mod run_cancel;
mod run_complete;
mod run_list;
mod run_resume;
mod run_show;
mod run_start;
mod run_workflow;
mod session;
mod session_complete;
mod session_list;
mod session_pause;
mod session_start;
mod session_status;
mod status;
mod subject;
mod use_run;
mod verify;
mod workflow;
mod workflow_check;
mod workflow_graph;
mod workflow_list;
mod workflow_new;
mod workflow_schema;
mod workflow_show;

pub use subject::subject;

use super::answer::Face;
use crate::event::NoteKind;
use crate::ops;

/// Everything that can be typed after `orch`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Run a workflow, or act on runs.
    #[command(
        args_conflicts_with_subcommands = true,
        override_usage = "orch run WORKFLOW [--<input> …]\n       orch run <COMMAND>",
        after_help = "orch run WORKFLOW --help lists the inputs of a workflow; orch workflow list, the workflows."
    )]
    Run {
        #[command(subcommand)]
        command: run::RunCommand,
    },
    /// Act on a gate of a run.
    Gate {
        #[command(subcommand)]
        command: gate::GateCommand,
    },
    /// Note calls of agents.
    Invocation {
        #[command(subcommand)]
        command: invocation_record::InvocationCommand,
    },
    /// Sit down at a run, get up again, see how it stands.
    Session {
        #[command(subcommand)]
        command: session::SessionCommand,
    },
    /// Seal points in a run, with the working tree, and come back to them.
    Checkpoint {
        #[command(subcommand)]
        command: checkpoint::CheckpointCommand,
    },
    /// Show where the current run stands.
    Status(ops::RunChoice),
    /// Say what to do next in the current run, with its packet.
    Next(ops::RunChoice),
    /// Tell whoever sits down at the current run all they need to go on.
    Brief(ops::brief::Request),
    /// Print what a gate's program wrote to stdout and stderr.
    Logs(logs::Arguments),
    /// Make a run the current one, and a gate of it.
    Use(ops::use_run::Request),
    /// Return to the run that was current before.
    Back,
    /// Say how far the work has come.
    Update(ops::note::Request),
    /// Say what is worth knowing.
    Note(ops::note::Request),
    /// Say what was done.
    Log(ops::note::Request),
    /// Say what was decided, and why.
    Decide(ops::note::Request),
    /// Hand in the work at hand, if nothing is missing.
    Done(ops::done::Request),
    /// Read, write and draw workflows; nothing is executed.
    Workflow {
        #[command(subcommand)]
        command: workflow::WorkflowCommand,
    },
    /// Try contracts.
    Contract {
        #[command(subcommand)]
        command: contract_test::ContractCommand,
    },
    /// Walk a whole workflow in a scratch folder: every packet, every decision, nothing touched.
    Rehearse(rehearse::Arguments),
    /// Show what runs cost: money, tokens and time, by run, gate, agent, model or day.
    Cost(ops::cost::Request),
    /// Check that records and artifacts are what was recorded, byte for byte.
    Verify(ops::verify::Request),
    /// Act on the committed documents of runs.
    Record {
        #[command(subcommand)]
        command: record::RecordCommand,
    },
    /// Make a project ready: write an orch.toml.
    Init,
    /// Look at what runs need here, say what is wrong, and mend it with --fix.
    Doctor(ops::doctor::Request),
    /// Print a shell's completions.
    Completions(completions::Arguments),
    /// Write man pages into a folder, one for each command.
    Man(man::Arguments),
}

/// Why a command was not carried out.
#[derive(Debug)]
pub enum Failure {
    Usage(clap::Error),
    Operation(ops::Error),
}

impl From<ops::Error> for Failure {
    fn from(error: ops::Error) -> Self {
        Self::Operation(error)
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(error)
    }
}

/// Executes a command; gives its exit code.
pub fn execute(face: &Face, command: Command) -> Result<u8, Failure> {
    match command {
        Command::Run { command } => run::execute(face, command),
        Command::Gate { command } => gate::execute(face, command),
        Command::Invocation { command } => invocation_record::execute(face, command),
        Command::Session { command } => session::execute(face, command),
        Command::Checkpoint { command } => checkpoint::execute(face, command),
        Command::Status(choice) => status::execute(face, &choice),
        Command::Next(choice) => next::execute(face, &choice),
        Command::Brief(request) => brief::execute(face, &request),
        Command::Logs(arguments) => logs::execute(face, &arguments),
        Command::Use(request) => use_run::execute(face, &request),
        Command::Back => back::execute(face),
        Command::Update(request) => note::execute(face, NoteKind::Update, request),
        Command::Note(request) => note::execute(face, NoteKind::Note, request),
        Command::Log(request) => note::execute(face, NoteKind::Log, request),
        Command::Decide(request) => note::execute(face, NoteKind::Decision, request),
        Command::Done(request) => done::execute(face, &request),
        Command::Workflow { command } => workflow::execute(face, command),
        Command::Contract { command } => contract_test::execute(face, command),
        Command::Rehearse(arguments) => rehearse::execute(face, &arguments),
        Command::Cost(request) => cost::execute(face, &request),
        Command::Verify(request) => verify::execute(face, &request),
        Command::Record { command } => record::execute(face, command),
        Command::Init => init::execute(face),
        Command::Doctor(request) => doctor::execute(face, &request),
        Command::Completions(arguments) => Ok(completions::execute(face, &arguments)),
        Command::Man(arguments) => man::execute(face, &arguments),
    }
}
