//! The work of a gate: who does it, and how.

use super::child;
use super::child::ChildWork;
use super::file::GateFile;
use super::file::ShellFile;
use super::texts::Parse;
use super::texts::Texts;
use crate::contract::Contract;
use crate::contract::Output;
use crate::contract::OutputFiles;
use crate::document::Placed;
use crate::executor::ExecutorKind;
use crate::id::GateId;
use crate::template::Template;

/// What becomes of what a command prints, besides the log.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Printing {
    /// The file that keeps it, as an output of the gate.
    pub file: Option<Template>,
    /// Whether the person who drives the run is shown it.
    pub is_shown: bool,
}

/// Where a program leaves its answers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AnswersFrom {
    /// The document.
    pub file: Template,
    /// The JSON pointer to the answers.
    pub pointer: String,
}

/// Who does the work, and how.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Work {
    /// A person.
    Human,
    /// An agent.
    Agent(Role),
    /// A program with its arguments.
    Command(Vec<Template>),
    /// A script, and the program with its arguments that runs it.
    Shell {
        /// The script.
        script: String,
        /// The program with its arguments.
        with: Vec<String>,
    },
    /// A child run.
    Workflow(Box<ChildWork>),
}

/// Which agent does the work of an agent gate.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Role {
    /// Whoever is given for the run, else the default agent.
    Any,
    /// The agent of that name where `orch.toml` has one, else as above.
    Named(String),
    /// The agent whose name a template gives.
    Chosen(Template),
}

impl Work {
    /// The kind of executor that does it.
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
pub(super) fn build(file: &GateFile, texts: &Texts<'_>) -> Work {
    let template = |text: &Placed<String>| texts.template(text);
    let kind = file.executor.as_ref().and_then(|kind| ExecutorKind::parse(kind.get_ref()));
    let kind = kind.unwrap_or(ExecutorKind::Human);
    match (kind, &file.command, &file.shell, &file.workflow) {
        (ExecutorKind::Command, Some(command), _, _) => {
            Work::Command(command.get_ref().iter().map(template).collect())
        }
        (ExecutorKind::Command, None, Some(shell), _) => {
            let ShellFile { script, with } = shell.get_ref().clone();
            Work::Shell { script, with }
        }
        (ExecutorKind::Workflow, _, _, Some(_)) => {
            Work::Workflow(Box::new(child::build(file, texts)))
        }
        (ExecutorKind::Agent, _, _, _) => Work::Agent(match &file.agent {
            None => Role::Any,
            Some(name) => match template(name) {
                literal if literal.is_literal() => Role::Named(literal.text().to_owned()),
                template => Role::Chosen(template),
            },
        }),
        // Of the others the rules have refused what has no work.
        (ExecutorKind::Human | ExecutorKind::Command | ExecutorKind::Workflow, _, _, _) => {
            Work::Human
        }
    }
}

/// A contract that the file which keeps a command's output is an output of too, where it names one.
/// A command may have nothing to print.
pub(super) fn with_stdout(
    contract: Option<Contract>,
    stdout: Option<&Template>,
    gate: &GateId,
) -> Option<Contract> {
    let Some(stdout) = stdout else { return contract };
    let empty = || Contract {
        name: gate.to_string(),
        description: String::new(),
        outputs: Vec::new(),
        checks: Vec::new(),
    };
    let mut contract = contract.unwrap_or_else(empty);
    let is_it = |output: &Output| match &output.target {
        OutputFiles::Path(path) => path.text() == stdout.text(),
        OutputFiles::AnyOf(_) | OutputFiles::FirstOf(_) | OutputFiles::Glob(_) => false,
    };
    if !contract.outputs.iter().any(is_it) {
        contract.outputs.push(Output::that_may_be_empty(stdout.clone()));
    }
    Some(contract)
}

/// Where a program leaves its answers.
pub(super) fn answers_from(file: &GateFile, inside: &Parse<'_>) -> Option<AnswersFrom> {
    let from = file.answers_from.as_ref()?;
    Some(AnswersFrom { file: inside(&from.file), pointer: from.pointer.clone() })
}
