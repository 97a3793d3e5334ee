//! The one place where tests start other programs: each has its time, and one that hangs fails its
//! test with what it had printed. A program that is not there is told of, and fails the test where
//! all are required. The tests from outside include this file as theirs.

use std::io::Read;
use std::io::Write;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Output;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use std::time::Instant;

/// The longest that a program may take, on a machine that is busy with other tests.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Set where a test that cannot run is a failure.
const REQUIRE_ALL: &str = "ORCH_REQUIRE_ALL";

/// Runs a program to its end, with nothing to read.
#[track_caller]
pub fn output(command: &mut Command) -> Output {
    finish(PATIENCE, command.stdout(Stdio::piped()))
}

/// Runs a program until it has ended and nobody holds its outputs any more, with nothing to read and
/// the standard output that the caller chose.
#[track_caller]
pub fn finish(patience: Duration, command: &mut Command) -> Output {
    let deadline = Instant::now() + patience;
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [stdout, stderr] = [child.stdout.take().map(follow), child.stderr.take().map(follow)]
        .map(|output| output.map_or_else(|| (Vec::new(), true), |output| read(&output, deadline)));
    let Some(status) = ended(&mut child, deadline).filter(|_| stdout.1 && stderr.1) else {
        let printed = String::from_utf8_lossy(&[stdout.0, stderr.0].concat()).into_owned();
        hung(&mut child, patience, &format!("{command:?}"), &printed)
    };
    Output { status, stdout: stdout.0, stderr: stderr.0 }
}

/// What a program prints, as it comes.
pub fn follow(mut output: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = output.read(&mut bytes) {
            if sender.send(bytes[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// All that comes until then, and whether that was all.
fn read(output: &Receiver<Vec<u8>>, deadline: Instant) -> (Vec<u8>, bool) {
    let mut all = Vec::new();
    loop {
        match output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(bytes) => all.extend(bytes),
            Err(error) => return (all, error == mpsc::RecvTimeoutError::Disconnected),
        }
    }
}

/// How a program ended, if it did by then.
pub fn ended(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        let status = child.try_wait().unwrap();
        if status.is_some() || Instant::now() > deadline {
            return status;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Ends a program that did not, and the test with it.
#[track_caller]
pub fn hung(child: &mut Child, patience: Duration, name: &str, printed: &str) -> ! {
    let _ = child.kill();
    let _ = child.wait();
    panic!("{name} was still there after {patience:?}, and had printed:\n{printed}");
}

/// Whether there is no such program to test with. A test that does nothing without it passes, says
/// so past what the harness catches, and fails where `ORCH_REQUIRE_ALL=1`.
#[track_caller]
pub fn lacks(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join(program).is_file()) {
        return false;
    }
    let required = std::env::var(REQUIRE_ALL).is_ok_and(|value| value == "1");
    assert!(!required, "{REQUIRE_ALL}=1, and `{program}` is not on PATH");
    cannot(true, &format!("`{program}` is not on PATH"))
}

/// Whether a test cannot run here, and why: it passes and says so past what the harness catches. What
/// could be installed is for [`lacks`].
pub fn cannot(is_so: bool, why: &str) -> bool {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    if is_so {
        let _ = writeln!(std::io::stderr(), "\nNOT RUN: {test}: {why}");
    }
    is_so
}
