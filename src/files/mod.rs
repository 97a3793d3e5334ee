//! The only door to the disk. A [`ProjectFolder`] is a folder that no path leaves;
//! below it lie safe opening, durable writing, walking, hashing and locks.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

mod appender;
mod aside;
mod beneath;
mod crash;
mod durable;
mod glob;
mod hash;
mod in_the_way;
mod in_words;
mod link;
mod lock;
mod log;
mod open_error;
mod outlet;
mod path;
mod pipes;
mod procfs;
mod size;
mod spot;
mod together;
mod walk;

pub use appender::Appender;
pub use appender::CutShort;
pub use aside::is_half_written;
pub use beneath::Beneath;
pub use beneath::Opened;
pub use durable::create_folder;
#[cfg(feature = "serve")]
pub use durable::is_open_to_others;
pub use durable::remove_tree;
pub use durable::rename_folder;
#[cfg(feature = "serve")]
pub use durable::write_private;
pub use durable::write_view;
pub use glob::Globs;
pub use hash::Fingerprint;
pub use hash::Prints;
pub use hash::Stat;
pub use hash::stat_of;
pub use in_the_way::in_the_way;
pub use in_the_way::told;
pub use in_words::in_words;
pub use lock::Lock;
pub use lock::LockHolder;
pub use log::Log;
pub use log::LogReader;
pub use open_error::OpenError;
pub use outlet::Outlet;
pub use path::PathError;
pub use path::ProjectPath;
pub use pipes::past_pipes;
pub use procfs::Procfs;
pub use size::bytes_below;
pub use size::remove_folder;
pub use together::age;
pub use together::append_unsynced;
pub use together::create_copy;
pub use together::create_new;
pub use together::fill;
pub use together::is_same;
pub use together::link;
pub use together::passing_folder;
pub use together::read_in_pieces;
pub use together::read_with_stat;
pub use together::remove;
pub use together::remove_with_empty_folders;
pub use together::rename;
pub use together::sync;
pub use together::sync_folder_of;
pub use together::unreadable;
pub use together::write_together;
pub use walk::NestedWalk;

use std::fs;
use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

/// A folder that nothing named by a definition, an input or an agent may leave,
/// with the sub-folders that are closed to them.
#[derive(Debug, Clone)]
pub struct ProjectFolder {
    root: PathBuf,
    closed: Vec<&'static str>,
}

