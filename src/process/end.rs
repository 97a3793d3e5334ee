//! The end of a program: how it came, and how it is brought about.

use super::Ending;
use super::GRACE;
use super::LOOK_AGAIN_AFTER;
use super::LOOK_EVERY;
use super::ProgramCall;
use super::Stop;
use super::group;
use super::sandbox;
use rustix::process::Pid;
use rustix::process::Signal;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;
use std::time::Instant;

/// Waits for the end of a program, or brings it about.
pub(super) fn wait(
    handle: &duct::Handle,
    ProgramCall { timeout, sandbox, .. }: &ProgramCall,
    stop: &Stop,
    must_end: &mut dyn FnMut(Duration) -> bool,
) -> io::Result<Ending> {
    let start = Instant::now();
    loop {
        let left = timeout.map(|timeout| timeout.saturating_sub(start.elapsed()));
        let pause = left.map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY));
        if let Some(output) = handle.wait_timeout(pause)? {
            let is_inside = sandbox.is_some();
            let told = |code: &i32| sandbox::signal_of(*code).filter(|_| is_inside);
            return Ok(match (output.status.code(), output.status.signal()) {
                (Some(code), _) => told(&code).map_or(Ending::Exited(code), Ending::Signaled),
                (None, signal) => Ending::Signaled(signal.unwrap_or_default()),
            });
        }
        if stop.is_raised() {
            end_group(handle, sandbox.is_some(), stop)?;
            return Ok(Ending::Stopped);
        }
        if left.is_some_and(|left| left.is_zero()) {
            end_group(handle, sandbox.is_some(), stop)?;
            return Ok(Ending::TimedOut);
        }
        if must_end(start.elapsed()) {
            end_group(handle, sandbox.is_some(), stop)?;
            return Ok(Ending::Halted);
        }
    }
}

/// Ends every process of the child's group, the ones that outlive the child too. A sandbox ends all that
/// is inside with itself, at once: those inside are asked first.
fn end_group(handle: &duct::Handle, is_sandbox: bool, stop: &Stop) -> io::Result<()> {
    let pids = handle.pids();
    let groups = as_groups(pids.iter().copied());
    let signal = |groups: &[Pid], signal| {
        for group in groups {
            // A group that is already gone is what is wanted.
            let _ = rustix::process::kill_process_group(*group, signal);
        }
    };
    if is_sandbox {
        let inside = pids.iter().flat_map(|pid| sandbox::groups_inside(*pid));
        signal(&as_groups(inside), Signal::TERM);
    } else {
        signal(&groups, Signal::TERM);
    }
    let start = Instant::now();
    while start.elapsed() < GRACE && !stop.is_urgent() {
        let reaped = handle.wait_timeout(LOOK_EVERY)?.is_some();
        if reaped && !groups.iter().any(|group| group::lives(*group)) {
            break;
        }
        if reaped {
            std::thread::sleep(LOOK_AGAIN_AFTER);
        }
    }
    // To a group of the dead this does nothing; who was born while it was looked at, it ends.
    signal(&groups, Signal::KILL);
    handle.wait()?;
    for group in groups {
        group::bury(group);
    }
    Ok(())
}

fn as_groups(ids: impl Iterator<Item = u32>) -> Vec<Pid> {
    ids.filter_map(|id| Pid::from_raw(i32::try_from(id).ok()?)).collect()
}
