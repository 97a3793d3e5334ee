//! Files that are whole as soon as they have their name: each is written without a name, or under
//! another one, and put in place then.

use super::Beneath;
use super::crash;
use super::spot::Spot;
use rustix::fs::AtFlags;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// What stands in the name of a file that is not whole yet.
pub(super) const ASIDE: &str = ".tmp.";

/// Whether a file of this name is one that is being written, or was when its writer was killed.
pub fn is_half_written(name: &str) -> bool {
    name.starts_with('.') && name.contains(ASIDE)
}

impl Spot<'_> {
    pub(super) fn put(&self, bytes: &[u8], sync: bool) -> io::Result<File> {
        self.replace(&|file: &mut File| filled(file, bytes, sync))
    }

    /// The same without a sync, for many files that are written in one folder first.
    pub(super) fn put_from(
        &self,
        staging: Option<&Arc<OwnedFd>>,
        bytes: &[u8],
    ) -> io::Result<File> {
        self.replace_from(staging, &|file: &mut File| filled(file, bytes, false))
    }

    pub(super) fn replace(&self, fill: &dyn Fn(&mut File) -> io::Result<()>) -> io::Result<File> {
        self.replace_from(self.place.staging().map(|(folder, _)| folder).as_ref(), fill)
    }

    fn replace_from(
        &self,
        staging: Option<&Arc<OwnedFd>>,
        fill: &dyn Fn(&mut File) -> io::Result<()>,
    ) -> io::Result<File> {
        let from = |folder: &Arc<OwnedFd>| {
            self.aside(folder, fill, &|aside| {
                self.refuse_odd()?;
                Ok(rustix::fs::renameat(folder, aside, &self.folder, self.name)?)
            })
        };
        match staging.map(from) {
            Some(Err(error)) if error.kind() == io::ErrorKind::CrossesDevices => from(&self.folder),
            Some(placed) => placed,
            None => from(&self.folder),
        }
    }

    /// Creates a file that is not there yet. It has no name until it is whole, where the system can
    /// do that.
    pub(super) fn put_new(&self, bytes: &[u8]) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Ok(file) = rustix::fs::openat(
            &self.folder,
            ".",
            OFlags::RDWR | OFlags::CLOEXEC | OFlags::TMPFILE,
            Mode::from_raw_mode(0o644),
        ) {
            let mut file = File::from(file);
            filled(&mut file, bytes, true)?;
            let path = format!("/proc/self/fd/{}", file.as_raw_fd());
            let (folder, follow) = (&self.folder, AtFlags::SYMLINK_FOLLOW);
            match rustix::fs::linkat(rustix::fs::CWD, path, folder, self.name, follow) {
                Err(Errno::EXIST) => return Err(Errno::EXIST.into()),
                Ok(()) => {
                    crash::point();
                    return Ok(());
                }
                // Without /proc.
                Err(_) => {}
            }
        }
        let folder = &self.folder;
        let put = self.aside(folder, &|file: &mut File| filled(file, bytes, true), &|aside| {
            rustix::fs::linkat(folder, aside, folder, self.name, AtFlags::empty())?;
            Ok(rustix::fs::unlinkat(folder, aside, AtFlags::empty())?)
        });
        put.map(drop)
    }

    /// Writes a file aside in a folder and has `place` give it the name.
    fn aside(
        &self,
        folder: &Arc<OwnedFd>,
        fill: &dyn Fn(&mut File) -> io::Result<()>,
        place: &dyn Fn(&OsStr) -> io::Result<()>,
    ) -> io::Result<File> {
        let suffix = crate::id::random_suffix(None, 0);
        let name = format!(".{}{ASIDE}{suffix}", self.name.display());
        let aside = Spot { folder: Arc::clone(folder), name: name.as_ref(), place: self.place };
        let mut new = aside.open(OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)?;
        let placed = fill(&mut new).and_then(|()| place(aside.name));
        if placed.is_err() {
            let _ = rustix::fs::unlinkat(folder, aside.name, AtFlags::empty());
        }
        crash::point();
        placed.map(|()| new)
    }
}

fn filled(file: &mut File, bytes: &[u8], sync: bool) -> io::Result<()> {
    file.write_all(bytes)?;
    crash::point();
    if sync { file.sync_all() } else { Ok(()) }
}

/// Has git ignore everything in a folder: before anything is put there, and lastingly, or a power
/// cut could leave logs that the next `git add` takes in. What is no regular file says nothing to git,
/// and gives way.
pub(super) fn ignore_all_in(folder: &OwnedFd, place: &Beneath) -> io::Result<()> {
    const EVERYTHING: &[u8] = b"*\n";
    let place = place.join(".gitignore");
    let held = Arc::new(folder.try_clone()?);
    let spot = Spot { folder: held, name: ".gitignore".as_ref(), place: &place };
    if spot.clear_odd()?.is_some() {
        let found = super::read_bounded(spot.open(OFlags::RDONLY)?, EVERYTHING.len() as u64);
        if found.is_ok_and(|found| found == EVERYTHING) {
            return Ok(());
        }
        spot.put(EVERYTHING, true)?;
    } else {
        match spot.put_new(EVERYTHING) {
            // Somebody else has.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            put => put?,
        }
    }
    Ok(rustix::fs::fsync(folder)?)
}
