//! A lock that a death frees at once: `flock` on a file that is never deleted and
//! says who holds it.

use super::Beneath;
use super::Procfs;
use super::crash;
use serde::Deserialize;
use serde::Serialize;
use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// Where the system tells which of its boots this is.
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// Who holds a lock, as the holder wrote it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, thiserror::Error)]
#[error("held by process {process}{} since {since} (lock {}){}", self.shown_host(), path.display(), self.help())]
pub struct LockHolder {
    /// The process, by its number.
    pub process: u32,
    /// Since when, as its clock had it.
    pub since: String,
    /// The name of the machine.
    #[serde(default)]
    pub host: String,
    /// Which of the boots of that machine it was.
    #[serde(default)]
    pub boot: String,
    /// The namespace that `process` is a number in; `None` where the system has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<u64>,
    /// What it is held for, where the process may hold it for several things.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// The lock's own file.
    #[serde(skip)]
    pub path: PathBuf,
}

impl LockHolder {
    /// This process, as a holder.
    fn here(since: &str, purpose: &str, path: &Path) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let boot = std::fs::read_to_string(BOOT).unwrap_or_default().trim().to_owned();
        Self {
            process: std::process::id(),
            since: since.to_owned(),
            host,
            boot,
            namespace: Procfs::open().and_then(|procfs| procfs.pid_namespace("self")),
            purpose: purpose.to_owned(),
            path: path.to_owned(),
        }
    }

    /// Whether it is a process of another machine: the system's own lock may not reach from there to
    /// here, and tells nothing of its death.
    pub fn is_elsewhere(&self) -> bool {
        let here = Self::here("", "", Path::new(""));
        let is_other = |one: &str, other: &str| !one.is_empty() && one != other;
        is_other(&self.host, &here.host)
            && (here.boot.is_empty() || is_other(&self.boot, &here.boot))
    }

    /// Whether its number is one of the processes that this one sees.
    pub fn is_of_this_namespace(&self) -> bool {
        let here = Self::here("", "", Path::new(""));
        (&self.host, &self.boot, self.namespace) == (&here.host, &here.boot, here.namespace)
    }

    /// Whether both may be one process: nobody is told by a lock that is being written, or was
    /// written over.
    pub fn may_be(&self, other: &Self) -> bool {
        let is_unknown = |held: &Self| held.process == Self::default().process;
        self.process == other.process || is_unknown(self) || is_unknown(other)
    }

    fn shown_host(&self) -> String {
        if self.is_elsewhere() { format!(" on {}", self.host) } else { String::new() }
    }

    fn help(&self) -> String {
        if self.is_elsewhere() {
            format!("; if {} is gone for good, remove that file", self.host)
        } else {
            String::new()
        }
    }
}

/// A held lock; freed when dropped, and by the death of the process.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock, waiting at most `patience`; else says who holds it.
    pub fn take(
        place: &Beneath,
        since: &str,
        patience: Duration,
    ) -> io::Result<Result<Self, LockHolder>> {
        Self::take_for(place, "", since, patience)
    }

    /// The same, and tells others what it is held for.
    pub fn take_for(
        place: &Beneath,
        purpose: &str,
        since: &str,
        patience: Duration,
    ) -> io::Result<Result<Self, LockHolder>> {
        let mut file = match place.open_or_create() {
            Ok((file, _)) => file,
            // Where it cannot be written, it may be that of whoever started this process.
            Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
                return Self::holder(place).map_or(Err(error), |holder| Ok(Err(holder)));
            }
            Err(error) => return Err(error),
        };
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => break,
                // Whoever only looks whether it is held is in the way for a moment.
                Err(TryLockError::WouldBlock)
                    if start.elapsed() < patience || !holds_alone(&file) =>
                {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(50));
                }
                Err(TryLockError::WouldBlock) => return Ok(Err(holder(&mut file, place))),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        let before = holder(&mut file, place);
        if before.is_elsewhere() {
            file.unlock()?;
            return Ok(Err(before));
        }
        let holder = LockHolder::here(since, purpose, &place.path());
        file.rewind()?;
        file.set_len(0)?;
        crash::point();
        file.write_all(&serde_json::to_vec(&holder).unwrap_or_default())?;
        crash::point();
        Ok(Ok(Self { file, path: place.path() }))
    }

    /// Whether the file that is locked lies there no more: then somebody else may lock another one.
    pub fn is_lost(&self) -> bool {
        let identity = |found: std::fs::Metadata| (found.dev(), found.ino());
        let here = std::fs::symlink_metadata(&self.path).map(identity);
        !matches!((here, self.file.metadata().map(identity)), (Ok(one), Ok(two)) if one == two)
    }

    /// Who holds the lock now; a process of another machine does for as long as its word stands there.
    pub fn holder(place: &Beneath) -> Option<LockHolder> {
        let mut file = place.open().ok()??;
        let is_held = holds_alone(&file);
        let holder = holder(&mut file, place);
        (is_held || holder.is_elsewhere()).then_some(holder)
    }

    /// Whether somebody holds the lock now.
    pub fn is_held(place: &Beneath) -> bool {
        Self::holder(place).is_some()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What a holder wrote and did not take away tells other machines of one that may be alive.
        let _ = self.file.set_len(0);
        // A child that another thread has just forked holds the file open until it runs its program.
        let _ = self.file.unlock();
    }
}

