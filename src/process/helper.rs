//! A helper: this program once more, in a process of its own, which answers requests one after
//! another within bounds of memory and time. What breaks the bounds ends the helper and nothing
//! else, and frees all that it held; a thread could do neither.
#![expect(clippy::disallowed_methods, reason = "this is the door to other programs")]

use super::Error;
use rustix::process::Resource;
use rustix::process::Rlimit;
use std::io;
use std::io::Read;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

/// This program, under a name that holds even while the file is being replaced.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// The exit code of a helper whose time is up.
const TOO_LONG: i32 = 3;

/// What a helper made of a request, or why it could not; both are the caller's own bytes.
pub type Answer = Result<Vec<u8>, Vec<u8>>;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    TooLong,
    /// It ended: for want of memory or stack, or because somebody killed it.
    Ended,
}

/// A helper at work.
#[derive(Debug)]
pub struct Helper {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Helper {
    /// Starts this program with an argument that makes it call [`help`].
    pub fn start(argument: &str) -> Result<Self, Error> {
        let program = if Path::new(OWN_PROGRAM).exists() {
            Ok(PathBuf::from(OWN_PROGRAM))
        } else {
            std::env::current_exe()
        };
        let trouble = |source| Error::Io { program: "orch".to_owned(), source };
        let mut child = Command::new(program.map_err(trouble)?)
            .arg0("orch")
            .arg(argument)
            // A Ctrl-C is for whoever asks: this ends with its standard input.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(trouble)?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self { child, input, output }),
            _ => Err(trouble(io::ErrorKind::BrokenPipe.into())),
        }
    }

    /// Asks and waits; the helper sees to it that this ends.
    pub fn ask(&mut self, request: &[u8]) -> Result<Answer, Lost> {
        let mut ask = || {
            write_block(&mut self.input, request)?;
            let mut is_good = [0];
            self.output.read_exact(&mut is_good)?;
            let bytes = read_block(&mut self.output)?;
            Ok(if is_good == [1] { Ok(bytes) } else { Err(bytes) })
        };
        ask().map_err(|_: io::Error| {
            let status = self.child.wait().ok();
            let is_late = status.is_some_and(|status| status.code() == Some(TOO_LONG));
            if is_late { Lost::TooLong } else { Lost::Ended }
        })
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers requests from standard input until it ends; this process then is a helper for good.
/// Linux keeps the bound of memory; a system that does not keep it still keeps that of time.
pub fn help(
    memory_bytes_max: u64,
    answer_max: Duration,
    answer: impl Fn(&[u8]) -> Answer,
) -> io::Result<()> {
    let bound = |resource, most| {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        rustix::process::setrlimit(resource, limit)
    };
    let watch = watch(answer_max);
    bound(Resource::Data, memory_bytes_max)?;
    bound(Resource::Core, 0)?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Ok(request) = read_block(&mut input) {
        let _ = watch.send(());
        let answer = answer(&request);
        let _ = watch.send(());
        output.write_all(&[u8::from(answer.is_ok())])?;
        write_block(&mut output, answer.as_ref().unwrap_or_else(|bad| bad))?;
    }
    Ok(())
}

/// Ends this process when an answer takes too long; told when one is begun and when it is done.
fn watch(answer_max: Duration) -> mpsc::Sender<()> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        while receiver.recv().is_ok() {
            if receiver.recv_timeout(answer_max) == Err(RecvTimeoutError::Timeout) {
                std::process::exit(TOO_LONG);
            }
        }
    });
    sender
}

fn write_block(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    output.write_all(&(bytes.len() as u64).to_le_bytes())?;
    output.write_all(bytes)?;
    output.flush()
}

fn read_block(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
