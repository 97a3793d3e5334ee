//! What only git itself does, done by git: without hooks, and with nothing of the user's shell.

use crate::files;
use crate::files::Beneath;
use crate::files::Log;
use crate::process;
use crate::process::Ending;
use crate::process::Stop;
use crate::surroundings::Allowed;
use crate::surroundings::Variables;
use crate::surroundings::of_transport;
use std::collections::BTreeMap;
use std::path::Path;

/// Options that keep git from starting other programs, have it sync what it writes, and leave out its
/// advice to type `git pull`, which brings no refs of runs.
const OPTIONS: [&str; 9] = [
    "git",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.fsync=all",
    "-c",
    "advice.pushUpdateRejected=false",
];

/// Runs git in a folder; gives why it failed, in its own words.
pub(super) fn run(folder: &Path, words: &[&str], input: &[u8]) -> Result<(), String> {
    output(folder, words, input, &Stop::default()).map(drop)
}

/// Runs git in a folder, as long as nobody wants it to stop.
pub(super) fn run_until(folder: &Path, words: &[&str], stop: &Stop) -> Result<(), String> {
    call(folder, words, b"", (stop, of_transport(&own()))).map(drop)
}

/// Runs git in a folder, as long as nobody wants it to stop; gives what it printed.
pub(super) fn output_until(folder: &Path, words: &[&str], stop: &Stop) -> Result<Vec<u8>, String> {
    call(folder, words, b"", (stop, of_transport(&own())))
}

/// What git lists, each ended by a zero byte.
pub(super) fn lines(folder: &Path, words: &[&str]) -> Result<Vec<String>, String> {
    let listed = output(folder, words, b"", &Stop::default())?;
    let lines = listed.split(|byte| *byte == 0).filter(|line| !line.is_empty());
    Ok(lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect())
}

/// Runs git in a folder; gives what it printed.
fn output(folder: &Path, words: &[&str], input: &[u8], stop: &Stop) -> Result<Vec<u8>, String> {
    call(folder, words, input, (stop, BTreeMap::new()))
}

/// Git is a part of `orch`: it is run with what `orch` itself was started with.
fn own() -> Variables {
    std::env::vars_os().collect()
}

fn call(
    folder: &Path,
    words: &[&str],
    input: &[u8],
    (stop, more): (&Stop, BTreeMap<String, String>),
) -> Result<Vec<u8>, String> {
    let say = |error: std::io::Error| error.to_string();
    let passing = files::passing_folder().map_err(say)?;
    let place = |name: &str| Beneath::new(passing.path()).join(name);
    place("in").write_view(input).map_err(say)?;
    let mut environment = Allowed::everything().values(&own());
    environment.insert("LC_ALL".to_owned(), "C".to_owned());
    environment.extend(more);
    let command = process::ProgramCall {
        argv: OPTIONS.iter().chain(words).map(|&word| word.to_owned()).collect(),
        folder: folder.to_owned(),
        environment,
        stdin: Some(place("in")),
        stdout: Log::create(place("out")).map_err(say)?,
        stderr: Log::create(place("err")).map_err(say)?,
        timeout: None,
        register: None,
        sandbox: None,
    };
    let ending = process::run(&command, stop);
    match ending.map_err(|error| error.to_string())? {
        Ending::Exited(0) => Ok(place("out").read().map_err(say)?.unwrap_or_default()),
        Ending::Exited(_)
        | Ending::Signaled(_)
        | Ending::TimedOut
        | Ending::Stopped
        | Ending::Halted => Err(command.stderr.tail(1000).unwrap_or_default().trim().to_owned()),
    }
}
