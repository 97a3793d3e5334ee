//! Files that the user names for output: written to as what they are. A link is followed, a pipe
//! or device is written to and stays, a file keeps its mode and its other names. All that is so only
//! of what lay there when it was named: what is put there until it is written leads nowhere else.

use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::fs;
use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::fd::BorrowedFd;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How long whoever reads a pipe may take nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether they have.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// As many links as the system follows on one way.
const LINKS_MAX: u32 = 40;

/// How a folder on the way is held.
const STEP: OFlags =
    OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC).union(OFlags::NOFOLLOW);

/// How what is named is opened: nobody has to be waiting for it.
const UNWAITED: OFlags = OFlags::NONBLOCK.union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// What the user named for output, as it was then.
#[derive(Debug)]
pub struct Outlet {
    named: PathBuf,
    place: OutletEnd,
    /// Whether what a file holds stays; it means nothing to what is no file.
    is_continued: bool,
}

#[derive(Debug)]
enum OutletEnd {
    /// It has no way of its own to it: this process's output, or a pipe that was handed on.
    Open(File),
    /// Where all links led, and which file lay there.
    At(PathBuf, Option<(u64, u64)>),
}

impl Outlet {
    /// A file of this name will hold what is written and nothing else.
    pub fn replacing(path: &Path) -> io::Result<Self> {
        Self::named(path, false)
    }

    /// A file of this name will hold what is written behind what it holds already.
    pub fn continuing(path: &Path) -> io::Result<Self> {
        Self::named(path, true)
    }

    fn named(path: &Path, is_continued: bool) -> io::Result<Self> {
        let found = path.metadata().ok();
        let standard = found.as_ref().map(standard).transpose()?.flatten();
        let place = match (standard, path.canonicalize()) {
            (Some(file), _) => OutletEnd::Open(file),
            (None, Err(_)) if found.is_some() => {
                let flags = i32::try_from(UNWAITED.bits()).unwrap_or_default();
                OutletEnd::Open(OpenOptions::new().write(true).custom_flags(flags).open(path)?)
            }
            (None, _) => {
                let whole = std::path::absolute(path)?;
                OutletEnd::At(real(&whole, LINKS_MAX)?, found.as_ref().map(identity))
            }
        };
        Ok(Self { named: path.to_owned(), place, is_continued })
    }

    /// As the user wrote it.
    pub fn path(&self) -> &Path {
        &self.named
    }

    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match &self.place {
            OutletEnd::Open(file) => write_in_time(&mut file.try_clone()?, bytes),
            OutletEnd::At(path, found) => write_in_time(&mut self.open(path, *found)?, bytes),
        }
    }

    fn open(&self, path: &Path, found: Option<(u64, u64)>) -> io::Result<File> {
        let folder = folder(path.parent().unwrap_or(path))?;
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | UNWAITED;
        flags.set(OFlags::APPEND, self.is_continued);
        let file = match rustix::fs::openat(&folder, name, flags, Mode::from_raw_mode(0o666)) {
            Err(Errno::NXIO) => {
                return Err(io::Error::other("it is a pipe or socket without a reader"));
            }
            Err(Errno::LOOP) => return Err(planted("a symbolic link")),
            opened => File::from(opened?),
        };
        let metadata = file.metadata()?;
        if metadata.is_file() && metadata.nlink() > 1 && found != Some(identity(&metadata)) {
            return Err(planted("a hard link"));
        }
        if metadata.is_file() && !self.is_continued {
            file.set_len(0)?;
        }
        Ok(file)
    }
}

fn planted(what: &str) -> io::Error {
    io::Error::other(format!("{what} was put there after the run started; orch does not follow it"))
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Where a path leads now, over links that lead to nothing yet, too.
fn real(path: &Path, links: u32) -> io::Result<PathBuf> {
    if let Ok(real) = path.canonicalize() {
        return Ok(real);
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(path.to_owned());
    };
    match fs::read_link(path) {
        Ok(target) => real(&folder.join(target), links.checked_sub(1).ok_or(Errno::LOOP)?),
        Err(_) => Ok(real(folder, links)?.join(name)),
    }
}

/// The folder at a path that no link is followed on; what is missing of it is made.
fn folder(path: &Path) -> io::Result<OwnedFd> {
    let mut folder = rustix::fs::open("/", STEP, Mode::empty())?;
    let names = path.components().filter(|part| !matches!(part, Component::RootDir));
    for name in names.map(Component::as_os_str) {
        let open = |folder: &OwnedFd| rustix::fs::openat(folder, name, STEP, Mode::empty());
        folder = match open(&folder) {
            Err(Errno::NOENT) => {
                match rustix::fs::mkdirat(&folder, name, Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => open(&folder)?,
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error @ (Errno::NOTDIR | Errno::LOOP)) => {
                let is_link = rustix::fs::readlinkat(&folder, name, Vec::new()).is_ok();
                return Err(if is_link { planted("a symbolic link") } else { error.into() });
            }
            opened => opened?,
        };
    }
    Ok(folder)
}

/// What is named is this process's own output, as `/dev/stdout` is: opened anew it would begin at
/// the beginning, over what was printed before.
fn standard(named: &Metadata) -> io::Result<Option<File>> {
    let (out, error) = (io::stdout(), io::stderr());
    for own in [out.as_fd(), error.as_fd()] {
        let file = File::from(BorrowedFd::try_clone_to_owned(&own)?);
        if identity(&file.metadata()?) == identity(named) {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

fn write_in_time(file: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    let mut since = Instant::now();
    while !bytes.is_empty() {
        match file.write(bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                bytes = &bytes[written..];
                since = Instant::now();
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Err(error),
            Err(_) if since.elapsed() < PATIENCE => std::thread::sleep(LOOK_EVERY),
            Err(_) => return Err(io::Error::other("its reader accepts no data")),
        }
    }
    Ok(())
}
