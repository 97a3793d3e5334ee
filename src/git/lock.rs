//! Git's own locks, of the index or of a ref: a file beside what it locks, which the new content is
//! written into. A second name of that file tells, after a kill, that the lock was made here and is
//! nobody's any more.

use super::Error;
use super::io_error;
use crate::files;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How long another git process may hold a lock.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// A held lock; let go when dropped.
pub(super) struct Lock {
    /// What takes the target's place in the end.
    pub(super) file: File,
    pub(super) target: PathBuf,
    path: PathBuf,
    twin: PathBuf,
    is_placed: bool,
}

impl Lock {
    /// Takes the lock of `target`. Call it with the lock of the repository's commits held: then
    /// nobody alive has a lock with a twin.
    pub(super) fn take(target: PathBuf, twin: PathBuf) -> Result<Self, Error> {
        Self::clear(&target, &twin)?;
        let path = path_of(&target);
        let file = files::create_new(&twin).map_err(io_error(&twin))?;
        let mut lock = Self { file, target, path, twin, is_placed: false };
        let taken = lock.wait();
        if taken.is_err() {
            lock.is_placed = true;
            let _ = files::remove(&lock.twin);
        }
        taken.map(|()| lock)
    }

    /// Removes what a kill left of the lock of `target`, and nobody else's. Call it as `take`.
    pub(super) fn clear(target: &Path, twin: &Path) -> Result<(), Error> {
        let path = path_of(target);
        if files::is_same(&path, twin) {
            files::remove(&path).map_err(io_error(&path))?;
        }
        files::remove(twin).map_err(io_error(twin))
    }

    fn wait(&mut self) -> Result<(), Error> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            match files::link(&self.twin, &self.path) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                // A file system without second names.
                Err(_) => match files::create_new(&self.path) {
                    Ok(file) => {
                        self.file = file;
                        return Ok(());
                    }
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(io_error(&self.path)(error)),
                },
            }
            if start.elapsed() > PATIENCE {
                return Err(Error::Locked { path: self.path.display().to_string() });
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }

    /// Puts what was written, and synced, in the place of the target.
    pub(super) fn put_in_place(mut self) -> Result<(), Error> {
        // From here on the lock's name may be somebody else's.
        self.is_placed = true;
        files::put_in_place(&self.path, &self.target).map_err(io_error(&self.target))?;
        files::remove(&self.twin).map_err(io_error(&self.twin))
    }
}

fn path_of(target: &Path) -> PathBuf {
    let mut path = target.to_owned().into_os_string();
    path.push(".lock");
    path.into()
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.is_placed {
            let _ = files::remove(&self.path);
            let _ = files::remove(&self.twin);
        }
    }
}