impl ProjectFolder {
    /// Takes an existing folder and the relative folders in it that stay closed.
    pub fn new(root: &Path, closed: Vec<&'static str>) -> io::Result<Self> {
        Ok(Self { root: root.canonicalize()?, closed })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Checks a relative path by its words alone: inside, not in `.git`, not closed.
    pub fn path(&self, text: &str) -> Result<ProjectPath, PathError> {
        let path = ProjectPath::parse(text)?;
        match self.closed.iter().find(|closed| path.is_in(closed)) {
            Some(closed) => Err(PathError::Closed { path: text.to_owned(), closed }),
            None => Ok(path),
        }
    }

    /// The same for a path that stands in a record, whose name the disk gave.
    pub fn recorded_path(&self, text: &str) -> Result<ProjectPath, PathError> {
        let path = ProjectPath::recorded(text)?;
        match self.closed.iter().find(|closed| path.is_in(closed)) {
            Some(closed) => Err(PathError::Closed { path: text.to_owned(), closed }),
            None => Ok(path),
        }
    }

    /// Where a path of it is.
    pub fn absolute(&self, path: &ProjectPath) -> PathBuf {
        self.root.join(path.as_str())
    }

    /// Opens a regular file for reading: no link, no pipe, nothing outside.
    pub fn open(&self, path: &ProjectPath) -> Result<(File, Metadata), OpenError> {
        // The root is no link, so a way without any stays inside: one call instead of one for each
        // folder above.
        let file = if let Some(file) = link::open_over_no_link(&self.absolute(path)) {
            file
        } else {
            self.refuse_outside(path)?;
            self.open_over_links(path)?
        };
        let metadata = file.metadata().map_err(|source| io_error(path, source))?;
        if metadata.is_file() {
            return Ok((file, metadata));
        }
        let found = kind_of(&metadata);
        Err(OpenError::Kind { path: path.to_string(), found, wanted: "a regular file" })
    }

    /// Reads a whole file of at most `limit` bytes.
    pub fn read(&self, path: &ProjectPath, limit: u64) -> Result<Vec<u8>, OpenError> {
        let (file, metadata) = self.open(path)?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(limit)).unwrap_or(0));
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|source| io_error(path, source))?;
        if bytes.len() as u64 > limit {
            let bytes = metadata.len().max(limit + 1);
            return Err(OpenError::TooLarge { path: path.to_string(), bytes, limit });
        }
        Ok(bytes)
    }

    /// Reads a whole text of at most `limit` bytes; a byte order mark is left out.
    pub fn read_text(&self, path: &ProjectPath, limit: u64) -> Result<String, OpenError> {
        Self::decode(path, self.read(path, limit)?)
    }

    /// A file's bytes as text; a byte order mark is left out.
    pub fn decode(path: &ProjectPath, bytes: Vec<u8>) -> Result<String, OpenError> {
        let text = String::from_utf8(bytes).map_err(|error| OpenError::NotText {
            path: path.to_string(),
            at: error.utf8_error().valid_up_to(),
        })?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    /// Whether a folder lies there, reached without leaving the project.
    pub fn is_folder(&self, path: &ProjectPath) -> Result<bool, OpenError> {
        self.refuse_outside(path)?;
        let metadata = match fs::symlink_metadata(self.absolute(path)) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(source) => return Err(io_error(path, source)),
        };
        if metadata.is_symlink() {
            return Err(self.link(path, "a folder"));
        }
        Ok(metadata.is_dir())
    }

    /// Whether anything at all has this name, a dangling link included.
    pub fn exists(&self, path: &ProjectPath) -> bool {
        fs::symlink_metadata(self.absolute(path)).is_ok()
    }

    fn open_over_links(&self, path: &ProjectPath) -> Result<File, OpenError> {
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).unwrap_or_default();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(self.absolute(path));
        file.map_err(|error| self.explain(path, error))
    }

    fn explain(&self, path: &ProjectPath, error: io::Error) -> OpenError {
        let missing =
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
        match fs::symlink_metadata(self.absolute(path)) {
            Ok(metadata) if metadata.is_symlink() => self.link(path, "a regular file"),
            Ok(metadata) if !metadata.is_file() => OpenError::Kind {
                path: path.to_string(),
                found: kind_of(&metadata),
                wanted: "a regular file",
            },
            Ok(_) => io_error(path, error),
            Err(_) if missing => OpenError::Missing { path: path.to_string() },
            Err(_) => io_error(path, error),
        }
    }

    fn link(&self, path: &ProjectPath, wanted: &'static str) -> OpenError {
        let target = fs::read_link(self.absolute(path)).unwrap_or_default();
        OpenError::Link { path: path.to_string(), target: target.display().to_string(), wanted }
    }

    /// The words of a path stay inside; this looks where its folders really lead.
    fn refuse_outside(&self, path: &ProjectPath) -> Result<(), OpenError> {
        let Some(parent) = path.parent() else { return Ok(()) };
        match self.absolute(&parent).canonicalize() {
            Ok(real) if real.starts_with(&self.root) => Ok(()),
            Ok(_) => Err(OpenError::Outside { path: path.to_string() }),
            Err(error) if is_missing(&error) => Ok(()),
            Err(source) => Err(io_error(path, source)),
        }
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Reads a regular file that nobody but its owner writes, wherever it lies; `None` where there is
/// none.
pub fn read_own(path: &Path) -> io::Result<Option<Vec<u8>>> {
    read_small(path, u64::MAX)
}

/// Reads a file that a person wrote, wherever it lies: a regular one of at most `limit` bytes, so
/// that neither a pipe nor a device keeps the program waiting; `None` where there is none.
pub fn read_small(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        let kind = kind_of(&metadata);
        return Err(io::Error::other(format!("it is a {kind}, expected a regular file")));
    }
    read_bounded(file, limit).map(Some)
}

