//! Commands that change a run which machines share: this machine has it while they do.

use super::answer::Face;
use super::command;
use super::command::Command;
use super::command::Failure;
use super::global::Global;
use super::home;
use super::subject::Subject;
use crate::ops::Error;
use crate::ops::borrow;
use crate::ops::borrow::Borrowed;
use clap::ArgMatches;

/// Takes the run that a command is about, where an engine has it.
pub fn of(face: &Face, command: &Command, matches: &ArgMatches) -> Result<Option<Borrowed>, Error> {
    let changes = matches!(command::subject(command), Some(Subject::Run(_)))
        || matches!(
            command,
            Command::Forward(_) | Command::Note(_) | Command::Update(_) | Command::Decide(_)
        );
    let Some(name) = home::named(matches).filter(|_| changes) else { return Ok(None) };
    // What cannot be opened is told by the command itself.
    let Ok(project) = face.global.open(false) else { return Ok(None) };
    match borrow::borrow(&project, &face.caller, &name) {
        // The worker that has it is asked to stop instead.
        Err(Error::Lost { .. }) if command::is_pause(command) => Ok(None),
        borrowed => borrowed,
    }
}

/// The face that knows of it.
pub fn knowing(face: Face, borrowed: Option<&Borrowed>) -> Face {
    let share = borrowed.map(Borrowed::share);
    Face { global: Global { share, ..face.global }, ..face }
}

/// Gives it back, whatever the command came to.
pub fn give_back(
    borrowed: Option<Borrowed>,
    face: &Face,
    done: Result<u8, Failure>,
) -> Result<u8, Failure> {
    let Some(borrowed) = borrowed else { return done };
    let given = face.global.open(false).and_then(|project| borrowed.give_back(&project));
    let code = done?;
    given?;
    Ok(code)
}
