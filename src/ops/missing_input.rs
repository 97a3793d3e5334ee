//! An input that is missing: what to type is the whole command, with what was given already.

use super::Error;
use crate::suggestion::OPEN;
use crate::suggestion::quoted;
use crate::workflow::Input;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use serde_json::Value as Json;

/// The command by which a run begins.
pub(super) enum Command<'c> {
    Run,
    RunStart,
    /// With the key of the run.
    SessionStart(&'c str),
}

/// What is wrong with the inputs of a run, with the command that gives what is missing.
pub(super) fn advised(
    error: input::Error,
    command: &Command<'_>,
    (workflow, given): (&Workflow, &Values),
) -> Error {
    let message = error.to_string();
    match error {
        input::Error::Missing { name: missing, help, .. } => {
            let is_asked = |input: &Input| input.name == missing || input.is_required();
            let mut line = begin(command, workflow);
            for input in &workflow.inputs {
                for text in typed(given.get(&input.name), is_asked(input)) {
                    line.push_str(&option(command, input, &text));
                }
            }
            let about = if help.is_empty() { help } else { format!("  ({missing}: {help})") };
            Error::usage(message).advise(line + &about)
        }
        other @ (input::Error::Wrong { .. } | input::Error::Unknown { .. }) => other.into(),
    }
}

fn begin(command: &Command<'_>, workflow: &Workflow) -> String {
    let name = &workflow.name;
    match command {
        Command::Run => format!("orch run {name}"),
        Command::RunStart => format!("orch run start --workflow {name}"),
        Command::SessionStart(key) => {
            format!("orch session start --epic {} --workflow {name}", quoted(key))
        }
    }
}

/// How the values of an input are typed: nothing where it has none and needs none.
fn typed(given: Option<&Json>, is_asked: bool) -> Vec<String> {
    match given {
        None if is_asked => vec![OPEN.to_owned()],
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(items)) => items.iter().map(input::as_text).collect(),
        Some(value) => vec![input::as_text(value)],
    }
}

fn option(command: &Command<'_>, input: &Input, text: &str) -> String {
    match command {
        Command::Run | Command::RunStart => format!(" --{} {}", input.flag(), quoted(text)),
        Command::SessionStart(_) => {
            format!(" --input {}", quoted(&format!("{}={text}", input.name)))
        }
    }
}
