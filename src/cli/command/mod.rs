//! One file for each command: its flags, the request they make, the words of the reply.

mod back;
mod cancel;
mod checkpoint;
mod checkpoint_create;
mod checkpoint_diff;
mod checkpoint_list;
mod checkpoint_restore;
mod checkpoint_show;
mod ack;
#[cfg(feature = "serve")]
mod approver;
#[cfg(feature = "serve")]
mod approver_add;
mod brief;
mod clean;
mod completions;
mod contract_test;
mod convoy;
mod cost;
mod doctor;
mod done;
#[cfg(feature = "engine")]
mod engine;
mod escalate;
mod explain;
mod export;
mod forward;
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
mod get;
mod init;
mod invocation_record;
mod list;
mod log;
mod logs;
mod man;
#[cfg(feature = "serve")]
mod mcp;
mod next;
mod note;
mod notify;
mod notify_test;
mod open;
mod record;
mod record_fetch;
mod record_push;
mod record_rebuild;
mod rehearse;
mod report;
mod restart;
mod run;
mod run_amend;
mod run_cancel;
mod run_complete;
mod run_list;
mod run_pause;
mod run_resume;
mod run_show;
mod run_start;
mod run_workflow;
#[cfg(feature = "serve")]
mod serve;
mod session;
mod session_complete;
mod session_list;
mod session_pause;
mod session_start;
mod session_status;
mod spawn;
mod status;
mod subject;
mod update;
mod use_run;
mod verify;
mod witness;
mod worker;
mod workflow;
mod workflow_audit;
mod workflow_check;
mod workflow_graph;
mod workflow_list;
mod workflow_new;
mod workflow_schema;
mod workflow_show;

pub use rehearse::of_rehearsal;
pub use run_start::of_start;
pub use run_workflow::of_workflow;
pub use run_workflow::reserved;
#[cfg(feature = "engine")]
pub use subject::is_pause;
pub use subject::subject;
pub use workflow_audit::of_audit;

use super::answer::Face;
use super::run_choice::bare_run;
use crate::envelope::exit;
use crate::event::NoteKind;
use crate::ops;

