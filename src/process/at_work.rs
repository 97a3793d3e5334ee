//! What is at work, by name: a small file says which process group a program runs in, for as long
//! as it does. After a kill of this process, whoever reads it finds what lives on, and never takes
//! a stranger with a recycled number for it.

use super::GRACE;
use super::LOOK_EVERY;
use super::Stop;
use super::table;
use super::table::Process;
use crate::files;
use crate::files::Beneath;
use rustix::process::Pid;
use rustix::process::Signal;
use serde::Deserialize;
use serde::Serialize;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

/// The variable by which the processes of a program are known when their leader is gone, or when
/// the kill came between its start and its naming: the path of the file.
pub(super) const VARIABLE: &str = "ORCH_AT_WORK";

/// How long a killed group may take to be gone.
const DEATH: Duration = Duration::from_secs(5);

/// The largest note that is read: more than any program writes.
const NOTE_BYTES_MAX: u64 = 64 * 1024;

/// Where a program is named while it runs.
#[derive(Debug, Clone)]
pub struct Register {
    /// A folder of such files only, read by nobody while a program of it is started.
    pub folder: Beneath,
    /// What the program is at work for, fit for a file's name.
    pub what: String,
}

/// The file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Note {
    group: u32,
    /// When the group's leader started, in ticks since the boot: with the boot, a name that is
    /// never given twice.
    started: Option<u64>,
    boot: Option<String>,
}

/// A program's entry in a register, from before its start to after its end.
#[derive(Debug)]
pub(super) struct RegisterEntry {
    file: std::fs::File,
    place: Beneath,
    path: PathBuf,
}

impl RegisterEntry {
    /// Not synced: a power cut ends the program too.
    pub(super) fn open(register: &Register) -> io::Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}@{}-{number}", register.what, std::process::id());
        let place = register.folder.join(name);
        Ok(Self { file: place.create()?, path: place.path(), place })
    }

    /// What the program must find in its environment.
    pub(super) fn variable(&self) -> (&'static str, &Path) {
        (VARIABLE, &self.path)
    }

    pub(super) fn name(&mut self, group: u32) {
        let started = table::of(group).map(|process| process.started);
        let note = serde_json::to_vec(&Note { group, started, boot: boot() }).unwrap_or_default();
        // Where the disk is full, the file as it is and the variable tell enough.
        let _ = files::fill(&mut self.file, [&note[..]], None);
    }

    pub(super) fn close(self) -> io::Result<()> {
        self.place.remove()
    }
}

/// A program that was at work when the process that started it was killed.
#[derive(Debug, Clone)]
pub struct Orphan {
    /// What it was at work for.
    pub what: String,
    pub life: Life,
    place: Beneath,
}

/// What has become of a program since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    Ended,
    /// Its process group, of which at least one process lives.
    AtWork(u32),
    /// This system does not tell when a process started; `group` may be anybody's by now.
    Unknown {
        group: Option<u32>,
    },
}

/// The programs that a register names. Call it when nobody who writes there is alive.
pub fn orphans(folder: &Beneath) -> io::Result<Vec<Orphan>> {
    let names = folder.names()?;
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let processes = table::all();
    let mut orphans = Vec::new();
    for name in names {
        let place = folder.join(&name);
        let bytes = place.read_at_most(NOTE_BYTES_MAX)?.unwrap_or_default();
        let note: Option<Note> = serde_json::from_slice(&bytes).ok();
        let life = life(note.as_ref(), &place.path(), &processes);
        let what = name.rsplit_once('@').map_or(name.as_str(), |(what, _)| what).to_owned();
        orphans.push(Orphan { what, life, place });
    }
    Ok(orphans)
}

impl Orphan {
    /// Ends its whole group, TERM, ten seconds, KILL, and waits until nobody of it is left. What is
    /// not surely its own is not touched.
    pub fn end(&self, stop: &Stop) -> io::Result<()> {
        if let Life::AtWork(group) = self.life {
            end(group, stop)?;
        }
        self.place.remove()
    }
}

fn end(group: u32, stop: &Stop) -> io::Result<()> {
    let pid = i32::try_from(group).ok().and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| io::Error::other(format!("{group} is not a process group")))?;
    let signal = |signal| match rustix::process::kill_process_group(pid, signal) {
        Err(rustix::io::Errno::SRCH) | Ok(()) => Ok(()),
        Err(error) => Err(io::Error::from(error)),
    };
    let is_gone = || !table::all().iter().any(|process| process.is_of(group));
    let goes = |patience: Duration, stop: &Stop| {
        let start = Instant::now();
        while start.elapsed() < patience && !stop.is_urgent() {
            if is_gone() {
                return true;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        is_gone()
    };
    signal(Signal::TERM)?;
    if goes(GRACE, stop) {
        return Ok(());
    }
    signal(Signal::KILL)?;
    if goes(DEATH, &Stop::default()) {
        return Ok(());
    }
    Err(io::Error::other(format!("process group {group} did not end")))
}

fn life(note: Option<&Note>, path: &Path, processes: &[Process]) -> Life {
    let group = note.map(|note| note.group);
    if processes.is_empty() {
        return Life::Unknown { group };
    }
    let carries = |process: &&Process| carries(process, path);
    let found = match note {
        // The earliest is the program itself; what it may have started carries the same mark.
        None => {
            let marked = processes.iter().filter(|process| process.lives).filter(carries);
            marked.min_by_key(|process| process.started).map(|process| process.group)
        }
        Some(note) if note.boot != boot() => None,
        Some(note) => {
            let leader = processes.iter().find(|process| process.id == note.group);
            let mut members = processes.iter().filter(|process| process.is_of(note.group));
            let is_own = match leader {
                Some(leader) => note.started == Some(leader.started) && members.next().is_some(),
                // The system gives no number away that a group still has, but the group may be
                // one of a later process with that number.
                None => members.any(|process| carries(&process)),
            };
            is_own.then_some(note.group)
        }
    };
    found.map_or(Life::Ended, Life::AtWork)
}

/// Whether a process runs with the mark of this file in its environment.
fn carries(process: &Process, path: &Path) -> bool {
    let environment = files::read_own(Path::new(&format!("/proc/{}/environ", process.id)));
    let environment = environment.ok().flatten().unwrap_or_default();
    let mark = format!("{VARIABLE}={}", path.display());
    environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
}

fn boot() -> Option<String> {
    let bytes = files::read_own(Path::new("/proc/sys/kernel/random/boot_id")).ok()??;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_surely_is_the_group_is_taken_for_it() {
        let path = Path::new("/none/a@1-1");
        let own = std::process::id();
        let all = table::all();
        let me = all.iter().find(|process| process.id == own).unwrap();
        let note = Note { group: own, started: Some(me.started), boot: boot() };
        let leader = Process { id: own, parent: 1, group: own, started: me.started, lives: true };
        let life_of = |note: &Note| life(Some(note), path, std::slice::from_ref(&leader));
        assert_eq!(life_of(&note), Life::AtWork(own));
        assert_eq!(life_of(&Note { started: Some(me.started + 1), ..note.clone() }), Life::Ended);
        assert_eq!(life_of(&Note { started: None, ..note.clone() }), Life::Ended);
        assert_eq!(life_of(&Note { boot: None, ..note.clone() }), Life::Ended);
        assert_eq!(life(None, path, std::slice::from_ref(&leader)), Life::Ended);
        assert_eq!(life(Some(&note), path, &[]), Life::Unknown { group: Some(own) });
    }
}
