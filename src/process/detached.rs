//! Processes that outlive the one that starts them.
#![expect(clippy::disallowed_methods, reason = "this is the door to other programs")]

use super::Error;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

/// What a process says when it has what it needs.
const READY: &str = "ready";

/// Starts a program of this kind, and returns when it says that it is ready; it goes on by itself.
/// An error tells what it said instead.
pub fn start_detached(program: &Path, arguments: &[&str], folder: &Path) -> Result<u32, Error> {
    let trouble = |source| Error::Io { program: program.display().to_string(), source };
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(trouble)?;
    let mut said = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut said).map_err(trouble)?;
    }
    if said.trim() == READY {
        return Ok(child.id());
    }
    let _ = child.wait();
    let said = if said.trim().is_empty() { "it ended immediately" } else { said.trim() };
    Err(trouble(io::Error::other(said.to_owned())))
}

/// Clears away the children of this process that have ended.
pub fn bury_children() {
    use rustix::process::WaitOptions;
    while matches!(rustix::process::wait(WaitOptions::NOHANG), Ok(Some(_))) {}
}

/// Leaves the terminal and the group of whoever started this process, and tells them to go on.
pub fn be_on_own() -> io::Result<()> {
    leave_terminal()?;
    say_ready()
}

/// Leaves the terminal and the group of whoever started this process.
pub fn leave_terminal() -> io::Result<()> {
    Ok(rustix::process::setsid().map(drop)?)
}

/// Tells whoever started this process to go on.
pub fn say_ready() -> io::Result<()> {
    writeln!(io::stdout(), "{READY}")
}

/// Asks a process to end, if it runs this program: its number may be another's by now.
pub fn end_detached(process: u32) {
    let program = |link: String| {
        let path = std::fs::read_link(link).unwrap_or_default();
        // A program that was replaced while it ran is named so.
        path.to_string_lossy().trim_end_matches(" (deleted)").to_owned()
    };
    let own = program("/proc/self/exe".to_owned());
    // Where nobody says what a process runs, none is ended.
    let is_own = !own.is_empty() && program(format!("/proc/{process}/exe")) == own;
    let id = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    if let (true, Some(id)) = (is_own, id) {
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
}
