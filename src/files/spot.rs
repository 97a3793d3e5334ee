//! One name in a folder that is held open, and what has it: what is no regular file is neither
//! followed nor waited for.

use super::Beneath;
use super::in_the_way::Found;
use super::in_the_way::InTheWay;
use super::in_the_way::Wanted;
use rustix::fs::AtFlags;
use rustix::fs::FileType;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::ffi::CString;
use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::sync::Arc;

/// How a file is opened, whatever for: a pipe keeps nobody waiting.
const ONE_FILE: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK);

/// An open folder and the name in it that a path ends with.
pub(super) struct Spot<'b> {
    pub(super) folder: Arc<OwnedFd>,
    pub(super) name: &'b OsStr,
    pub(super) place: &'b Beneath,
}

impl Spot<'_> {
    /// Opens a regular file.
    pub(super) fn open(&self, flags: OFlags) -> io::Result<File> {
        let mode = Mode::from_raw_mode(0o644);
        let file = match rustix::fs::openat(&self.folder, self.name, flags | ONE_FILE, mode) {
            Ok(file) => File::from(file),
            Err(Errno::NOENT) => return Err(Errno::NOENT.into()),
            Err(error) => return Err(self.explain(Wanted::File, error)),
        };
        if flags.contains(OFlags::EXCL) {
            return Ok(file);
        }
        let metadata = file.metadata()?;
        if metadata.is_file() {
            return Ok(file);
        }
        Err(self.in_the_way(Found::Kind(super::kind_of(&metadata)), Wanted::File))
    }

    /// What has this name; `None` where nothing has.
    pub(super) fn kind(&self) -> io::Result<Option<FileType>> {
        match rustix::fs::statat(&self.folder, self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(found) => Ok(Some(FileType::from_raw_mode(found.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses what is there and no regular file.
    pub(super) fn refuse_odd(&self) -> io::Result<Option<FileType>> {
        let kind = self.kind()?;
        match kind {
            None | Some(FileType::RegularFile) => Ok(kind),
            Some(_) => Err(self.explain(Wanted::File, Errno::EXIST)),
        }
    }

    /// Removes what is there and no regular file; a folder that holds anything gets another name.
    pub(super) fn clear_odd(&self) -> io::Result<Option<FileType>> {
        let Some(kind) = self.kind()?.filter(|kind| *kind != FileType::RegularFile) else {
            return self.kind();
        };
        if kind != FileType::Directory {
            rustix::fs::unlinkat(&self.folder, self.name, AtFlags::empty())?;
        } else if rustix::fs::unlinkat(&self.folder, self.name, AtFlags::REMOVEDIR).is_err() {
            let aside = self.free_name()?;
            rustix::fs::renameat(&self.folder, self.name, &self.folder, &aside)?;
        }
        Ok(None)
    }

    /// A name beside this one that nothing has.
    fn free_name(&self) -> io::Result<OsString> {
        for number in 1_u32.. {
            let mut name = self.name.to_owned();
            name.push(format!(".foreign-{number}"));
            match rustix::fs::statat(&self.folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(Errno::NOENT) => return Ok(name),
                found => found.map(drop)?,
            }
        }
        Err(Errno::EXIST.into())
    }

    pub(super) fn in_the_way(&self, found: Found, wanted: Wanted) -> io::Error {
        InTheWay { path: self.place.path(), found, wanted }.into()
    }

    /// Why something could not be opened: what lies there says more than the system does.
    pub(super) fn explain(&self, wanted: Wanted, error: Errno) -> io::Error {
        let Ok(Some(kind)) = self.kind() else { return error.into() };
        let found = match (kind, wanted) {
            (FileType::RegularFile, Wanted::File) | (FileType::Directory, Wanted::Folder) => {
                return error.into();
            }
            (FileType::Symlink, _) => Found::Link { target: self.target() },
            (FileType::RegularFile, Wanted::Folder) => Found::Kind("file"),
            (FileType::Directory, Wanted::File) => Found::Kind("folder"),
            (FileType::Fifo, _) => Found::Kind("named pipe"),
            (FileType::Socket, _) => Found::Kind("socket"),
            (FileType::CharacterDevice | FileType::BlockDevice | FileType::Unknown, _) => {
                Found::Kind("device")
            }
        };
        self.in_the_way(found, wanted)
    }

    fn target(&self) -> OsString {
        let target = rustix::fs::readlinkat(&self.folder, self.name, Vec::new());
        OsString::from_vec(target.map(CString::into_bytes).unwrap_or_default())
    }
}
