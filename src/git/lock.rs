//! Git's own locks, of the index or of a ref: a file beside what it locks, which takes its place in the
//! end. What it is to hold is written and synced under a second name first, so that the lock itself is
//! held for moments; after a kill the second name tells that the lock was made here and that its owner
//! is gone.

use super::Error;
use super::io_error;
use crate::files;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How long another git process may hold a lock: its commands take theirs for moments.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A lock of this age was left behind, or belongs to something that will take long.
pub(super) const AGE_MAX: Duration = Duration::from_secs(3);

/// A lock that is not taken yet: whatever goes into it is written now.
pub(super) struct StagedLock {
    pub(super) file: File,
    names: Names,
    is_taken: bool,
}

/// A held lock; let go when dropped.
pub(super) struct LockFile {
    names: Names,
    is_placed: bool,
}

#[derive(Clone)]
struct Names {
    target: PathBuf,
    lock: PathBuf,
    twin: PathBuf,
}

impl StagedLock {
    /// Makes the second name of the lock of `target`. Call it with the lock of the repository's commits
    /// held, or where nobody else moves this ref: then nobody alive has a lock with that name.
    pub(super) fn new(target: PathBuf, twin: PathBuf) -> Result<Self, Error> {
        LockFile::clear(&target, &twin)?;
        let lock = path_of(&target);
        let file = files::create_new(&twin).map_err(io_error(&twin))?;
        Ok(Self { file, names: Names { target, lock, twin }, is_taken: false })
    }

    /// Takes the lock, waiting for others.
    pub(super) fn take(&mut self) -> Result<LockFile, Error> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(lock) = self.try_take()? {
                return Ok(lock);
            }
            if start.elapsed() > PATIENCE {
                return Err(Error::Locked { path: self.names.lock.display().to_string() });
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    /// Takes the lock, if nobody has it; one that somebody has had for long is an error.
    pub(super) fn try_take(&mut self) -> Result<Option<LockFile>, Error> {
        let Names { lock: path, twin, .. } = &self.names;
        let taken = match files::link(twin, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                // A file system without second names.
                files::create_copy(twin, path)
            }
            taken => taken,
        };
        match taken {
            Ok(()) => {
                self.is_taken = true;
                Ok(Some(LockFile { names: self.names.clone(), is_placed: false }))
            }
            // Whoever packs refs takes a folder away that it leaves empty.
            Err(error) if error.kind() == io::ErrorKind::NotFound && files::exists(twin) => {
                let folder = path.parent().unwrap_or(path);
                files::create_folder(folder).map_err(io_error(folder))?;
                Ok(None)
            }
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(io_error(path)(error))
            }
            Err(_) if files::age(path).is_some_and(|age| age > AGE_MAX) => {
                Err(Error::Locked { path: path.display().to_string() })
            }
            Err(_) => Ok(None),
        }
    }
}

impl Drop for StagedLock {
    fn drop(&mut self) {
        if !self.is_taken {
            let _ = files::remove(&self.names.twin);
        }
    }
}

impl LockFile {
    /// Removes what a kill left of the lock of `target`, and nobody else's. Call it as [`StagedLock::new`].
    pub(super) fn clear(target: &Path, twin: &Path) -> Result<(), Error> {
        let path = path_of(target);
        if files::is_same(&path, twin) {
            files::remove(&path).map_err(io_error(&path))?;
        }
        files::remove(twin).map_err(io_error(twin))
    }

    /// Puts what was written, and synced, in the place of the target. The folder is not synced.
    pub(super) fn put_in_place(mut self) -> Result<(), Error> {
        // From here on the lock's name may be somebody else's.
        self.is_placed = true;
        let Names { target, lock, twin } = &self.names;
        files::rename(lock, target).map_err(io_error(target))?;
        files::remove(twin).map_err(io_error(twin))
    }
}

/// The ending of a lock's second name.
const TWIN: &str = ".twin";

/// The second name of the lock of a ref: a file beside the folder of refs, whose name holds the whole
/// of the ref's. No two refs share one, whatever they are called.
pub(super) fn twin_name(reference: &str) -> String {
    format!("{}{TWIN}", reference.replace('%', "%25").replace('/', "%2f"))
}

/// The ref that a second name tells of; `None` where it is not one that was made here.
pub(super) fn twin_of(name: &str) -> Option<String> {
    let reference = name.strip_suffix(TWIN)?.replace("%2f", "/").replace("%25", "%");
    (twin_name(&reference) == name).then_some(reference)
}

fn path_of(target: &Path) -> PathBuf {
    let mut path = target.to_owned().into_os_string();
    path.push(".lock");
    path.into()
}

impl Drop for LockFile {
    fn drop(&mut self) {
        if !self.is_placed {
            let _ = files::remove(&self.names.lock);
            let _ = files::remove(&self.names.twin);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_refs_share_a_second_name() {
        let refs = ["a/b", "a%b", "a%2fb", "a%252fb", "a%25/b", "%", "%/", "index", "HEAD"];
        let names: std::collections::BTreeSet<String> =
            refs.iter().map(|reference| twin_name(reference)).collect();
        assert_eq!(names.len(), refs.len(), "{names:?}");
        for reference in refs {
            assert_eq!(twin_of(&twin_name(reference)).as_deref(), Some(reference));
        }
        for other in ["a", "a.lock", "a%b.twin", "a%2Fb.twin"] {
            assert_eq!(twin_of(other), None, "{other}");
        }
    }
}
