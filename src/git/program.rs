//! What only git itself does, done by git: without hooks, and with nothing of the user's shell.

use crate::files;
use crate::files::Beneath;
use crate::files::Log;
use crate::process;
use crate::process::Ending;
use crate::surroundings::Allowed;
use std::path::Path;

/// Options that keep git from starting other programs, and have it sync what it writes.
const OPTIONS: [&str; 7] =
    ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.fsync=all"];

/// Runs git in a folder; gives why it failed, in its own words.
pub(super) fn run(folder: &Path, words: &[&str], input: &[u8]) -> Result<(), String> {
    let say = |error: std::io::Error| error.to_string();
    let passing = files::passing_folder().map_err(say)?;
    let place = |name: &str| Beneath::new(passing.path()).join(name);
    place("in").write_view(input).map_err(say)?;
    let mut environment = Allowed::everything().values();
    environment.insert("LC_ALL".to_owned(), "C".to_owned());
    let command = process::Command {
        argv: OPTIONS.iter().chain(words).map(|&word| word.to_owned()).collect(),
        folder: folder.to_owned(),
        environment,
        stdin: Some(place("in")),
        stdout: Log::create(place("out")).map_err(say)?,
        stderr: Log::create(place("err")).map_err(say)?,
        timeout: None,
        register: None,
    };
    let ending = process::run(&command, &process::Stop::default());
    match ending.map_err(|error| error.to_string())? {
        Ending::Exited(0) => Ok(()),
        Ending::Exited(_)
        | Ending::Signaled(_)
        | Ending::TimedOut
        | Ending::Stopped
        | Ending::Halted => Err(command.stderr.tail(1000).unwrap_or_default().trim().to_owned()),
    }
}