fn read_bounded(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than the limit of {limit} bytes")));
    }
    Ok(bytes)
}

/// The last `limit` bytes of a file of the program's own making, as far as they are text.
pub fn read_tail(path: &Path, limit: u64) -> io::Result<String> {
    tail_of(File::open(path)?, limit)
}

fn tail_of(mut file: File, limit: u64) -> io::Result<String> {
    use std::io::Seek;
    let length = file.metadata()?.len();
    file.seek(io::SeekFrom::Start(length.saturating_sub(limit)))?;
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The size of a file in bytes; `None` where there is none.
pub fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|metadata| metadata.len())
}

/// Whether anything lies at this path.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a folder lies there, and no link to one.
pub fn is_real_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
}

/// The names in a folder, sorted; none where there is no such folder.
pub fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

fn kind_of(metadata: &Metadata) -> &'static str {
    let kind = metadata.file_type();
    if kind.is_dir() {
        "folder"
    } else if kind.is_fifo() {
        "named pipe"
    } else if kind.is_socket() {
        "socket"
    } else if kind.is_symlink() {
        "symbolic link"
    } else {
        "device"
    }
}

fn io_error(path: &ProjectPath, source: io::Error) -> OpenError {
    OpenError::Io { path: path.to_string(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn project() -> (tempfile::TempDir, ProjectFolder) {
        let folder = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), vec!["runs"]).unwrap();
        (folder, project)
    }

    #[test]
    fn a_small_file_is_a_regular_one_and_small() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("orch.toml");
        assert!(read_small(&path, 4).unwrap().is_none());
        fs::write(&path, "abcd").unwrap();
        assert_eq!(read_small(&path, 4).unwrap().unwrap(), b"abcd");
        assert!(read_small(&path, 3).unwrap_err().to_string().contains("limit of 3 bytes"));
        assert!(read_small(folder.path(), 4).unwrap_err().to_string().contains("is a folder"));
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert!(read_small(&pipe, 4).unwrap_err().to_string().contains("is a named pipe"));
        assert!(read_small(Path::new("/dev/zero"), 4).unwrap_err().to_string().contains("device"));
    }

    #[test]
    fn only_regular_files_inside_are_opened() {
        let (folder, project) = project();
        let root = project.root().to_owned();
        fs::write(root.join("a.md"), "\u{feff}text").unwrap();
        fs::create_dir(root.join("art")).unwrap();
        symlink("/etc/passwd", root.join("pw")).unwrap();
        symlink("/etc", root.join("out")).unwrap();
        std::process::Command::new("mkfifo").arg(root.join("pipe")).status().unwrap();
        let read = |path: &str| {
            project.read_text(&project.path(path).unwrap(), 100).map_err(|error| error.to_string())
        };
        assert_eq!(read("a.md").unwrap(), "text");
        assert_eq!(read("none").unwrap_err(), "none does not exist");
        assert_eq!(
            read("pw").unwrap_err(),
            "pw is a symbolic link (to an absolute path), expected a regular file"
        );
        assert_eq!(read("art").unwrap_err(), "art is a folder, expected a regular file");
        assert_eq!(read("pipe").unwrap_err(), "pipe is a named pipe, expected a regular file");
        assert_eq!(
            read("out/passwd").unwrap_err(),
            "out/passwd leads outside the project through a symbolic link"
        );
        assert!(project.path("runs/x").is_err());
        drop(folder);
    }

    #[test]
    fn a_text_is_bounded_and_valid() {
        let (_folder, project) = project();
        fs::write(project.root().join("big"), "x".repeat(101)).unwrap();
        fs::write(project.root().join("bad"), b"ab\xff").unwrap();
        let read = |path: &str| {
            project.read_text(&project.path(path).unwrap(), 100).unwrap_err().to_string()
        };
        assert_eq!(read("big"), "big has 101 bytes; the limit is 100");
        assert_eq!(read("bad"), "bad is not valid UTF-8 (byte 2)");
    }
}
