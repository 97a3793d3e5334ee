//! The door to the folders that are the program's own: what lies beneath a trusted folder is
//! reached step by step, each step held open, and none over a link. An agent works beside these
//! folders and may put anything there; whatever is no folder or no regular file where one belongs
//! is [`InTheWay`], and is neither followed nor waited for.

use super::crash;
use super::in_the_way::Wanted;
use super::spot::Spot;
use rustix::fs::AtFlags;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::cell::OnceCell;
use std::fs::File;
use std::fs::Metadata;
use std::io;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// How each step is opened.
const STEP: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW);

/// How often a folder is made again that somebody takes away meanwhile, as `git clean` does.
const TRIES: u32 = 8;

/// A path beneath a folder that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneath {
    root: PathBuf,
    below: PathBuf,
    /// The folder on the way that git is told to ignore, with all that is in it.
    ignored: Option<PathBuf>,
    /// The folder that what is not whole yet lies in: one that git ignores, on the same disk. Where
    /// there is none it lies beside the file.
    staging: Option<PathBuf>,
}

/// Whether the folders on the way are made where they are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Stay,
    Make,
    /// The same, so that a power cut does not take them back.
    MakeDurably,
}

impl Beneath {
    /// The trusted folder itself; links on the way to it are followed.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), below: PathBuf::new(), ignored: None, staging: None }
    }

    /// A path below this one, in plain names.
    #[must_use]
    pub fn join(&self, path: impl AsRef<Path>) -> Self {
        Self { below: self.below.join(path), ..self.clone() }
    }

    /// This folder, which holds a `.gitignore` for all that is in it before anything is put there.
    #[must_use]
    pub fn ignored_by_git(self) -> Self {
        Self { ignored: Some(self.below.clone()), ..self }
    }

    /// This folder, whose files are written in another one and put here whole: nobody who lists it
    /// meanwhile, as `git add` does, meets a name that is gone a moment later.
    #[must_use]
    pub fn staged_in(self, staging: &Self) -> Self {
        Self { staging: Some(staging.below.clone()), ..self }
    }

    /// The folder that what is not whole yet lies in, and its path.
    pub(super) fn staging(&self) -> Option<(Arc<OwnedFd>, Self)> {
        let below = self.staging.clone()?;
        let place = Self { ignored: Some(below.clone()), staging: None, below, ..self.clone() };
        // Whatever is in its way is told by who needs it for itself.
        Some((Arc::new(place.walk(&place.below, Missing::Make).ok()?), place))
    }

    /// The path from the trusted folder.
    pub(super) fn below(&self) -> &Path {
        &self.below
    }

    /// Another path from the trusted folder.
    pub(super) fn at(&self, below: &Path) -> Self {
        Self { below: below.to_owned(), ..self.clone() }
    }

    /// The same folder and name, with another ending.
    #[must_use]
    pub(super) fn with_extension(&self, extension: &str) -> Self {
        Self { below: self.below.with_extension(extension), ..self.clone() }
    }

    /// The whole path, for messages and for other programs.
    pub fn path(&self) -> PathBuf {
        self.root.join(&self.below)
    }

    /// Opens the folder that the path ends in.
    pub(super) fn spot(&self, missing: Missing) -> io::Result<Spot<'_>> {
        let name = self.below.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let above = self.below.parent().unwrap_or(Path::new(""));
        Ok(Spot { folder: Arc::new(self.walk(above, missing)?), name, place: self })
    }

    /// Does something in the folder that the path ends in, which is made where it is missing, and
    /// made again where somebody takes it away meanwhile.
    pub(super) fn in_folder<T>(
        &self,
        missing: Missing,
        mut act: impl FnMut(&Spot<'_>) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut tries = 1..TRIES;
        loop {
            match self.spot(missing).and_then(|spot| act(&spot)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => match tries.next() {
                    Some(_) => {}
                    None => return Err(error),
                },
                done => return done,
            }
        }
    }

    fn walk(&self, below: &Path, missing: Missing) -> io::Result<OwnedFd> {
        let mut folder =
            rustix::fs::open(&self.root, STEP.difference(OFlags::NOFOLLOW), Mode::empty())?;
        let mut walked = PathBuf::new();
        for part in below.components() {
            let std::path::Component::Normal(name) = part else {
                return Err(io::ErrorKind::InvalidInput.into());
            };
            walked.push(name);
            let mut next = rustix::fs::openat(&folder, name, STEP, Mode::empty());
            if matches!(next, Err(Errno::NOENT)) && missing != Missing::Stay {
                match rustix::fs::mkdirat(&folder, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) => crash::point(),
                    Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
                if missing == Missing::MakeDurably {
                    rustix::fs::fsync(&folder)?;
                }
                next = rustix::fs::openat(&folder, name, STEP, Mode::empty());
            }
            let place = Self { below: walked.clone(), ..self.clone() };
            folder = match next {
                Ok(next) => next,
                Err(error) => {
                    let spot = Spot { folder: Arc::new(folder), name, place: &place };
                    return Err(spot.explain(Wanted::Folder, error));
                }
            };
            if missing != Missing::Stay && self.ignored.as_deref() == Some(&walked) {
                super::aside::ignore_all_in(&folder, &place)?;
            }
        }
        Ok(folder)
    }

    /// The folder held open, for many files in it; `None` where there is none.
    pub fn opened(&self) -> io::Result<Option<Opened>> {
        let folder = present(self.walk(&self.below, Missing::Stay))?;
        let opened = |folder| Opened {
            folder: Arc::new(folder),
            place: self.clone(),
            staging: OnceCell::new(),
        };
        Ok(folder.map(opened))
    }

    /// Opens the file for reading; `None` where there is none.
    pub fn open(&self) -> io::Result<Option<File>> {
        let opened = self.spot(Missing::Stay).and_then(|spot| spot.open(OFlags::RDONLY));
        present(opened)
    }

    /// Reads the whole file; `None` where there is none.
    pub fn read(&self) -> io::Result<Option<Vec<u8>>> {
        self.read_at_most(u64::MAX)
    }

    /// The same for a file that others may leave there: a larger one is an error.
    pub fn read_at_most(&self, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.open()? else { return Ok(None) };
        super::read_bounded(file, limit).map(Some)
    }

    /// The file's bytes with the stat data that they were read under; `None` where there is no
    /// regular file, or where it changed meanwhile.
    pub fn read_with_stat(&self, room: Vec<u8>) -> io::Result<Option<(Vec<u8>, Metadata)>> {
        match self.open() {
            Ok(Some(file)) => super::together::read_unchanged(file, room),
            Ok(None) => Ok(None),
            Err(error) if super::in_the_way(&error).is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a regular file lies there and holds exactly these bytes.
    pub fn is_copy_of(&self, bytes: &[u8]) -> io::Result<bool> {
        Ok(self.read_with_stat(Vec::new())?.is_some_and(|(found, _)| found == bytes))
    }

    /// The first `limit` bytes of the file; `None` where there is none.
    pub fn read_head(&self, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.open()? else { return Ok(None) };
        let mut head = Vec::new();
        file.take(limit).read_to_end(&mut head)?;
        Ok(Some(head))
    }

    /// The last `limit` bytes of the file, as far as they are text.
    pub fn read_tail(&self, limit: u64) -> io::Result<String> {
        let file = self.open()?.ok_or(io::ErrorKind::NotFound)?;
        super::tail_of(file, limit)
    }

    /// Whether the file holds a line with its end.
    pub fn has_a_line(&self) -> io::Result<bool> {
        // The end of the last line is the rule, and found without reading the others.
        Ok(self.size()?.is_some_and(|bytes| bytes > 0)
            && (self.read_tail(1)? == "\n" || self.read()?.unwrap_or_default().contains(&b'\n')))
    }

    /// The size of the file in bytes; `None` where there is none.
    pub fn size(&self) -> io::Result<Option<u64>> {
        self.open()?.map(|file| Ok(file.metadata()?.len())).transpose()
    }

    /// Whether anything has this name, or bars the way to it.
    pub fn exists(&self) -> bool {
        let found = self.spot(Missing::Stay).and_then(|spot| spot.kind());
        !matches!(found, Ok(None)) && !found.is_err_and(|error| super::is_missing(&error))
    }

    /// Makes it a folder where nothing lies there. A power cut may take it back.
    pub fn make_folder(&self) -> io::Result<()> {
        self.walk(&self.below, Missing::Make).map(drop)
    }

    /// Whether a folder lies there, reached over no link.
    pub fn is_folder(&self) -> bool {
        self.walk(&self.below, Missing::Stay).is_ok()
    }

    /// Refuses a link, and whatever else is no folder, on the way to the folder.
    pub fn refuse_odd_way(&self) -> io::Result<()> {
        present(self.walk(&self.below, Missing::Stay)).map(drop)
    }

    /// The names in the folder, sorted; none where there is no such folder.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let Some(folder) = present(self.walk(&self.below, Missing::Stay))? else {
            return Ok(Vec::new());
        };
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::new(folder)? {
            if let Ok(name) = entry?.file_name().to_str().map(str::to_owned)
                && name != "."
                && name != ".."
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Gives what has this name another one in its folder; a link is not followed.
    pub(super) fn rename(&self, other: &Self) -> io::Result<()> {
        let (from, to) = (self.spot(Missing::Stay)?, other.spot(Missing::Stay)?);
        rustix::fs::renameat(&from.folder, from.name, &to.folder, to.name)?;
        Ok(())
    }

    /// Removes the file, or whatever has its name and is no folder; it is no error when nothing has.
    pub fn remove(&self) -> io::Result<()> {
        let removed = self.spot(Missing::Stay).and_then(|spot| {
            rustix::fs::unlinkat(&spot.folder, spot.name, AtFlags::empty())?;
            crash::point();
            Ok(())
        });
        present(removed).map(drop)
    }
}

/// A folder that is held open: what is reached in it takes no way over other folders.
pub struct Opened {
    folder: Arc<OwnedFd>,
    place: Beneath,
    staging: OnceCell<Option<Arc<OwnedFd>>>,
}

impl Opened {
    /// A file's bytes; `None` where there is no regular file.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let place = self.place.join(name);
        let opened = self.spot(&place)?.open(OFlags::RDONLY);
        match opened {
            Ok(file) => super::read_bounded(file, u64::MAX).map(Some),
            Err(error) if super::in_the_way(&error).is_some() => Ok(None),
            Err(error) => present(Err(error)),
        }
    }

    /// Whether anything has this name.
    pub fn has(&self, name: &str) -> bool {
        rustix::fs::statat(&self.folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
    }

    /// Replaces or creates a file, all or nothing, without a sync.
    pub fn write_view(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let place = self.place.join(name);
        let staging = || self.place.staging().map(|(folder, _)| folder);
        let staging = self.staging.get_or_init(staging).as_ref();
        self.spot(&place)?.put_from(staging, bytes).map(drop)
    }

    fn spot<'b>(&self, place: &'b Beneath) -> io::Result<Spot<'b>> {
        let name = place.below.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Spot { folder: Arc::clone(&self.folder), name, place })
    }
}

/// `None` for what is not there.
fn present<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
