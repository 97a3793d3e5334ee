//! Asking another process to end: only one that is known by what it holds open, since a number may
//! be anybody's by now.

use super::ancestry;
use super::table;
use rustix::process::Pid;
use rustix::process::Signal;
use std::path::Path;

/// Asks a process that holds a file of this kind to end, as TERM does. One that was stopped goes on,
/// or it would never hear. Gives whether it was asked.
pub fn ask_to_end(process: u32, is_of_kind: impl Fn(&Path) -> bool) -> bool {
    // Where the system does not tell what a process holds, the word of its lock counts.
    let is_known = table::of(std::process::id()).is_some();
    if is_known && !ancestry::holds(process, is_of_kind) {
        return false;
    }
    let id = i32::try_from(process).ok().and_then(Pid::from_raw);
    let send = |signal| id.is_some_and(|id| rustix::process::kill_process(id, signal).is_ok());
    send(Signal::TERM) && send(Signal::CONT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_does_not_hold_the_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        assert!(!ask_to_end(std::process::id(), |held| held == path));
        assert!(!ask_to_end(u32::MAX, |_| true));
    }
}
