//! Which commands change something, and which run each of them is about: what an error of one
//! reminds of.

use super::Command;
use super::checkpoint::CheckpointCommand;
use super::gate::GateCommand;
use super::invocation_record::InvocationCommand;
use super::record::RecordCommand;
use super::run::RunCommand;
use super::session::SessionCommand;
use crate::cli::subject::Subject;
use crate::ops::Epic;
use crate::ops::RunChoice;

/// Whether a command asks for a run to be paused.
#[cfg(feature = "engine")]
pub fn is_pause(command: &Command) -> bool {
    matches!(command, Command::Pause(_) | Command::Run { command: RunCommand::Pause(_) })
}

/// What a command would change; `None` for one that only reads, or begins a run.
pub fn subject(command: &Command) -> Option<Subject> {
    let choice = match command {
        #[cfg(feature = "engine")]
        Command::Engine { .. } => return None,
        #[cfg(feature = "serve")]
        Command::Mcp(_) | Command::Serve(_) | Command::Approver { .. } => return None,
        Command::Run { command } => of_run(command)?,
        Command::Gate { command } => of_gate(command)?,
        Command::Session { command } => return of_session(command).map(Subject::Epic),
        Command::Invocation { command: InvocationCommand::Record(request) } => &request.gate.run,
        Command::Record { command: RecordCommand::Rebuild(request) } => &request.run,
        Command::Checkpoint { command } => of_checkpoint(command)?,
        Command::Resume(arguments) => arguments.run(),
        Command::Approve(request) => &request.gate.run,
        Command::Pause(request) => &request.run,
        Command::Done(request) => &request.finish.gate.run,
        Command::Use(_) | Command::Back => &RunChoice::default(),
        Command::Record { command: RecordCommand::Push(_) | RecordCommand::Fetch(_) }
        // Words about the work leave it where it is.
        | Command::Update(_)
        | Command::Note(_)
        | Command::Decide(_)
        | Command::Log(_)
        | Command::Status(_)
        | Command::Next(_)
        | Command::Brief(_)
        | Command::Logs(_)
        | Command::Open(_)
        | Command::Cost(_)
        | Command::Workflow { .. }
        | Command::Contract { .. }
        | Command::Rehearse(_)
        | Command::Notify { .. }
        | Command::Verify(_)
        | Command::Report(_)
        | Command::Export(_)
        | Command::Spawn(_)
        | Command::Convoy { .. }
        | Command::List(_)
        | Command::Get(_)
        | Command::Ack(_)
        | Command::Restart(_)
        | Command::Cancel(_)
        | Command::Delete(_)
        | Command::Witness(_)
        | Command::Clean(_)
        | Command::Escalate(_)
        | Command::Forward(_)
        | Command::Worker(_)
        | Command::Errand(_)
        | Command::Init(_)
        | Command::Doctor(_)
        | Command::Explain(_)
        | Command::Completions(_)
        | Command::Man(_)
        | Command::Ls(_)
        | Command::Show(_) => return None,
    };
    Some(Subject::Run(choice.clone()))
}

fn of_session(command: &SessionCommand) -> Option<Epic> {
    match command {
        SessionCommand::Start(request) => Some(Epic { epic: Some(request.epic.clone()) }),
        SessionCommand::Resume(arguments) => Some(Epic { epic: Some(arguments.epic().to_owned()) }),
        SessionCommand::Pause(request) => Some(request.epic.clone()),
        SessionCommand::Complete(request) => Some(request.epic.clone()),
        SessionCommand::Status(_) | SessionCommand::List(_) | SessionCommand::Keep(_) => None,
    }
}

fn of_run(command: &RunCommand) -> Option<&RunChoice> {
    match command {
        RunCommand::Resume(arguments) => Some(arguments.run()),
        RunCommand::Complete(request) => Some(&request.run),
        RunCommand::Amend(request) => Some(&request.run),
        RunCommand::Cancel(request) => Some(&request.run),
        RunCommand::Pause(request) => Some(&request.run),
        RunCommand::Start(_)
        | RunCommand::List(_)
        | RunCommand::Show(_)
        | RunCommand::Workflow(_) => None,
    }
}

fn of_checkpoint(command: &CheckpointCommand) -> Option<&RunChoice> {
    match command {
        CheckpointCommand::Create(request) => Some(&request.run),
        CheckpointCommand::Restore(request) => Some(&request.run),
        CheckpointCommand::List(_) | CheckpointCommand::Show(_) | CheckpointCommand::Diff(_) => {
            None
        }
    }
}

fn of_gate(command: &GateCommand) -> Option<&RunChoice> {
    match command {
        GateCommand::Start(request) => Some(&request.gate.run),
        GateCommand::Finish(request) => Some(&request.gate.run),
        GateCommand::Fail(request) => Some(&request.gate.run),
        GateCommand::Approve(request) => Some(&request.gate.run),
        GateCommand::Reject(request) => Some(&request.gate.run),
        GateCommand::Redo(request) => Some(&request.gate.run),
        GateCommand::Waive(request) => Some(&request.gate.run),
        GateCommand::Estimate(request) => Some(&request.gate.run),
        GateCommand::Check(_) => None,
    }
}
