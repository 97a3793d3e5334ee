//! What a child prints: a file that is held open, so that what is read of it is what the child
//! wrote, whatever becomes of its name meanwhile.

use super::Beneath;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::os::unix::fs::MetadataExt;

/// A file for a child's output.
#[derive(Debug)]
pub struct Log {
    place: Beneath,
    file: File,
}

/// Reads a log from some point on; the child, which shares the open file, does not notice.
#[derive(Debug)]
pub struct LogReader<'l> {
    file: &'l File,
    at: u64,
}

impl Log {
    /// Begins an empty one; an older one of the name is gone from there.
    pub fn create(place: Beneath) -> io::Result<Self> {
        Ok(Self { file: place.create()?, place })
    }

    /// One that is there; `None` where there is none.
    pub fn open(place: Beneath) -> io::Result<Option<Self>> {
        Ok(place.open()?.map(|file| Self { place, file }))
    }

    pub fn place(&self) -> &Beneath {
        &self.place
    }

    /// The open file for the child.
    pub fn for_child(&self) -> io::Result<File> {
        self.file.try_clone()
    }

    pub fn reader_from(&self, at: u64) -> LogReader<'_> {
        LogReader { file: &self.file, at }
    }

    /// The last `limit` bytes, as far as they are text.
    pub fn tail(&self, limit: u64) -> io::Result<String> {
        let length = self.file.metadata()?.len();
        let mut bytes = Vec::new();
        self.reader_from(length.saturating_sub(limit)).take(limit).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Copies what it holds to another place.
    pub fn copy_to(&self, place: &Beneath) -> io::Result<()> {
        place.replace(|file| io::copy(&mut self.reader_from(0), file).map(drop)).map(drop)
    }

    /// Replaces it by what `change` writes of it.
    pub fn rewrite(
        &mut self,
        change: impl Fn(&mut LogReader<'_>, &mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        self.file = self.place.replace(|file| {
            let mut writer = BufWriter::new(file);
            change(&mut self.reader_from(0), &mut writer)?;
            writer.flush()
        })?;
        Ok(())
    }

    /// Lays it down again, where somebody took it away meanwhile or put another file there.
    pub fn restore(&mut self) -> io::Result<()> {
        let own = self.file.metadata()?;
        let found = self.place.open()?.map(|file| file.metadata()).transpose()?;
        if found.is_some_and(|found| (found.dev(), found.ino()) == (own.dev(), own.ino())) {
            return Ok(());
        }
        self.rewrite(|from, to| io::copy(from, to).map(drop))
    }
}

impl Read for LogReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
