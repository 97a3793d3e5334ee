//! The work of a gate: who does it, and how.

use super::file::GateFile;
use super::file::ShellFile;
use super::texts::Parse;
use crate::executor::ExecutorKind;
use crate::source::Unsound;
use crate::template::Template;

/// Who does the work, and how.
#[derive(Debug, Clone)]
pub enum Work {
    Human,
    /// The role, where one is named.
    Agent(Option<String>),
    Command(Vec<Template>),
    /// A script, and the program with its arguments that runs it.
    Shell {
        script: String,
        with: Vec<String>,
    },
    /// A child run.
    Workflow(String),
}

impl Work {
    pub fn executor(&self) -> ExecutorKind {
        match self {
            Self::Human => ExecutorKind::Human,
            Self::Agent(_) => ExecutorKind::Agent,
            Self::Command(_) | Self::Shell { .. } => ExecutorKind::Command,
            Self::Workflow(_) => ExecutorKind::Workflow,
        }
    }
}

/// The work that a table of a gate asks for which the rules have found sound.
pub(super) fn build(file: &GateFile, template: &Parse<'_>) -> Result<Work, Box<Unsound>> {
    let role = file.agent.as_ref().map(|agent| agent.get_ref().clone());
    let kind = file.executor.as_ref().and_then(|kind| ExecutorKind::parse(kind.get_ref()));
    let kind = kind.unwrap_or(ExecutorKind::Human);
    Ok(match (kind, &file.command, &file.shell, &file.workflow) {
        (ExecutorKind::Command, Some(command), _, _) => {
            Work::Command(command.get_ref().iter().map(template).collect::<Result<_, _>>()?)
        }
        (ExecutorKind::Command, None, Some(shell), _) => {
            let ShellFile { script, with } = shell.get_ref().clone();
            Work::Shell { script, with }
        }
        (ExecutorKind::Workflow, _, _, Some(workflow)) => {
            Work::Workflow(workflow.get_ref().clone())
        }
        (ExecutorKind::Agent, _, _, _) => Work::Agent(role),
        // Of the others the rules have refused what has no work.
        (ExecutorKind::Human | ExecutorKind::Command | ExecutorKind::Workflow, _, _, _) => {
            Work::Human
        }
    })
}
