//! Appending that leaves no torn line behind, to a file that others may write to as well.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use super::Beneath;
use super::crash;
use std::fs;
use std::fs::File;
use std::fs::Metadata;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// How often bytes are appended anew where others write at the same moment.
const TRIES_MAX: u32 = 3;

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
    /// When the file was changed last as far as this writer knows.
    changed_at: (i64, i64),
}

/// Why nothing can be appended: the file is not what it was, and what it held is not known here.
#[derive(Debug, thiserror::Error)]
#[error("it was truncated by another process")]
pub struct CutShort;

impl Appender {
    /// Opens or creates the file and cuts it to `good_bytes`, where a torn end begins.
    pub fn open(place: &Beneath, good_bytes: u64) -> io::Result<Self> {
        let (file, is_new) = place.open_or_create()?;
        if !is_new && file.metadata()?.len() != good_bytes {
            file.set_len(good_bytes)?;
            crash::point();
            file.sync_all()?;
        }
        let (place, changed_at) = (place.clone(), changed_at(&file.metadata()?));
        Ok(Self { file, place, good_bytes, is_synced: true, aside: Vec::new(), changed_at })
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
            let now = self.file.metadata()?;
            if now.len() == self.good_bytes + bytes.len() as u64 {
                self.changed_at = changed_at(&now);
                self.good_bytes += bytes.len() as u64;
                self.is_synced = is_synced;
                return Ok(());
            }
            // Somebody wrote at the same moment, before these bytes or behind them.
            self.set_foreign_aside()?;
            if tries.next().is_none() {
                return Err(io::Error::other("another process keeps writing to it"));
            }
        }
    }

    /// Moves what somebody else wrote to the end of the file, or put in its place, into a file beside
    /// it. A file that was cut short is an error: what it held is not known here.
    pub fn set_foreign_aside(&mut self) -> io::Result<()> {
        let own = self.file.metadata()?;
        if own.len() < self.good_bytes {
            return Err(io::Error::other(CutShort));
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
            Err(_) => self.place.remove().or_else(|_| self.lay_folder_aside())?,
        }
        self.place.write(&own)?;
        (self.file, _) = self.place.open_or_create()?;
        Ok(())
    }

    fn lay_aside(&mut self, foreign: &[u8]) -> io::Result<()> {
        let aside = self.next_aside();
        aside.write(foreign)?;
        self.aside.push(aside.path());
        Ok(())
    }

    fn lay_folder_aside(&mut self) -> io::Result<()> {
        let aside = self.next_aside();
        self.place.rename(&aside)?;
        self.aside.push(aside.path());
        Ok(())
    }

    fn next_aside(&self) -> Beneath {
        let name = |number: u32| format!("foreign-{}-{number}", self.good_bytes);
        let mut places = (1..).map(|number| self.place.with_extension(&name(number)));
        let aside = places.find(|place| !place.exists());
        aside.unwrap_or_else(|| self.place.with_extension("foreign"))
    }

    /// Whether another has touched the file since this writer did, as far as its times tell.
    pub fn is_touched(&self) -> io::Result<bool> {
        Ok(changed_at(&self.file.metadata()?) != self.changed_at)
    }

    /// Takes the file for this writer's own as it is now.
    pub fn take_as_own(&mut self) -> io::Result<()> {
        self.changed_at = changed_at(&self.file.metadata()?);
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

fn changed_at(found: &Metadata) -> (i64, i64) {
    (found.ctime(), found.ctime_nsec())
}

#[cfg(test)]
mod tests {
    use super::*;

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
