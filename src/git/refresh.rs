//! Bringing the user's index up to date with a commit made without it: only the committed paths,
//! under git's own lock, which is held over the move of the branch.

use super::Error;
use super::Repository;
use super::index;
use super::index::Entry;
use super::index::Refused;
use super::io_error;
use super::lock::Lock;
use super::lock::PATIENCE;
use super::program;
use crate::files;
use crate::files::Stat;
use git2::Oid;
use std::borrow::Cow;
use std::fmt::Write;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

/// A file as it is committed: path, id, bytes.
pub(super) type Blob<'a> = (&'a str, Oid, &'a [u8]);

/// The new index, if it differs, and the modification time that it must keep.
type Patched<'o> = (Option<Vec<Cow<'o, [u8]>>>, Option<SystemTime>);

/// The index as it was read, if there is one.
type Old = Option<(Vec<u8>, Metadata)>;

/// The index as it is to be, ready to take the old one's place.
pub(super) enum Fresh {
    /// It holds the entries already, and does so as long as the lock is held.
    Same(Lock),
    /// Written in full into the lock.
    Ready(Lock),
    /// Of a kind that only git itself writes.
    Foreign,
}

impl Repository {
    /// Whether the index holds these files; looked at without a lock.
    pub(super) fn is_index_fresh(&mut self, blobs: &[Blob<'_>]) -> Result<bool, Error> {
        let path = self.inner.path().join("index");
        let old = read(&path, Vec::new())?;
        // What cannot be patched is told about under the lock.
        Ok(matches!(self.patched(&old, blobs), Ok((None, _))))
    }

    /// Takes the index's lock and writes the new index into it. Call it with the lock of the
    /// repository's commits held.
    pub(super) fn freshen(&mut self, blobs: &[Blob<'_>]) -> Result<Fresh, Error> {
        let lock = Lock::take(self.inner.path().join("index"), self.index_twin())?;
        let old = read(&lock.target, std::mem::take(&mut self.index_room))?;
        let fresh = self.write_fresh(lock, &old, blobs);
        self.index_room = old.map(|(bytes, _)| bytes).unwrap_or_default();
        fresh
    }

    fn write_fresh(
        &mut self,
        mut lock: Lock,
        old: &Old,
        blobs: &[Blob<'_>],
    ) -> Result<Fresh, Error> {
        let (pieces, modified) = match self.patched(old, blobs) {
            Ok((None, _)) => return Ok(Fresh::Same(lock)),
            Ok((Some(pieces), modified)) => (pieces, modified),
            Err(Refused::Unsupported) => return Ok(Fresh::Foreign),
            Err(Refused::Blocked(path)) => return Err(Error::Blocked { path, place: "index" }),
            Err(Refused::Corrupt) => {
                return Err(Error::BadIndex { path: lock.target.display().to_string() });
            }
        };
        let pieces = pieces.iter().map(AsRef::as_ref);
        files::fill(&mut lock.file, pieces, modified).map_err(io_error(&lock.target))?;
        Ok(Fresh::Ready(lock))
    }

    pub(super) fn index_twin(&self) -> PathBuf {
        self.inner.path().join("index.lock.twin")
    }

    /// Puts the new index, synced before, in the place of the old one.
    pub(super) fn put_index(&mut self, lock: Lock) -> Result<(), Error> {
        let written = lock.file.metadata().map_err(io_error(&lock.target))?;
        lock.put_in_place()?;
        self.verified = Some(Stat::of(&written));
        Ok(())
    }

    /// The index with the files put in.
    fn patched<'o>(&mut self, old: &'o Old, blobs: &[Blob<'_>]) -> Result<Patched<'o>, Refused> {
        let stat = old.as_ref().map(|(_, metadata)| Stat::of(metadata));
        let is_verified = stat.is_some() && is_same_index(stat, self.verified);
        let entries: Vec<Entry<'_>> = blobs
            .iter()
            .map(|&(path, id, bytes)| Entry { path, id, stat: self.stat(path, bytes) })
            .collect();
        // Git looks at a file itself when the index is not newer than it; an index that grew newer
        // without its other entries being looked at would hide the edit of a moment ago.
        let modified = match old {
            Some((_, metadata)) => metadata.modified().ok(),
            None => oldest(&entries),
        };
        let patched =
            index::patch(old.as_ref().map(|(bytes, _)| &bytes[..]), &entries, is_verified);
        if patched.is_ok() {
            self.verified = stat;
        }
        patched.map(|pieces| (pieces, modified))
    }

    /// The stat data of a file that holds these bytes; zero for one that does not, so that git
    /// shows it as changed.
    fn stat(&self, path: &str, bytes: &[u8]) -> index::Stat {
        let found = files::stat_of_copy(&self.work_folder.join(path), bytes);
        let Some(metadata) = found.ok().flatten() else {
            return index::Stat::default();
        };
        // Git keeps the low 32 bits of each.
        let low = |number: u64| u32::try_from(number & 0xffff_ffff).unwrap_or(0);
        let time =
            |seconds: i64, rest: i64| (low(seconds.cast_unsigned()), low(rest.cast_unsigned()));
        index::Stat {
            changed: time(metadata.ctime(), metadata.ctime_nsec()),
            modified: time(metadata.mtime(), metadata.mtime_nsec()),
            device: low(metadata.dev()),
            inode: low(metadata.ino()),
            user: metadata.uid(),
            group: metadata.gid(),
            bytes: low(metadata.size()),
        }
    }

    /// Has git itself put the files into an index that only it can write.
    pub(super) fn update_index(&self, blobs: &[Blob<'_>]) -> Result<(), Error> {
        let mut lines = String::new();
        for (path, id, _) in blobs {
            let _ = write!(lines, "100644 {id}\t{path}\0");
        }
        let words = ["update-index", "-z", "--add", "--index-info"];
        let start = Instant::now();
        loop {
            let Err(reason) = program::run(&self.work_folder, &words, lines.as_bytes()) else {
                let index = self.inner.path().join("index");
                let synced = files::sync(&index).and_then(|()| files::sync_folder_of(&index));
                return synced.map_err(io_error(&index));
            };
            if !reason.contains("index.lock") || start.elapsed() > PATIENCE {
                return Err(Error::UpdateIndex { reason });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn read(path: &Path, room: Vec<u8>) -> Result<Old, Error> {
    files::read_with_stat(path, room).map_err(io_error(path))
}

/// The change time moves when a file gets its name, so it is left out.
fn is_same_index(one: Option<Stat>, two: Option<Stat>) -> bool {
    let identity = |stat: Stat| (stat.inode, stat.bytes, stat.modified_ns);
    one.map(identity) == two.map(identity)
}

fn oldest(entries: &[Entry<'_>]) -> Option<SystemTime> {
    let times = entries.iter().map(|entry| entry.stat.modified).filter(|time| time.0 > 0);
    let (seconds, rest) = times.min()?;
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds.into(), rest))
}
