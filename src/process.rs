//! Child processes: the one home of `duct` and the only door to other programs.
//! Each runs in a process group of its own, which ends as a whole.

mod ancestry;
mod ask;
mod at_work;
mod child_watch;
mod detached;
mod doorway;
mod end;
mod group;
mod helper;
mod program;
#[cfg(feature = "cli")]
mod resize;
mod sandbox;
mod table;
#[cfg(test)]
pub(crate) mod testing;

pub use ancestry::Lineage;
pub use ancestry::adopt_orphans;
pub use ask::ask_to_end;
pub use at_work::Life;
pub use at_work::Orphan;
pub use at_work::Register;
pub use at_work::orphans;
pub use child_watch::ChildWatch;
pub use detached::be_on_own;
pub use detached::bury_children;
pub use detached::end_detached;
pub use detached::leave_terminal;
#[cfg(feature = "cli")]
pub use detached::say_ready;
pub use detached::start_detached;
#[cfg(feature = "cli")]
pub use doorway::ARGUMENT as DOORWAY_ARGUMENT;
#[cfg(feature = "cli")]
pub use doorway::pass as pass_through_doorway;
pub use helper::Answer;
pub use helper::Helper;
pub use helper::Lost;
pub use helper::help;
pub use program::resolve;
pub use program::unresolved;
#[cfg(feature = "cli")]
pub use resize::Resize;
pub use sandbox::Mount;
pub use sandbox::Sandbox;
pub use sandbox::SandboxNetwork;
pub use sandbox::Unavailable;
pub use table::is_alive;

use crate::files::Beneath;
use crate::files::Log;
use at_work::RegisterEntry;
use doorway::Doorway;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long a group may take to end after TERM before it is killed.
pub const GRACE: Duration = Duration::from_secs(10);

/// How often a running child is left to look whether it should be stopped.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long a group whose first process has ended is left before it is looked at again.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(10);

/// Linux refuses a single argument or variable beyond this (`MAX_ARG_STRLEN`).
pub const ARGUMENT_BYTES_MAX: usize = 131_071;

/// Asked to end: once politely, twice at once. Shared with the signal handler.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicU32>);

impl Stop {
    /// A stop that Ctrl-C, TERM and a closed terminal raise.
    pub fn on_signals() -> io::Result<Self> {
        use signal_hook::consts::signal;
        let stop = Self::default();
        let raised = stop.clone();
        let signals = [signal::SIGINT, signal::SIGTERM, signal::SIGHUP];
        let mut signals = signal_hook::iterator::Signals::new(signals)?;
        std::thread::spawn(move || {
            for _ in signals.forever() {
                raised.raise();
            }
        });
        Ok(stop)
    }

    pub fn raise(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }

    fn is_urgent(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 1
    }
}

/// A program to run, all of it: nothing is taken from the surroundings.
#[derive(Debug)]
pub struct ProgramCall {
    /// The program and its arguments; never a shell line.
    pub argv: Vec<String>,
    pub folder: PathBuf,
    /// All variables that it gets.
    pub environment: BTreeMap<String, String>,
    /// What it reads; nothing where `None`.
    pub stdin: Option<Beneath>,
    pub stdout: Log,
    pub stderr: Log,
    pub timeout: Option<Duration>,
    /// Where it is named while it runs, if it may outlive this process.
    pub register: Option<Register>,
    /// What it is shut up in.
    pub sandbox: Option<Sandbox>,
}

/// How a child came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Exited(i32),
    Signaled(i32),
    TimedOut,
    Stopped,
    /// Whoever looked on said that it must end.
    Halted,
}

/// Why a child did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the command is empty")]
    Empty,
    #[error("`{program}` {why}")]
    NotFound { program: String, why: &'static str },
    #[error(
        "an argument or variable of `{program}` has {bytes} bytes; the system limit is \
         {ARGUMENT_BYTES_MAX}; pass it in a file or on standard input"
    )]
    TooLong { program: String, bytes: usize },
    #[error(
        "the arguments and variables of `{program}` have {bytes} bytes in total, more than the \
         system accepts; pass them in a file or on standard input"
    )]
    TooMuch { program: String, bytes: usize },
    #[error("an argument or variable of `{program}` contains a zero byte")]
    ZeroByte { program: String },
    #[error("cannot run `{program}`: {source}")]
    Io { program: String, source: io::Error },
}

