//! Files that the user names for output: written to as what they are. A link is followed, a pipe
//! or device is written to and stays, a file keeps its mode and its other names.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use rustix::fs::OFlags;
use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// How long whoever reads a pipe may take nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether they have.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// What becomes of what a named file holds already; it means nothing to what is no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlet {
    Replaced,
    Continued,
}

impl Outlet {
    /// Writes to what the user named, which nobody has to be waiting for.
    pub fn write(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = match standard(path)? {
            Some(file) => file,
            None => self.open(path)?,
        };
        write_in_time(&mut file, bytes)
    }

    fn open(self, path: &Path) -> io::Result<File> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let flags = i32::try_from(OFlags::NONBLOCK.bits() | OFlags::NOCTTY.bits());
        let mut options = OpenOptions::new();
        options.write(true).create(true).append(self == Self::Continued);
        options.truncate(self == Self::Replaced).custom_flags(flags.unwrap_or_default());
        options.open(path).map_err(|error| {
            let is_unread = error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error());
            if is_unread {
                io::Error::other("it is a pipe or socket that nobody reads")
            } else {
                error
            }
        })
    }
}

/// What is named is this process's own output, as `/dev/stdout` is: opened anew it would begin at
/// the beginning, over what was printed before.
fn standard(path: &Path) -> io::Result<Option<File>> {
    let Ok(named) = path.metadata() else { return Ok(None) };
    let (out, error) = (io::stdout(), io::stderr());
    for own in [out.as_fd(), error.as_fd()] {
        let file = File::from(BorrowedFd::try_clone_to_owned(&own)?);
        let found = file.metadata()?;
        if (found.dev(), found.ino()) == (named.dev(), named.ino()) {
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
            Err(_) => return Err(io::Error::other("whoever reads it takes nothing")),
        }
    }
    Ok(())
}
