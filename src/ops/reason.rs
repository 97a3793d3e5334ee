//! Reasons that are given: somebody acts on one later, so that an empty one is refused.

use super::Error;
use super::GateChoice;
use super::RunChoice;
use super::Suggestion;
use super::session::Epic;
use crate::suggestion::OPEN_WORDS;

/// Refuses a reason that says nothing; `command` is the one that was given with it.
pub(super) fn refuse_blank<'r>(
    reason: impl Into<Option<&'r str>>,
    command: Suggestion,
) -> Result<(), Error> {
    refuse_blank_option("reason", reason, command)
}

/// The same of another option that holds a reason.
pub(super) fn refuse_blank_option<'r>(
    name: &'static str,
    words: impl Into<Option<&'r str>>,
    command: Suggestion,
) -> Result<(), Error> {
    if words.into().is_some_and(|words| words.trim().is_empty()) {
        let error = Error::usage(format!("`{name}` is empty"));
        return Err(error.advise_command(command.option(name, OPEN_WORDS)));
    }
    Ok(())
}

/// A command about the gate that was named, as it was named.
pub(super) fn of_gate(command: &'static str, choice: &GateChoice) -> Suggestion {
    let command = of_run(command, &choice.run);
    choice.gate.iter().fold(command, |command, gate| command.option("gate", gate))
}

/// A command about the run that was named, as it was named.
pub(super) fn of_run(command: &'static str, choice: &RunChoice) -> Suggestion {
    choice.run.iter().fold(Suggestion::new(command), |command, run| command.option("run", run))
}

/// A command about the sittings at the run that was named, as it was named.
pub(super) fn of_epic(command: &'static str, epic: &Epic) -> Suggestion {
    epic.epic.iter().fold(Suggestion::new(command), |command, epic| command.option("epic", epic))
}
