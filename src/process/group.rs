//! Process groups: whether anybody in one still lives, and what is left of the dead.

use rustix::process::Pid;
use rustix::process::WaitOptions;
use std::path::Path;

/// Whether a group has a process that is not dead. The dead stay in it until their parent asks
/// for them, and orphans belong to an init that may take its time.
pub fn lives(group: Pid) -> bool {
    if rustix::process::test_kill_process_group(group).is_err() {
        return false;
    }
    let names = crate::files::names_in(Path::new("/proc")).unwrap_or_default();
    let is_pid = |name: &&String| name.bytes().all(|byte| byte.is_ascii_digit());
    let mut pids = names.iter().filter(is_pid).peekable();
    // Without a /proc nobody says who is dead.
    pids.peek().is_none() || pids.any(|pid| is_alive_in(group, pid).unwrap_or(false))
}

/// Clears away the dead of a group that came to this process as orphans.
pub fn bury(group: Pid) {
    while let Ok(Some(_)) = rustix::process::waitpgid(group, WaitOptions::NOHANG) {}
}

/// Whether a process is one of the group and not dead; `None` where it is gone.
fn is_alive_in(group: Pid, pid: &str) -> Option<bool> {
    let bytes = crate::files::read_own(&Path::new("/proc").join(pid).join("stat")).ok()??;
    let text = String::from_utf8_lossy(&bytes);
    // `pid (name) state parent group …`; a name may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let is_dead = matches!(fields.next()?, "Z" | "X");
    let own: i32 = fields.nth(1)?.parse().ok()?;
    Some(own == group.as_raw_nonzero().get() && !is_dead)
}
