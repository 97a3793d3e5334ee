//! Which processes stand above this one. Nobody can leave a family whose head takes in its orphans,
//! whatever they do to their environment, terminal, session or group; but a program can have a view
//! of the system that hides the family, and then nothing is known of whoever asks.

use super::at_work::VARIABLE;
use super::table;
use super::table::Process;
use crate::files::Procfs;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// No chain of processes is longer; a bound where the system's answers go in a circle.
const GENERATIONS_MAX: usize = 1000;

/// What in the folder of a process tells whether it has to do with a run.
const TELLING: [&str; 2] = ["fd", "environ"];

/// The namespace of process ids that all others lie in; a fixed number of the kernel
/// (`PROC_PID_INIT_INO`).
const OUTERMOST: u64 = 0xEFFF_FFFC;

/// How often the chain is read anew where a process of it ends meanwhile.
const TRIES: usize = 5;

/// Has the system give this process every orphan among its descendants, so that none of them is
/// ever without it among its ancestors.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // Where the system knows no such thing, a process that leaves its family is not found out.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// This process and those above it.
#[derive(Debug)]
pub struct Lineage {
    procfs: Option<Procfs>,
    /// The nearest first; none where the system has no account of its processes.
    processes: Vec<Process>,
}

impl Lineage {
    /// `None` where the system would tell, and something keeps it from being seen here.
    pub fn see() -> Option<Self> {
        if !cfg!(target_os = "linux") {
            return Some(Self { procfs: None, processes: Vec::new() });
        }
        let procfs = Procfs::open()?;
        let processes = (0..TRIES).find_map(|_| chain(&procfs, "self"))?;
        Some(Self { procfs: Some(procfs), processes })
    }

    /// Another process of this namespace and those above it; `None` where they cannot be seen.
    pub fn of(process: u32) -> Option<Self> {
        let procfs = Procfs::open()?;
        let processes = (0..TRIES).find_map(|_| chain(&procfs, &process.to_string()))?;
        Some(Self { procfs: Some(procfs), processes })
    }

    /// Whether the first of them holds a file of this kind open.
    pub fn holds(&self, is_of_kind: impl Fn(&Path) -> bool) -> bool {
        let first = self.procfs.as_ref().zip(self.processes.first());
        first.is_some_and(|(procfs, process)| holds_in(procfs, process.id, &is_of_kind))
    }

    /// The nearest process above this one that holds a file of this kind open. What a program is called
    /// and what its children clear away says nothing; what it holds open, only its own end takes back.
    pub fn holder_above(&self, is_of_kind: impl Fn(&Path) -> bool) -> Option<u32> {
        let procfs = self.procfs.as_ref()?;
        let mut above = self.processes.iter().skip(1);
        above.find(|process| holds_in(procfs, process.id, &is_of_kind)).map(|process| process.id)
    }

    /// The nearest process, this one or above it, that was started with the mark of a program at work,
    /// whatever it did to its own variables since. A mark outlives the work: what a program left running
    /// is still what it started.
    pub fn marked_at_work(&self) -> Option<u32> {
        let procfs = self.procfs.as_ref()?;
        let is_marked = |process: &&Process| mark_of(procfs, process.id).is_some();
        self.processes.iter().find(is_marked).map(|process| process.id)
    }

    /// What the nearest process, this one or above it, is at work for: the path of the file that names
    /// it there. `None` where the system does not tell.
    pub fn work_at_hand(&self) -> Option<PathBuf> {
        let procfs = self.procfs.as_ref()?;
        self.processes.iter().find_map(|process| mark_of(procfs, process.id)).map(PathBuf::from)
    }

    /// Whether a process of another namespace may stand above these, unseen. It may not where they are in
    /// the outermost one, nor where such a process can be seen, for it is then below.
    pub fn may_begin_in(&self, namespace: u64) -> bool {
        let Some(procfs) = &self.procfs else { return false };
        match procfs.pid_namespace("self") {
            None => true,
            Some(OUTERMOST) => false,
            Some(own) if own == namespace => false,
            Some(_) => {
                !procfs.names(".").iter().any(|id| procfs.pid_namespace(id) == Some(namespace))
            }
        }
    }

    /// Whether they are in a namespace of their own and a folder there is not as others see it.
    pub fn is_deceived_about(&self, folder: &Path) -> bool {
        let procfs = self.procfs.as_ref();
        procfs.is_some_and(|procfs| {
            procfs.pid_namespace("self") != Some(OUTERMOST) && procfs.has_mounts_in(folder)
        })
    }

    /// The process groups of this process and of those above it.
    pub fn groups(&self) -> BTreeSet<u32> {
        self.processes.iter().map(|process| process.group).collect()
    }
}

/// The mark that a process was started with, if it was started with one.
fn mark_of(procfs: &Procfs, process: u32) -> Option<String> {
    let bytes = procfs.read(&format!("{process}/environ")).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let mut marks = text.split('\0').filter_map(|pair| pair.strip_prefix(VARIABLE));
    marks.find_map(|rest| rest.strip_prefix('=')).map(str::to_owned)
}

/// Whether a process holds a file of this kind open.
pub(super) fn holds(process: u32, is_of_kind: impl Fn(&Path) -> bool) -> bool {
    Procfs::open().is_some_and(|procfs| holds_in(&procfs, process, &is_of_kind))
}

fn holds_in(procfs: &Procfs, process: u32, is_of_kind: &impl Fn(&Path) -> bool) -> bool {
    let folder = format!("{process}/fd");
    let names = procfs.names(&folder);
    let mut targets = names.iter().filter_map(|name| procfs.link(&folder, name));
    targets.any(|target| {
        // A file that was taken away while it is held is named so.
        let target = target.to_str().unwrap_or_default().trim_end_matches(" (deleted)");
        is_of_kind(Path::new(target))
    })
}

/// A process and those above it, the nearest first; `None` where the way up cannot be seen.
fn chain(procfs: &Procfs, first: &str) -> Option<Vec<Process>> {
    // Where this is the view of another namespace, it has other numbers, and one of its own for this.
    let own = table::read(&procfs.read("self/stat")?)?;
    let has_own_numbers = own.id == std::process::id();
    let mut chain = vec![table::read(&procfs.read(&format!("{first}/stat"))?)?];
    while let Some(parent) = chain.last().map(|last| last.parent).filter(|parent| *parent > 0) {
        let is_covered = |what: &&str| procfs.is_covered(&format!("{parent}/{what}"));
        if chain.len() > GENERATIONS_MAX || TELLING.iter().any(is_covered) {
            return None;
        }
        match procfs.read(&format!("{parent}/stat")).and_then(|stat| table::read(&stat)) {
            Some(process) => chain.push(process),
            // Processes of other users may be hidden, and none of those has started this.
            None if has_own_numbers && table::is_of_another_user(parent) => break,
            None => return None,
        }
    }
    Some(chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_stands_second_and_the_first_process_last() {
        let lineage = Lineage::see().unwrap();
        let found: Vec<u32> = lineage.processes.iter().map(|process| process.id).collect();
        if cfg!(target_os = "linux") {
            assert_eq!(found[..2], [std::process::id(), std::os::unix::process::parent_id()]);
            assert_eq!(lineage.processes.last().map(|last| last.parent), Some(0));
        }
    }
}
