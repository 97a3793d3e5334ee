//! Writing that a power cut does not undo: a temporary file in the same folder,
//! synced, renamed, and the folder synced; appending that leaves no torn line behind.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use super::crash;
use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// What stands in the name of a file that is not whole yet.
const ASIDE: &str = ".tmp.";

/// Whether a file of this name is one that is being written, or was when its writer was killed.
pub fn is_half_written(name: &str) -> bool {
    name.starts_with('.') && name.contains(ASIDE)
}

/// Removes what a killed process left half written in a folder. Call it when nobody writes there.
pub fn remove_half_written(folder: &Path) -> io::Result<()> {
    let names = super::names_in(folder)?;
    let mut left = names.iter().filter(|name| is_half_written(name));
    left.try_for_each(|name| fs::remove_file(folder.join(name)))
}

/// Replaces or creates a file, all or nothing, also across a power cut.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, true)
}

/// Replaces or creates a file, all or nothing, without a sync: for views that can be made again.
pub fn write_view(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, false)
}

fn replace(path: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if sync {
        create_folder(folder)?;
    } else {
        fs::create_dir_all(folder)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut file = tempfile::Builder::new()
        .prefix(&format!(".{name}{ASIDE}"))
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    crash::point();
    if sync {
        file.as_file().sync_all()?;
    }
    file.persist(path)?;
    crash::point();
    if sync {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Replaces a file of the program's own making by what `change` writes of it, all or nothing.
pub fn rewrite(
    path: &Path,
    change: impl FnOnce(&mut File, &mut io::BufWriter<&File>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder)?;
    let mut writer = io::BufWriter::new(file.as_file());
    change(&mut File::open(path)?, &mut writer)?;
    writer.flush()?;
    drop(writer);
    crash::point();
    file.persist(path)?;
    crash::point();
    Ok(())
}

/// Creates a folder and those above it, each made known to its parent on disk.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().unwrap_or(Path::new("."));
    create_folder(parent)?;
    match fs::create_dir(folder) {
        Ok(()) => {
            crash::point();
            File::open(parent)?.sync_all()
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Removes a folder of the program's own making with all that is in it.
pub fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes a file of the program's own making, if it is there.
pub fn remove_own(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// A file that only grows. What `append` has returned from is on the disk.
#[derive(Debug)]
pub struct Appender {
    file: File,
    path: PathBuf,
    good_bytes: u64,
}

impl Appender {
    /// Opens or creates the file and cuts it to `good_bytes`, where a torn end begins.
    pub fn open(path: &Path, good_bytes: u64) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(Path::new("."));
        create_folder(folder)?;
        let is_new = !path.exists();
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        crash::point();
        if is_new {
            File::open(folder)?.sync_all()?;
        } else if file.metadata()?.len() != good_bytes {
            file.set_len(good_bytes)?;
            crash::point();
            file.sync_all()?;
        }
        Ok(Self { file, path: path.to_owned(), good_bytes })
    }

    /// Appends and syncs; after an error the file ends where it ended before.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        crash::point();
        let result = self.file.write_all(bytes).and_then(|()| self.file.sync_data());
        crash::point();
        match result {
            Ok(()) => self.good_bytes += bytes.len() as u64,
            Err(_) => self.file.set_len(self.good_bytes)?,
        }
        result
    }

    /// Moves what somebody else wrote to the end of the file into a file beside it, and gives its
    /// path. A file that was cut short is an error: what it held is not known here.
    pub fn set_foreign_aside(&mut self) -> io::Result<Option<PathBuf>> {
        let length = self.file.metadata()?.len();
        if length < self.good_bytes {
            return Err(io::Error::other("it was cut short by another process"));
        }
        if length == self.good_bytes {
            return Ok(None);
        }
        let mut foreign = Vec::new();
        let mut reader = File::open(&self.path)?;
        reader.seek(io::SeekFrom::Start(self.good_bytes))?;
        reader.read_to_end(&mut foreign)?;
        let aside = self.path.with_extension(format!("foreign-{}", self.good_bytes));
        write(&aside, &foreign)?;
        self.file.set_len(self.good_bytes)?;
        self.file.sync_all()?;
        Ok(Some(aside))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn bytes(&self) -> u64 {
        self.good_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_whole_and_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/RUN.json");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 1);
    }

    #[test]
    fn what_another_wrote_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut appender = Appender::open(&path, 0).unwrap();
        appender.append(b"own\n").unwrap();
        assert_eq!(appender.set_foreign_aside().unwrap(), None);
        fs::write(&path, "own\nforged\n").unwrap();
        let aside = appender.set_foreign_aside().unwrap().unwrap();
        assert_eq!(fs::read(aside).unwrap(), b"forged\n");
        appender.append(b"more\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"own\nmore\n");
        fs::write(&path, "ow").unwrap();
        assert!(appender.set_foreign_aside().is_err());
    }

    #[test]
    fn an_appender_cuts_a_torn_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, "good\nto").unwrap();
        let mut appender = Appender::open(&path, 5).unwrap();
        appender.append(b"next\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"good\nnext\n");
        assert_eq!(appender.bytes(), 10);
    }
}
