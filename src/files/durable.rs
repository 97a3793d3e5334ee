//! Writing that a power cut does not undo: a temporary file in the same folder,
//! synced, renamed, and the folder synced; appending that leaves no torn line behind.
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
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

/// How often bytes are appended anew where others write at the same moment.
const TRIES_MAX: u32 = 3;

/// Replaces or creates a file, all or nothing, also across a power cut.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, true)
}

/// Replaces or creates a file, all or nothing, without a sync: for views that can be made again.
pub fn write_view(path: &Path, bytes: &[u8]) -> io::Result<()> {
    replace(path, bytes, false)
}

/// A new file under a name of its own that begins so, which its errors do not tell, unlike the crate's:
/// each try has another, and the trouble is the same.
pub(super) fn aside(folder: &Path, prefix: &str, mode: u32) -> io::Result<tempfile::NamedTempFile> {
    let open = |path: &Path| OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    tempfile::Builder::new().prefix(prefix).make_in(folder, open)
}

fn replace(path: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    if sync {
        create_folder(folder)?;
    } else {
        fs::create_dir_all(folder)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut file = aside(folder, &format!(".{name}{ASIDE}"), 0o644)?;
    file.as_file_mut().write_all(bytes)?;
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
        for folder in self.below().ancestors().filter(|path| !path.as_os_str().is_empty()) {
            let place = self.at(folder);
            // Somebody else may have taken it away.
            let Ok(spot) = place.spot(Missing::Stay) else { break };
            // One that holds anything stays.
            if rustix::fs::unlinkat(&spot.folder, spot.name, AtFlags::REMOVEDIR).is_err() {
                break;
            }
        }
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

/// A file that only grows, by one writer. What `append` has returned from is on the disk, and follows
/// what this writer appended before: whatever others put behind that is moved aside.
#[derive(Debug)]
pub struct Appender {
    file: File,
    place: Beneath,
    good_bytes: u64,
    is_synced: bool,
    /// Where others' bytes lie now.
    aside: Vec<PathBuf>,
}

impl Appender {
    /// Opens or creates the file and cuts it to `good_bytes`, where a torn end begins.
    pub fn open(place: &Beneath, good_bytes: u64) -> io::Result<Self> {
        let (file, is_new) = place.open_or_create()?;
        if !is_new && file.metadata()?.len() != good_bytes {
            file.set_len(good_bytes)?;
            crash::point();
            file.sync_all()?;
        }
        Ok(Self { file, place: place.clone(), good_bytes, is_synced: true, aside: Vec::new() })
    }

    /// Appends and syncs; after an error the file ends where it ended before.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.add(bytes, true)
    }

    /// Appends what the next sync makes last: another `append`, or `sync`.
    pub fn append_lazily(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.add(bytes, false)
    }

    /// Makes all that was appended last.
    pub fn sync(&mut self) -> io::Result<()> {
        if !self.is_synced {
            self.file.sync_data()?;
            self.is_synced = true;
        }
        Ok(())
    }

    fn add(&mut self, bytes: &[u8], is_synced: bool) -> io::Result<()> {
        self.set_foreign_aside()?;
        crash::point();
        self.is_synced = false;
        let mut tries = 1..=TRIES_MAX;
        loop {
            let sync = || if is_synced { self.file.sync_data() } else { Ok(()) };
            let result = (&self.file).write_all(bytes).and_then(|()| sync());
            crash::point();
            if let Err(error) = result {
                self.file.set_len(self.good_bytes)?;
                return Err(error);
            }
            if self.file.metadata()?.len() == self.good_bytes + bytes.len() as u64 {
                self.good_bytes += bytes.len() as u64;
                self.is_synced = is_synced;
                return Ok(());
            }
            // Somebody wrote at the same moment, before these bytes or behind them.
            self.set_foreign_aside()?;
            if tries.next().is_none() {
                return Err(io::Error::other("another process keeps writing it"));
            }
        }
    }

    /// Moves what somebody else wrote to the end of the file, or put in its place, into a file beside
    /// it. A file that was cut short is an error: what it held is not known here.
    pub fn set_foreign_aside(&mut self) -> io::Result<()> {
        let own = self.file.metadata()?;
        if own.len() < self.good_bytes {
            return Err(io::Error::other("it was cut short by another process"));
        }
        let named = fs::symlink_metadata(self.place.path());
        if !named.is_ok_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino())) {
            self.come_back()?;
        }
        if own.len() == self.good_bytes {
            return Ok(());
        }
        let mut foreign = Vec::new();
        (&self.file).seek(io::SeekFrom::Start(self.good_bytes))?;
        (&self.file).read_to_end(&mut foreign)?;
        self.file.set_len(self.good_bytes)?;
        self.file.sync_all()?;
        self.lay_aside(&foreign)
    }

    /// Puts the file back under its name, which was taken away or leads elsewhere.
    fn come_back(&mut self) -> io::Result<()> {
        let mut own = Vec::new();
        (&self.file).seek(io::SeekFrom::Start(0))?;
        (&self.file).take(self.good_bytes).read_to_end(&mut own)?;
        match self.place.read() {
            Ok(Some(foreign)) => self.lay_aside(&foreign)?,
            Ok(None) => {}
            // A link, or what is no file.
            Err(_) => self.place.remove()?,
        }
        self.place.write(&own)?;
        (self.file, _) = self.place.open_or_create()?;
        Ok(())
    }

    fn lay_aside(&mut self, foreign: &[u8]) -> io::Result<()> {
        let name = |number: u32| format!("foreign-{}-{number}", self.good_bytes);
        let mut places = (1..).map(|number| self.place.with_extension(&name(number)));
        let aside = places.find(|place| !place.exists());
        let aside = aside.unwrap_or_else(|| self.place.with_extension("foreign"));
        aside.write(foreign)?;
        self.aside.push(aside.path());
        Ok(())
    }

    /// Where others' bytes were moved since this was asked last.
    pub fn take_aside(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.aside)
    }

    pub fn place(&self) -> &Beneath {
        &self.place
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
        let place = Beneath::new(folder.path()).join("journal");
        let mut appender = Appender::open(&place, 0).unwrap();
        appender.append(b"own\n").unwrap();
        for text in ["forged\n", "a letter to come is longer than this\n", "no end"] {
            let before = fs::read(&path).unwrap();
            fs::write(&path, [&before, text.as_bytes()].concat()).unwrap();
            appender.append(b"more\n").unwrap();
            assert_eq!(fs::read(&path).unwrap(), [&before, &b"more\n"[..]].concat());
            let aside = appender.take_aside();
            assert_eq!((aside.len(), fs::read(&aside[0]).unwrap()), (1, text.into()));
        }
        appender.set_foreign_aside().unwrap();
        assert!(appender.take_aside().is_empty());
        fs::write(&path, "ow").unwrap();
        assert!(appender.append(b"more\n").is_err());
        assert_eq!(fs::read(&path).unwrap(), b"ow");
    }

    #[test]
    fn an_appender_finds_its_file_again_whatever_was_put_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let place = Beneath::new(folder.path()).join("journal");
        let mut appender = Appender::open(&place, 0).unwrap();
        appender.append(b"own\n").unwrap();
        let other = folder.path().join("other");
        let swaps: [&dyn Fn(); 3] = [
            &|| fs::remove_file(&path).unwrap(),
            &|| {
                fs::write(&other, "forged\n").unwrap();
                fs::rename(&other, &path).unwrap();
            },
            &|| {
                fs::rename(&path, &other).unwrap();
                std::os::unix::fs::symlink(&other, &path).unwrap();
            },
        ];
        for (swap, lines) in swaps.iter().zip(2..) {
            swap();
            appender.append(b"own\n").unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "own\n".repeat(lines));
            assert!(fs::symlink_metadata(&path).unwrap().is_file());
        }
        assert_eq!(fs::read(&appender.take_aside()[0]).unwrap(), b"forged\n");
    }

    #[test]
    fn an_appender_cuts_a_torn_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        fs::write(&path, "good\nto").unwrap();
        let place = Beneath::new(folder.path()).join("journal");
        let mut appender = Appender::open(&place, 5).unwrap();
        appender.append(b"next\n").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"good\nnext\n");
        assert_eq!(appender.bytes(), 10);
    }
}
