//! Which processes stand above this one. Nobody can leave a family whose head takes in its orphans,
//! whatever they do to their environment, terminal, session or group.

use super::at_work::VARIABLE;
use super::table;
use crate::files;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// No chain of processes is longer; a bound where the system's answers go in a circle.
const GENERATIONS_MAX: usize = 1000;

/// Has the system give this process every orphan among its descendants, so that none of them is
/// ever without it among its ancestors.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // Where the system knows no such thing, a process that leaves its family is not found out.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// The nearest process above this one that holds a file of this kind open. What a program is called
/// and what its children clear away says nothing; what it holds open, only its own end takes back.
pub fn holder_above(is_of_kind: impl Fn(&Path) -> bool) -> Option<u32> {
    ancestors().find(|process| holds(*process, &is_of_kind))
}

/// Whether a process holds a file of this kind open.
pub(super) fn holds(process: u32, is_of_kind: impl Fn(&Path) -> bool) -> bool {
    let folder = format!("/proc/{process}/fd");
    let names = files::names_in(Path::new(&folder)).unwrap_or_default();
    let mut targets = names.iter().filter_map(|name| {
        let target = files::link_target(&Path::new(&folder).join(name)).ok()?;
        // A file that was taken away while it is held is named so.
        let target = target.to_str()?.trim_end_matches(" (deleted)").to_owned();
        Some(PathBuf::from(target))
    });
    targets.any(|target| is_of_kind(&target))
}

/// The nearest process, this one or above it, that was started with the mark of a program at work,
/// whatever it did to its own variables since. A mark outlives the work: what a program left running
/// is still what it started.
pub fn marked_at_work() -> Option<u32> {
    let is_marked = |process: &u32| {
        let path = format!("/proc/{process}/environ");
        let bytes = files::read_own(Path::new(&path)).ok().flatten().unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        text.split('\0')
            .any(|pair| pair.strip_prefix(VARIABLE).is_some_and(|rest| rest.starts_with('=')))
    };
    lineage().find(is_marked)
}

/// The process groups of this process and of those above it.
pub fn groups_above() -> BTreeSet<u32> {
    lineage().filter_map(|process| Some(table::of(process)?.group)).collect()
}

fn lineage() -> impl Iterator<Item = u32> {
    std::iter::once(std::process::id()).chain(ancestors())
}

/// The processes above this one, the nearest first.
fn ancestors() -> impl Iterator<Item = u32> {
    let above = |id: &u32| Some(table::of(*id)?.parent).filter(|parent| *parent > 0);
    std::iter::successors(above(&std::process::id()), above).take(GENERATIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_stands_first_and_the_first_process_last() {
        let found: Vec<u32> = ancestors().collect();
        assert_eq!(found.first().copied(), Some(std::os::unix::process::parent_id()));
        assert!(found.iter().all(|process| *process != std::process::id()), "{found:?}");
    }
}
