//! Which processes stand above this one. Nobody can leave a family whose head takes in its orphans,
//! whatever they do to their environment, terminal, session or group.

use super::table;
use std::path::Path;

/// No chain of processes is longer; a bound where the system's answers go in a circle.
const GENERATIONS_MAX: usize = 1000;

/// Has the system give this process every orphan among its descendants, so that none of them is
/// ever without it among its ancestors.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // Where the system knows no such thing, a process that leaves its family is not found out.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// The nearest process above this one that is the same program; `None` where the system does not
/// tell. Whoever finds one was started by it, however far away they went.
pub fn started_by_own_kind() -> Option<u32> {
    let own = program_of(std::process::id())?;
    ancestors().find(|process| program_of(*process).as_ref() == Some(&own))
}

/// The processes above this one, the nearest first.
fn ancestors() -> impl Iterator<Item = u32> {
    let above = |id: &u32| Some(table::of(*id)?.parent).filter(|parent| *parent > 0);
    std::iter::successors(above(&std::process::id()), above).take(GENERATIONS_MAX)
}

/// The file name of the program that a process runs: an update may have replaced the file since.
fn program_of(process: u32) -> Option<String> {
    let path = crate::files::link_target(Path::new(&format!("/proc/{process}/exe"))).ok()?;
    let name = path.file_name()?.to_string_lossy().into_owned();
    Some(name.trim_end_matches(" (deleted)").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_stands_first_and_the_first_process_last() {
        let found: Vec<u32> = ancestors().collect();
        assert_eq!(found.first().copied(), Some(std::os::unix::process::parent_id()));
        assert!(found.iter().all(|process| *process != std::process::id()), "{found:?}");
        assert_eq!(started_by_own_kind(), None);
    }
}