/// Whether somebody else holds the lock: not one who looks at it. What is taken to find out is
/// given back.
fn holds_alone(file: &File) -> bool {
    let is_held = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    if !is_held {
        let _ = file.unlock();
    }
    is_held
}

fn holder(file: &mut File, place: &Beneath) -> LockHolder {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    let held = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    let unknown = LockHolder { since: "an unknown time".to_owned(), ..LockHolder::default() };
    LockHolder { path: place.path(), ..held.unwrap_or(unknown) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_the_lock_and_the_other_is_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let path = Beneath::new(folder.path()).join("lock");
        let first = Lock::take(&path, "10:02", Duration::ZERO).unwrap().unwrap();
        let held = Lock::take(&path, "10:03", Duration::ZERO).unwrap().unwrap_err();
        assert_eq!((held.process, held.since.as_str()), (std::process::id(), "10:02"));
        assert!(Lock::is_held(&path));
        assert_eq!(Lock::holder(&path).unwrap().since, "10:02");
        drop(first);
        assert!(!Lock::is_held(&path) && Lock::holder(&path).is_none());
        assert!(Lock::take(&path, "10:04", Duration::ZERO).unwrap().is_ok());
    }

    #[test]
    fn the_lock_of_another_machine_is_never_taken_for_dead() {
        let folder = tempfile::tempdir().unwrap();
        let place = Beneath::new(folder.path()).join("lock");
        let path = place.path();
        let write = |host: &str, boot: &str| {
            let held =
                format!(r#"{{"process":7,"since":"10:02","host":"{host}","boot":"{boot}"}}"#);
            std::fs::write(&path, held).unwrap();
            Lock::take(&place, "10:03", Duration::ZERO).unwrap().err().map(|held| held.to_string())
        };
        let here = LockHolder::here("", "", &path);
        let said = write("elsewhere", "another").unwrap();
        assert!(said.starts_with("held by process 7 on elsewhere since 10:02 (lock "), "{said}");
        assert!(said.ends_with("; if elsewhere is gone for good, remove that file"), "{said}");
        assert!(Lock::is_held(&place) && Lock::holder(&place).unwrap().is_elsewhere());
        // A process of this machine that is not there any more, before its last boot or since.
        assert_eq!(write(&here.host, "another"), None);
        assert_eq!(write("a-container", &here.boot), None);
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        assert!(!Lock::is_held(&place));
    }

    #[test]
    fn looking_keeps_nobody_from_taking() {
        let folder = tempfile::tempdir().unwrap();
        let path = Beneath::new(folder.path()).join("lock");
        drop(Lock::take(&path, "10:02", Duration::ZERO).unwrap().unwrap());
        let is_over = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    Lock::is_held(&path);
                }
            });
            let refused = (0..100)
                .filter(|_| Lock::take(&path, "10:03", Duration::ZERO).unwrap().is_err())
                .count();
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(refused, 0);
        });
    }
}
