//! Process groups: whether anybody in one still lives, and what is left of the dead.

use super::table;
use rustix::process::Pid;
use rustix::process::WaitOptions;

/// Whether a group has a process that is not dead. The dead stay in it until their parent asks
/// for them, and orphans belong to an init that may take its time.
pub fn lives(group: Pid) -> bool {
    if rustix::process::test_kill_process_group(group).is_err() {
        return false;
    }
    let all = table::all();
    // Without a /proc nobody says who is dead.
    all.is_empty()
        || all.iter().any(|process| process.is_of(group.as_raw_nonzero().get().unsigned_abs()))
}

/// Clears away the dead of a group that came to this process as orphans.
pub fn bury(group: Pid) {
    while let Ok(Some(_)) = rustix::process::waitpgid(group, WaitOptions::NOHANG) {}
}