/// Everything that can be typed after `orch`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Run a workflow, or manage runs.
    #[command(
        args_conflicts_with_subcommands = true,
        override_usage = "orch run WORKFLOW [--<input> …]\n       orch run <COMMAND>",
        after_help = "List workflows with: orch workflow list\n\
                      Show a workflow's inputs and all options with: orch run WORKFLOW --help"
    )]
    Run {
        #[command(subcommand)]
        command: run::RunCommand,
    },
    /// Start, finish, approve and redo gates.
    Gate {
        #[command(subcommand)]
        command: gate::GateCommand,
    },
    /// Record agent invocations.
    Invocation {
        #[command(subcommand)]
        command: invocation_record::InvocationCommand,
    },
    /// Start, pause and inspect sessions.
    Session {
        #[command(subcommand)]
        command: session::SessionCommand,
    },
    /// Create, compare and restore checkpoints of a run and its working tree.
    Checkpoint {
        #[command(subcommand)]
        command: checkpoint::CheckpointCommand,
    },
    /// Show the status of the current run.
    #[command(arg = bare_run())]
    Status(status::Arguments),
    /// Show the next step of the current run, with its packet.
    #[command(arg = bare_run())]
    Next(ops::RunChoice),
    /// Summarize the current run for someone resuming it.
    #[command(arg = bare_run())]
    Brief(ops::brief::Request),
    /// Print what a gate's program wrote to stdout and stderr.
    Logs(logs::Arguments),
    /// Show the packet and the outputs of a gate.
    Open(ops::AttemptChoice),
    /// Select the current run, and optionally a gate.
    Use(ops::use_run::Request),
    /// Switch back to the previous run.
    Back,
    /// Record progress.
    Update(update::Arguments),
    /// Record a note.
    Note(ops::note::Request),
    /// Record completed work; without a text, list what was recorded.
    Log(log::Arguments),
    /// Record a decision and its reason.
    Decide(ops::note::Request),
    /// Finish the current gate, unless something is missing.
    Done(ops::done::Request),
    /// List, show, create and check workflows.
    Workflow {
        #[command(subcommand)]
        command: workflow::WorkflowCommand,
    },
    /// Test contracts.
    Contract {
        #[command(subcommand)]
        command: contract_test::ContractCommand,
    },
    /// Dry-run a workflow in a scratch folder, showing every packet and decision.
    Rehearse(rehearse::Arguments),
    /// Show cost, tokens and time by run, gate, agent, model or day.
    Cost(ops::cost::Request),
    /// Verify records and artifacts, byte for byte.
    #[command(arg = bare_run())]
    Verify(ops::verify::Request),
    /// Report on a run in one document: task, work, findings, approvals and verification.
    #[command(arg = bare_run())]
    Report(report::Arguments),
    /// Export a run in the format of another tool, signed with your SSH key.
    #[command(arg = bare_run())]
    Export(export::Arguments),
    /// Rebuild, push and fetch the records of runs.
    Record {
        #[command(subcommand)]
        command: record::RecordCommand,
    },
    /// Have workers drive a run for each key, each in a git worktree of its own.
    Spawn(ops::spawn::Request),
    /// Start, inspect and cancel convoys, which run a workflow for each of several keys.
    Convoy {
        #[command(subcommand)]
        command: convoy::ConvoyCommand,
    },
    /// List the runs that workers drive, and what each needs (all runs: `orch run list`).
    List(list::Arguments),
    /// Show a run that a worker drives.
    Get(ops::get::Request),
    /// Acknowledge the messages that were forwarded to a run.
    #[command(arg = bare_run())]
    Ack(ops::RunChoice),
    /// Short for `orch run pause`.
    #[command(arg = bare_run())]
    Pause(ops::run_pause::Request),
    /// Have a worker resume a run that failed, is stuck or lost its process.
    Restart(ops::get::Request),
    /// Cancel a run that a worker drives, and remove its worktree.
    Cancel(ops::cancel::Request),
    /// Remove the worktree and the branch of a finished run.
    Delete(ops::get::Request),
    /// Check the health of the runs that workers drive.
    Witness(witness::Arguments),
    /// List what finished runs left on this machine; --remove removes what is safe to remove.
    Clean(ops::clean::Request),
    /// Ask a person a question, and end the attempt.
    Escalate(ops::escalate::Request),
    /// Answer a run's question, or send a message for its next packet.
    Forward(ops::forward::Request),
    /// Drive runs that wait in the pool, such as child runs.
    Worker(ops::worker::Request),
    /// Do what a ticket of the pool asks for; `worker` runs this automatically.
    #[command(hide = true)]
    Errand(ops::errand::Request),
    /// Share runs with other machines.
    #[cfg(feature = "engine")]
    Engine {
        #[command(subcommand)]
        command: engine::EngineCommand,
    },
    /// Create passkeys for approving in a browser.
    #[cfg(feature = "serve")]
    Approver {
        #[command(subcommand)]
        command: approver::ApproverCommand,
    },
    /// Serve the operations over HTTP on this machine.
    #[cfg(feature = "serve")]
    Serve(serve::Arguments),
    /// Test notifications.
    Notify {
        #[command(subcommand)]
        command: notify::NotifyCommand,
    },
    /// Set up a project: create orch.toml and the parts that you choose.
    Init(ops::init::Request),
    /// Diagnose problems with this project; repair them with --fix.
    Doctor(ops::doctor::Request),
    /// Explain a check, key, command, agent, audit rule, error code or exit code.
    Explain(ops::explain::Request),
    /// Print a shell completion script.
    Completions(completions::Arguments),
    /// Write man pages to a folder, one per command.
    Man(man::Arguments),
    /// Serve tools for agents over MCP, on standard input and output.
    #[cfg(feature = "serve")]
    Mcp(mcp::Arguments),
    /// Short for `orch run list`.
    Ls(ops::run_list::Request),
    /// Short for `orch run show`.
    #[command(arg = bare_run())]
    Show(ops::run_show::Request),
    /// Short for `orch run resume`.
    #[command(arg = bare_run())]
    Resume(run_resume::Arguments),
    /// Short for `orch gate approve`.
    Approve(ops::gate_approve::Request),
}