/// Runs a program to its end, or ends its whole group: TERM, ten seconds, KILL.
pub fn run(command: &ProgramCall, stop: &Stop) -> Result<Ending, Error> {
    run_watched(command, stop, &mut |_| false)
}

/// The same, with somebody who looks on: told how long it has run, they say whether it must end.
pub fn run_watched(
    command: &ProgramCall,
    stop: &Stop,
    must_end: &mut dyn FnMut(Duration) -> bool,
) -> Result<Ending, Error> {
    let program = command.argv.first().ok_or(Error::Empty)?.clone();
    let io_error = |source| Error::Io { program: program.clone(), source };
    refuse_bad_arguments(command)?;
    // A resolved path lets the system spawn without copying this process first.
    let resolved = resolved(&program, &command.folder)?;
    let mut entry =
        command.register.as_ref().map(RegisterEntry::open).transpose().map_err(io_error)?;
    let mut environment = command.environment.clone();
    if let Some((name, path)) = entry.as_ref().map(RegisterEntry::variable) {
        environment.insert(name.to_owned(), path.display().to_string());
    }
    let hosts = command.sandbox.as_ref().and_then(Sandbox::hosts);
    let doorway = hosts.map(Doorway::open).transpose().map_err(io_error)?;
    let started = started_as(command, resolved, doorway.as_ref());
    let (program_path, arguments) = started.map_err(io_error)?;
    if doorway.is_some() {
        environment.extend(Doorway::variables());
    }
    let mut expression = duct::cmd(program_path, arguments)
        .dir(&command.folder)
        .full_env(environment)
        .stdout_file(command.stdout.for_child().map_err(io_error)?)
        .stderr_file(command.stderr.for_child().map_err(io_error)?)
        .unchecked()
        .before_spawn(|command| {
            command.process_group(0);
            Ok(())
        });
    expression = match &command.stdin {
        Some(place) => {
            let file = place.open().and_then(|file| file.ok_or(io::ErrorKind::NotFound.into()));
            expression.stdin_file(file.map_err(io_error)?)
        }
        None => expression.stdin_null(),
    };
    let ending = expression.start().and_then(|handle| {
        if let (Some(entry), Some(group)) = (&mut entry, handle.pids().first()) {
            entry.name(*group);
        }
        end::wait(&handle, command, stop, must_end)
    });
    let closed = entry.map_or(Ok(()), RegisterEntry::close);
    ending.and_then(|ending| closed.map(|()| ending)).map_err(|error| {
        if error.raw_os_error() == Some(rustix::io::Errno::TOOBIG.raw_os_error()) {
            return Error::TooMuch { program: program.clone(), bytes: lengths(command).sum() };
        }
        io_error(error)
    })
}

/// The program that is started for a call, and its arguments.
fn started_as(
    command: &ProgramCall,
    resolved: PathBuf,
    doorway: Option<&Doorway>,
) -> io::Result<(PathBuf, Vec<OsString>)> {
    let arguments = command.argv[1..].iter().map(OsString::from);
    Ok(match &command.sandbox {
        None => (resolved, arguments.collect()),
        Some(sandbox) => {
            let words = [resolved.into()].into_iter().chain(arguments);
            sandbox.command_by(&command.folder, words, doorway)?
        }
    })
}

/// How many bytes each argument and variable takes.
fn lengths(command: &ProgramCall) -> impl Iterator<Item = usize> {
    let variables = command.environment.iter().map(|(name, value)| name.len() + value.len() + 2);
    command.argv.iter().map(String::len).chain(variables)
}

fn refuse_bad_arguments(command: &ProgramCall) -> Result<(), Error> {
    let program = || command.argv[0].clone();
    if let Some(bytes) = lengths(command).max().filter(|&bytes| bytes > ARGUMENT_BYTES_MAX) {
        return Err(Error::TooLong { program: program(), bytes });
    }
    let mut texts = command.argv.iter().chain(command.environment.values());
    if texts.any(|text| text.contains('\0')) {
        return Err(Error::ZeroByte { program: program() });
    }
    Ok(())
}

