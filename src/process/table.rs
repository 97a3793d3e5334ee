//! The processes of this machine, as `/proc` tells of them. Where there is none, nothing is known.

use crate::files;
use std::path::Path;

/// One process.
#[derive(Debug, PartialEq, Eq)]
pub struct Process {
    pub id: u32,
    pub parent: u32,
    pub group: u32,
    /// In ticks since the boot.
    pub started: u64,
    /// Not dead and waiting to be noticed.
    pub lives: bool,
}

impl Process {
    /// Whether it is a living one of a group.
    pub fn is_of(&self, group: u32) -> bool {
        self.lives && self.group == group
    }
}

/// Whether a process of this id lives, also one of somebody else.
pub fn is_alive(id: u32) -> bool {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    let asked = id.map(rustix::process::test_kill_process);
    matches!(asked, Some(Ok(()) | Err(rustix::io::Errno::PERM)))
}

/// Whether it lives and belongs to somebody else, so that the system may hide it.
pub(super) fn is_of_another_user(id: u32) -> bool {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    id.map(rustix::process::test_kill_process) == Some(Err(rustix::io::Errno::PERM))
}

/// All processes; none where there is no `/proc`.
pub fn all() -> Vec<Process> {
    let names = files::names_in(Path::new("/proc")).unwrap_or_default();
    names.iter().filter_map(|name| of(name.parse().ok()?)).collect()
}

/// The process of this id.
pub fn of(id: u32) -> Option<Process> {
    let bytes = files::read_own(Path::new(&format!("/proc/{id}/stat"))).ok()??;
    read(&bytes)
}

/// What `stat` in the folder of a process says. See proc(5): the name stands in brackets and may hold
/// any character.
pub(super) fn read(stat: &[u8]) -> Option<Process> {
    let stat = String::from_utf8_lossy(stat);
    let id = stat.split_once(' ')?.0.parse().ok()?;
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let started = fields.nth(16)?.parse().ok()?;
    Some(Process { id, parent, group, started, lives: !matches!(state, "Z" | "X" | "x") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name_is() {
        let stat =
            "7 (a) R 1) S 1 5 5 0 -1 4194304 150 0 0 0 0 0 0 0 20 0 1 0 9876 2703360 231 1844";
        let process = Process { id: 7, parent: 1, group: 5, started: 9876, lives: true };
        assert_eq!(read(stat.as_bytes()), Some(process));
        assert!(!read(stat.replace(") S", ") Z").as_bytes()).unwrap().lives);
        assert_eq!(read(b"7 (a"), None);
    }
}
