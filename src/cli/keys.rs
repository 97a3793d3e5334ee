//! Keys as they are pressed. The libraries of questions hold on to the keyboard until somebody types;
//! a question here looks up meanwhile, since what it asks about may be settled elsewhere.

use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::event::Timespec;
use rustix::termios::OptionalActions;
use rustix::termios::Termios;
use std::io;

/// How long a key is waited for before something else is looked at: 200 ms.
const LOOK_EVERY: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// Has keys come one by one; the terminal is as before when it is dropped.
pub struct Keys {
    before: Termios,
}

impl Keys {
    pub fn begin() -> io::Result<Self> {
        let before = rustix::termios::tcgetattr(io::stdin())?;
        let mut raw = before.clone();
        raw.make_raw();
        // What is written is not to run down the screen like a staircase.
        raw.output_modes = before.output_modes;
        rustix::termios::tcsetattr(io::stdin(), OptionalActions::Drain, &raw)?;
        Ok(Self { before })
    }

    /// Waits for a key, but not for long.
    pub fn is_pressed(&self) -> io::Result<bool> {
        is_readable(&LOOK_EVERY)
    }

    /// Whether more was typed, or pasted, than was read.
    pub fn are_more(&self) -> io::Result<bool> {
        is_readable(&AT_ONCE)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        let _ = rustix::termios::tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
    }
}

fn is_readable(within: &Timespec) -> io::Result<bool> {
    let stdin = io::stdin();
    let mut keys = [PollFd::new(&stdin, PollFlags::IN)];
    Ok(rustix::event::poll(&mut keys, Some(within))? > 0)
}