/// Runs a program on the terminal that this one runs on, such as an editor, to its end.
pub fn run_on_terminal(argv: &[String], folder: &Path) -> Result<Ending, Error> {
    let program = argv.first().ok_or(Error::Empty)?.clone();
    let resolved = resolved(&program, folder)?;
    let output = duct::cmd(resolved, &argv[1..])
        .dir(folder)
        .unchecked()
        .run()
        .map_err(|source| Error::Io { program: program.clone(), source })?;
    Ok(Ending::Exited(output.status.code().unwrap_or(1)))
}

fn resolved(program: &str, folder: &Path) -> Result<PathBuf, Error> {
    resolve(program, folder).ok_or_else(|| Error::NotFound {
        program: program.to_owned(),
        why: unresolved(program, folder),
    })
}

/// Whether a variable of the environment can have this name.
pub fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(|it: char| it == '=' || it == '\0' || it.is_whitespace())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test looks at what a child wrote")]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Instant;

    fn command(folder: &Path, argv: &[&str]) -> ProgramCall {
        let log = |name| Log::create(Beneath::new(folder).join(name)).unwrap();
        ProgramCall {
            argv: argv.iter().map(|&argument| argument.to_owned()).collect(),
            folder: folder.to_owned(),
            environment: BTreeMap::new(),
            stdin: None,
            stdout: log("out"),
            stderr: log("err"),
            timeout: None,
            register: None,
            sandbox: None,
        }
    }

    #[test]
    fn a_child_says_how_it_ended_and_what_it_printed() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = command(folder.path(), &["sh", "-c", "printf \"$WORD\"; exit 3"]);
        child.environment.insert("WORD".to_owned(), "$(id); x".to_owned());
        assert_eq!(run(&child, &Stop::default()).unwrap(), Ending::Exited(3));
        assert_eq!(fs::read_to_string(folder.path().join("out")).unwrap(), "$(id); x");
    }

    #[test]
    fn a_timeout_ends_the_grandchildren_too() {
        let folder = tempfile::tempdir().unwrap();
        let script = "sleep 60 & echo $! > pid; wait";
        let mut child = command(folder.path(), &["sh", "-c", script]);
        child.timeout = Some(Duration::from_millis(300));
        assert_eq!(run(&child, &Stop::default()).unwrap(), Ending::TimedOut);
        let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
        let state = fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        assert!(state.is_empty() || state.contains(") Z "), "still there: {state}");
    }

    #[test]
    fn a_stop_does_not_wait_for_the_dead() {
        // Orphans of this process stay zombies here, as they do below a lazy init.
        adopt_orphans();
        let folder = tempfile::tempdir().unwrap();
        let stop = Stop::default();
        let raised = stop.clone();
        let pid = folder.path().join("pid");
        std::thread::spawn(move || {
            while !fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')) {
                std::thread::sleep(Duration::from_millis(5));
            }
            raised.raise();
        });
        let child = command(folder.path(), &["sh", "-c", "sleep 60 & echo $! > pid; wait"]);
        let start = Instant::now();
        assert_eq!(run(&child, &stop).unwrap(), Ending::Stopped);
        assert!(start.elapsed() < GRACE / 2, "{:?}", start.elapsed());
    }

    #[test]
    fn a_stop_ends_the_child() {
        let folder = tempfile::tempdir().unwrap();
        let stop = Stop::default();
        stop.raise();
        let child = command(folder.path(), &["sleep", "60"]);
        assert_eq!(run(&child, &stop).unwrap(), Ending::Stopped);
    }

    #[test]
    fn what_cannot_start_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let error = |argv: &[&str]| {
            run(&command(folder.path(), argv), &Stop::default()).unwrap_err().to_string()
        };
        assert!(error(&["no-such-program"]).contains("not found on PATH"));
        assert!(error(&["true", &"x".repeat(200_000)]).contains("200000 bytes"));
        assert!(error(&["true", "a\0b"]).contains("zero byte"));
        assert_eq!(error(&[]), "the command is empty");
    }
}
