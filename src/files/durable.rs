//! Writing that a power cut does not undo: a temporary file in the same folder,
//! synced, renamed, and the folder synced.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use super::Beneath;
use super::aside::ASIDE;
use super::aside::is_half_written;
use super::beneath::Missing;
use super::crash;
use super::in_the_way::Found;
use super::in_the_way::Wanted;
use rustix::fs::AtFlags;
use rustix::fs::FileType;
use rustix::fs::OFlags;
use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Replaces or creates a file, all or nothing, without a sync: for views that can be made again.
pub fn write_view(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut file = aside(folder, &format!(".{name}{ASIDE}"), 0o644)?;
    file.as_file_mut().write_all(bytes)?;
    crash::point();
    file.persist(path)?;
    crash::point();
    Ok(())
}

/// Creates a file that its owner alone can read, and that is not there yet.
#[cfg(feature = "serve")]
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Whether others than its owner may read or write a file.
#[cfg(feature = "serve")]
pub fn is_open_to_others(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|found| found.mode() & 0o077 != 0)
}

/// A new file under a name of its own that begins so, which its errors do not tell, unlike the crate's:
/// each try has another, and the trouble is the same.
pub(super) fn aside(folder: &Path, prefix: &str, mode: u32) -> io::Result<tempfile::NamedTempFile> {
    let open = |path: &Path| OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    tempfile::Builder::new().prefix(prefix).make_in(folder, open)
}

/// Removes a folder with all that is in it, where there is one.
pub fn remove_tree(folder: &Path) -> io::Result<()> {
    std::fs::remove_dir_all(folder)
        .or_else(|error| if super::is_missing(&error) { Ok(()) } else { Err(error) })
}

/// Gives a folder another name beside the old one, in one step.
pub fn rename_folder(folder: &Path, to: &Path) -> io::Result<()> {
    std::fs::rename(folder, to)
}

impl Beneath {
    /// Replaces or creates the file, all or nothing, also across a power cut.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.in_folder(Missing::MakeDurably, |spot| {
            spot.put(bytes, true)?;
            Ok(rustix::fs::fsync(&spot.folder)?)
        })
    }

    /// Creates a file that is not there yet, all or nothing; one that is there stays.
    pub fn write_new(&self, bytes: &[u8]) -> io::Result<()> {
        self.in_folder(Missing::MakeDurably, |spot| {
            spot.put_new(bytes)?;
            Ok(rustix::fs::fsync(&spot.folder)?)
        })
    }

    /// Replaces or creates the file, all or nothing, without a sync: for views that can be made
    /// again.
    pub fn write_view(&self, bytes: &[u8]) -> io::Result<()> {
        self.in_folder(Missing::Make, |spot| spot.put(bytes, false).map(drop))
    }

    /// Replaces or creates the file by what `fill` writes, all or nothing; gives it open.
    pub(super) fn replace(&self, fill: impl Fn(&mut File) -> io::Result<()>) -> io::Result<File> {
        self.in_folder(Missing::Make, |spot| spot.replace(&fill))
    }

    /// Creates or replaces the file by a copy of another one, all or nothing.
    pub fn copy_from(&self, other: &Self) -> io::Result<()> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, "it is not there");
        let copied = self.replace(|file| {
            let mut source = other.open()?.ok_or_else(missing)?;
            io::copy(&mut source, file).map(drop)
        });
        copied.map(drop)
    }

    /// A new file, open for reading and writing: an older one loses the name and not its bytes.
    pub fn create(&self) -> io::Result<File> {
        self.in_folder(Missing::Make, |spot| {
            if spot.refuse_odd()? == Some(FileType::RegularFile) {
                rustix::fs::unlinkat(&spot.folder, spot.name, AtFlags::empty())?;
            }
            let file = spot.open(OFlags::RDWR | OFlags::CREATE | OFlags::EXCL);
            crash::point();
            file
        })
    }

    /// The file that is there, or a new one, open for reading and writing, and whether it is new:
    /// one that has this name alone, so that what is written goes nowhere else.
    pub(super) fn open_or_create(&self) -> io::Result<(File, bool)> {
        self.in_folder(Missing::MakeDurably, |spot| {
            let is_new = spot.refuse_odd()?.is_none();
            let file = spot.open(OFlags::RDWR | OFlags::CREATE | OFlags::APPEND)?;
            crash::point();
            match file.metadata()?.nlink() {
                0 | 1 => {}
                names => return Err(spot.in_the_way(Found::Names(names), Wanted::File)),
            }
            if is_new {
                rustix::fs::fsync(&spot.folder)?;
            }
            Ok((file, is_new))
        })
    }

    /// Removes the file and the folders above it that it leaves empty.
    pub fn remove_with_empty_folders(&self) -> io::Result<()> {
        self.remove()?;
        if let Some(above) = self.below().parent() {
            self.at(above).remove_empty_folders();
        }
        Ok(())
    }

    /// Removes the folder where it is empty, and those above it that it leaves so.
    pub fn remove_empty_folders(&self) {
        let mut folders = self.below().ancestors().filter(|path| !path.as_os_str().is_empty());
        // One that holds anything stays.
        while folders.next().is_some_and(|folder| self.at(folder).remove_empty_folder()) {}
    }

    /// Removes the folder where it is empty, and says whether it was.
    pub fn remove_empty_folder(&self) -> bool {
        // Somebody else may have taken it away.
        let Ok(spot) = self.spot(Missing::Stay) else { return false };
        rustix::fs::unlinkat(&spot.folder, spot.name, AtFlags::REMOVEDIR).is_ok()
    }

    /// Removes what a killed process left half written in the folder, and for it. Call it when nobody
    /// writes there.
    pub fn remove_half_written(&self) -> io::Result<()> {
        self.half_written()?.iter().try_for_each(Self::remove)?;
        let Some((_, staging)) = self.staging() else { return Ok(()) };
        staging.half_written()?.iter().try_for_each(Self::remove)
    }

    /// What a killed process left half written in the folder.
    pub fn half_written(&self) -> io::Result<Vec<Self>> {
        let names = self.names()?.into_iter();
        let left = names.filter(|name| is_half_written(name));
        Ok(left.map(|name| self.join(name)).collect())
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_replaces_whole_and_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/RUN.json");
        write_view(&path, b"one").unwrap();
        write_view(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path().join("a/b")).unwrap().count(), 1);
    }
}
