//! The terminal: whether there is one, what can be done on it, and the person at it.

use crate::caller::asker;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Person;
use crate::ops::Project;
use dialoguer::console::Term;
use serde_json::Value as Json;
use std::io::IsTerminal;
use std::io::Read;
use std::sync::mpsc;
use std::time::Duration;

/// How much another program may write to standard input, in bytes, and how long it may take.
const PIPED_BYTES_MAX: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether somebody can be asked: a terminal to read from and one to write to.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether results and remarks come out in the same place.
pub fn shows_both() -> bool {
    std::io::stdout().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether lines may be drawn over.
pub fn can_draw() -> bool {
    std::io::stderr().is_terminal() && !is_dumb()
}

/// How many columns standard output has, where it is a terminal.
pub fn columns() -> Option<usize> {
    columns_of(&Term::stdout())
}

/// How many columns standard error has, where it is a terminal.
pub fn error_columns() -> Option<usize> {
    columns_of(&Term::stderr())
}

fn columns_of(term: &Term) -> Option<usize> {
    let size = term.is_term().then(|| term.size_checked()).flatten();
    size.map(|(_, columns)| usize::from(columns)).filter(|columns| *columns > 0)
}

/// Whether colours are wanted on standard error.
pub fn has_colours() -> bool {
    can_draw() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The JSON that another program writes to standard input; one that does not end it is not waited for.
pub fn piped_json() -> Option<Json> {
    if std::io::stdin().is_terminal() {
        return None;
    }
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        let read = std::io::stdin().take(PIPED_BYTES_MAX).read_to_end(&mut text);
        told.send(read.is_ok().then_some(text))
    });
    serde_json::from_slice(&heard.recv_timeout(PATIENCE).ok()??).ok()
}

fn is_dumb() -> bool {
    std::env::var("TERM").is_ok_and(|term| term == "dumb")
}

/// Why nothing more is read: Ctrl-C for one.
pub fn unreadable(error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::Interrupted {
        return Error::Interrupted;
    }
    Error::environment(format!("cannot read from the terminal: {error}"))
}

/// The person at the terminal; nobody where there is none, or where an agent is.
pub fn person(project: &Project, caller: &Caller, is_ci: bool) -> Result<Person, Error> {
    asker::refuse_agents(project, caller)?;
    if is_ci || !can_ask() {
        return Err(Error::usage("this needs a person at an interactive terminal").advise(
            "run the same command in a terminal; no file or flag can answer for a person",
        ));
    }
    let terminal = rustix::termios::ttyname(std::io::stdin(), Vec::new())
        .ok()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_else(|| "unknown".to_owned());
    let (by, how) = (caller.identity(project)?, format!("terminal {terminal}"));
    Ok(Person { by, how, signature: None })
}
