//! An input that is missing: what to type is the whole command, with what was given already.

use super::Error;
use super::session;
use crate::suggestion::Advice;
use crate::suggestion::OPEN;
use crate::suggestion::Suggestion;
use crate::workflow::Input;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use serde_json::Value as Json;

/// The command that takes the inputs.
pub(super) enum Command<'c> {
    Run,
    RunStart,
    Rehearse,
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
                    line = option(line, command, (input, &text));
                }
            }
            let about = if help.is_empty() { help } else { format!("  ({missing}: {help})") };
            Error::usage(message).advise(Advice::from(line).then(about))
        }
        other @ (input::Error::Wrong { .. } | input::Error::Unknown { .. }) => other.into(),
    }
}

fn begin(command: &Command<'_>, workflow: &Workflow) -> Suggestion {
    let name = &workflow.name;
    match command {
        Command::Run => Suggestion::new("run").word(name),
        Command::RunStart => Suggestion::new("run start").option("workflow", name),
        Command::Rehearse => Suggestion::new("rehearse").word(name),
        Command::SessionStart(key) => session::begin(key).option("workflow", name),
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

fn option(line: Suggestion, command: &Command<'_>, (input, text): (&Input, &str)) -> Suggestion {
    match command {
        Command::Run | Command::RunStart | Command::Rehearse => line.option(input.flag(), text),
        Command::SessionStart(_) => line.option("input", format!("{}={text}", input.name)),
    }
}