/// Why a command was not carried out.
#[derive(Debug)]
pub enum Failure {
    Usage(clap::Error),
    Operation(Box<ops::Error>),
}

impl From<ops::Error> for Failure {
    fn from(error: ops::Error) -> Self {
        Self::Operation(Box::new(error))
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
        Command::Status(arguments) => status::execute(face, &arguments),
        Command::Next(choice) => next::execute(face, &choice),
        Command::Brief(request) => brief::execute(face, &request),
        Command::Logs(arguments) => logs::execute(face, &arguments),
        Command::Open(choice) => open::execute(face, &choice),
        Command::Use(request) => use_run::execute(face, &request),
        Command::Back => back::execute(face),
        Command::Update(arguments) => update::execute(face, arguments),
        Command::Note(request) => note::execute(face, NoteKind::Note, request),
        Command::Log(arguments) => log::execute(face, arguments),
        Command::Decide(request) => note::execute(face, NoteKind::Decision, request),
        Command::Done(request) => done::execute(face, &request),
        Command::Workflow { command } => workflow::execute(face, command),
        Command::Contract { command } => contract_test::execute(face, command),
        Command::Rehearse(arguments) => rehearse::execute(face, &arguments),
        Command::Cost(request) => cost::execute(face, &request),
        Command::Verify(request) => verify::execute(face, &request),
        Command::Report(arguments) => report::execute(face, &arguments),
        Command::Export(arguments) => export::execute(face, &arguments),
        Command::Record { command } => record::execute(face, command),
        Command::Spawn(request) => spawn::execute(face, &request),
        Command::Convoy { command } => convoy::execute(face, &command),
        Command::List(arguments) => list::execute(face, &arguments),
        Command::Get(request) => get::execute(face, &request),
        Command::Ack(choice) => ack::execute(face, &choice),
        Command::Pause(request) => run_pause::execute(face, &request),
        Command::Restart(request) => restart::execute(face, &request),
        Command::Cancel(request) => cancel::execute(face, &request),
        Command::Delete(request) => cancel::execute_delete(face, &request),
        Command::Witness(arguments) => witness::execute(face, &arguments),
        Command::Clean(request) => clean::execute(face, request),
        Command::Escalate(request) => escalate::execute(face, &request),
        Command::Forward(request) => forward::execute(face, &request),
        Command::Worker(request) => worker::execute(face, &request),
        Command::Errand(request) => {
            ops::errand::errand(&face.global.open(true)?, &face.caller, &request)?;
            Ok(exit::DONE)
        }
        #[cfg(feature = "engine")]
        Command::Engine { command } => engine::execute(face, command),
        #[cfg(feature = "serve")]
        Command::Approver { command } => approver::execute(face, command),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::execute(face, arguments),
        Command::Notify { command } => notify::execute(face, command),
        Command::Init(request) => init::execute(face, request),
        Command::Doctor(request) => doctor::execute(face, &request),
        Command::Explain(request) => explain::execute(face, &request),
        Command::Completions(arguments) => completions::execute(face, &arguments),
        Command::Man(arguments) => man::execute(face, &arguments),
        #[cfg(feature = "serve")]
        Command::Mcp(arguments) => mcp::execute(face, &arguments),
        Command::Ls(request) => run_list::execute(face, &request),
        Command::Show(request) => run_show::execute(face, &request),
        Command::Resume(arguments) => run_resume::execute(face, &arguments),
        Command::Approve(request) => gate_approve::execute(face, &request),
    }
}
