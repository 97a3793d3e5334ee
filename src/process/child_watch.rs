//! Waiting until a child process ends, or for so long: whoever gives out work learns at once that a pair
//! of hands is free.

use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::event::Timespec;
use rustix::event::poll;
use signal_hook::SigId;
use signal_hook::consts::signal::SIGCHLD;
use signal_hook::low_level::pipe;
use signal_hook::low_level::unregister;
use std::io;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// Hears when a child of this process ends, as long as it lives.
#[derive(Debug)]
pub struct ChildWatch {
    heard: UnixStream,
    signal: SigId,
}

impl ChildWatch {
    /// Listens from now on.
    pub fn begin() -> io::Result<Self> {
        let (heard, told) = UnixStream::pair()?;
        heard.set_nonblocking(true)?;
        Ok(Self { heard, signal: pipe::register(SIGCHLD, told)? })
    }

    /// Waits until a child has ended since this was asked last, or for so long.
    pub fn wait(&mut self, most: Duration) {
        let most = Timespec::try_from(most).ok();
        // What interrupts it is as good a reason to look again.
        let _ = poll(&mut [PollFd::new(&self.heard, PollFlags::IN)], most.as_ref());
        let mut bytes = [0; 64];
        while matches!(self.heard.read(&mut bytes), Ok(1..)) {}
    }
}

impl Drop for ChildWatch {
    fn drop(&mut self) {
        unregister(self.signal);
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the child that is heard")]
mod tests {
    use super::*;
    use std::process::Command;
    use std::time::Instant;

    #[test]
    fn it_ends_with_a_child_and_without_one_when_its_time_is_over() {
        let mut watch = ChildWatch::begin().unwrap();
        let long = Duration::from_mins(1);
        let mut child = Command::new("true").spawn().unwrap();
        let begun = Instant::now();
        watch.wait(long);
        assert!(begun.elapsed() < long);
        child.wait().unwrap();
        watch.wait(Duration::from_millis(1));
    }
}
