//! Bringing the user's index up to date with a commit made without it: only the entries of one folder,
//! under git's own lock, which is held over the move of the branch and no longer.

use super::Error;
use super::Repository;
use super::index;
use super::index::Entry;
use super::index::IndexRefused;
use super::io_error;
use super::lock::LockFile;
use super::lock::PATIENCE;
use super::lock::StagedLock;
use super::lock::twin_name;
use super::move_ref::RefUpdate;
use super::objects::stat_of_blob;
use super::program;
use crate::files;
use crate::files::Stat;
use crate::parallel;
use git2::Oid;
use std::fmt::Write;
use std::fs::File;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

/// What the index is to hold in a folder, and nothing else there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WantedFiles {
    pub(super) folder: String,
    /// Paths from the work folder, sorted, each with what the file holds.
    pub(super) files: Vec<(String, Oid)>,
}

impl WantedFiles {
    fn entries(&self) -> Vec<Entry<'_>> {
        let stat = index::IndexStat::default();
        self.files.iter().map(|(path, id)| Entry { path, id: *id, stat }).collect()
    }
}

/// The index as it was read, if there is one.
type Old = Option<(Vec<u8>, Metadata)>;

/// The index as it is to be.
enum New {
    Written,
    /// The old one holds what is wanted.
    Same,
    /// Of a kind that only git itself writes.
    Foreign,
}

/// How often the new index is made while nobody is kept from writing the old one.
const TURNS_MAX: u32 = 12;

impl Repository {
    /// Whether the index holds what is wanted; looked at without a lock.
    pub(super) fn is_index_as(&mut self, wanted: &WantedFiles) -> Result<bool, Error> {
        let old = read(&self.index_path(), std::mem::take(&mut self.index_room))?;
        let bytes = old.as_ref().map(|(bytes, _)| &bytes[..]);
        let missing = index::missing(bytes, &wanted.entries(), &wanted.folder);
        let is_settled = match missing {
            Ok(missing) => missing.is_none(),
            Err(IndexRefused::Unsupported) => self.is_index_by_git(wanted),
            Err(IndexRefused::Blocked(_) | IndexRefused::Corrupt | IndexRefused::Disk(_)) => false,
        };
        self.index_room = old.map(|(bytes, _)| bytes).unwrap_or_default();
        Ok(is_settled)
    }

    /// The same of an index that only git reads.
    fn is_index_by_git(&self, wanted: &WantedFiles) -> bool {
        let words = ["ls-files", "--stage", "-z", "--", &wanted.folder];
        let wanted = wanted.files.iter().map(|(path, id)| format!("100644 {id} 0\t{path}"));
        program::lines(&self.work_folder, &words).is_ok_and(|lines| wanted.eq(lines))
    }

    /// Puts what is wanted into the index, and moves the branch with it. All that takes time is done
    /// before the index is locked, so that nobody else is refused for it. Call it with the lock of the
    /// repository's commits held.
    pub(super) fn with_index(
        &mut self,
        wanted: &WantedFiles,
        step: Option<&RefUpdate<'_>>,
    ) -> Result<(), Error> {
        for turn in 1..=TURNS_MAX {
            let ref_lock = match step {
                Some(step) => Some(self.lock_ref(step, self.stage_ref(step)?)?),
                None if *wanted != self.wanted_by_head(&wanted.folder)? => return Ok(()),
                None => None,
            };
            self.refuse_busy()?;
            let mut staged = StagedLock::new(self.index_path(), self.index_twin())?;
            // Where others write it again and again, they are kept waiting for once.
            let early = if turn < TURNS_MAX { None } else { Some(staged.take()?) };
            // A sync takes longer than they leave it alone; then it comes afterwards.
            let (seen, new) = self.stage_index(wanted, &mut staged.file, turn == 1)?;
            let is_same = |repository: &Self| repository.index_stat() == seen;
            match new {
                New::Foreign => {
                    drop((early, staged, ref_lock));
                    self.update_by_git(wanted)?;
                    return step.map_or(Ok(()), |step| self.move_ref(step));
                }
                New::Same => drop((early, staged)),
                New::Written => {
                    let lock = match early {
                        Some(lock) => Some(lock),
                        None if is_same(self) => staged.try_take()?,
                        None => None,
                    };
                    let Some(lock) = lock.filter(|_| is_same(self)) else {
                        // Whoever has the index may be waiting for the lock of the ref.
                        drop(ref_lock);
                        std::thread::sleep(Duration::from_millis(u64::from(turn)));
                        continue;
                    };
                    // The index first: a kill, or a commit of the user, between the two finds the files
                    // announced, and not the branch ahead of an index that would take them off again.
                    lock.put_in_place()?;
                    self.verified = self.index_stat();
                }
            }
            ref_lock.map_or(Ok(()), LockFile::put_in_place)?;
            let index = self.index_path();
            let synced = files::sync(&index).and_then(|()| files::sync_folder_of(&index));
            synced.map_err(io_error(&index))?;
            return step.map_or(Ok(()), |step| self.settle_ref(step));
        }
        Err(Error::Locked { path: self.index_path().display().to_string() })
    }

    /// Writes the index as it is to be into `file`; gives the stat data of the one that it was made of.
    fn stage_index(
        &mut self,
        wanted: &WantedFiles,
        file: &mut File,
        is_synced: bool,
    ) -> Result<(Option<Stat>, New), Error> {
        let entries = self.entries_with_stats(wanted)?;
        let path = self.index_path();
        let old = read(&path, std::mem::take(&mut self.index_room))?;
        let seen = old.as_ref().map(|(_, metadata)| Stat::of(metadata));
        let written = self.write_index(&old, (&entries, &wanted.folder), file);
        self.index_room = old.map(|(bytes, _)| bytes).unwrap_or_default();
        match written {
            Ok(New::Written) if is_synced => {
                file.sync_all().map_err(io_error(&path))?;
                Ok((seen, New::Written))
            }
            Ok(new) => Ok((seen, new)),
            Err(IndexRefused::Unsupported) => Ok((seen, New::Foreign)),
            Err(IndexRefused::Blocked(path)) => Err(Error::Blocked { path, place: "index" }),
            Err(IndexRefused::Corrupt) => Err(Error::BadIndex { path: path.display().to_string() }),
            Err(IndexRefused::Disk(source)) => Err(io_error(&path)(source)),
        }
    }

    fn write_index(
        &mut self,
        old: &Old,
        (entries, folder): (&[Entry<'_>], &str),
        file: &mut File,
    ) -> Result<New, IndexRefused> {
        let stat = old.as_ref().map(|(_, metadata)| Stat::of(metadata));
        let is_verified = stat.is_some() && is_same_index(stat, self.verified);
        let bytes = old.as_ref().map(|(bytes, _)| &bytes[..]);
        let pieces = index::patch(bytes, entries, folder, is_verified)?;
        let Some(pieces) = pieces else { return Ok(New::Same) };
        // Git looks at a file itself when the index is not newer than it; an index that grew newer
        // without its other entries being looked at would hide the edit of a moment ago.
        let modified = match old {
            Some((_, metadata)) => metadata.modified().ok(),
            None => oldest(entries),
        };
        let pieces = pieces.iter().map(AsRef::as_ref);
        files::fill(file, pieces, modified).map_err(IndexRefused::Disk)?;
        Ok(New::Written)
    }

    fn index_stat(&self) -> Option<Stat> {
        files::stat_of(&self.index_path())
    }

    pub(super) fn index_path(&self) -> PathBuf {
        self.inner.path().join("index")
    }

    pub(super) fn index_twin(&self) -> PathBuf {
        self.inner.path().join(twin_name("index"))
    }

    /// What is wanted, with the stat data of the files whose entries the index lacks, where they hold
    /// it; git looks itself at those that do not.
    fn entries_with_stats<'w>(&mut self, wanted: &'w WantedFiles) -> Result<Vec<Entry<'w>>, Error> {
        let old = read(&self.index_path(), std::mem::take(&mut self.index_room))?;
        let bytes = old.as_ref().map(|(bytes, _)| &bytes[..]);
        let mut entries = wanted.entries();
        let missing = index::missing(bytes, &entries, &wanted.folder).ok().flatten();
        self.index_room = old.map(|(bytes, _)| bytes).unwrap_or_default();
        let missing = missing.unwrap_or_default();
        let found = parallel::map(&missing, |at| {
            let entry = &entries[*at];
            stat_of_blob(&self.work_folder.join(entry.path), entry.id)
        });
        for (at, found) in missing.into_iter().zip(found) {
            entries[at].stat = found.as_ref().map(stat_of).unwrap_or_default();
        }
        Ok(entries)
    }

    /// Has git itself put the files into an index that only it can write.
    fn update_by_git(&self, wanted: &WantedFiles) -> Result<(), Error> {
        // Without git the index would stay behind, and the user's next commit with it.
        if crate::process::resolve("git", &self.work_folder).is_none() {
            let reason =
                "this index requires the git program, which was not found on PATH".to_owned();
            return Err(Error::UpdateIndex { reason });
        }
        let mut lines = String::new();
        for path in program::lines(&self.work_folder, &["ls-files", "-z", "--", &wanted.folder])
            .map_err(|reason| Error::UpdateIndex { reason })?
        {
            let is_wanted = wanted.files.binary_search_by(|(other, _)| other.cmp(&path)).is_ok();
            if !is_wanted {
                let _ = write!(lines, "0 {}\t{path}\0", Oid::ZERO_SHA1);
            }
        }
        for (path, id) in &wanted.files {
            let _ = write!(lines, "100644 {id}\t{path}\0");
        }
        let words = ["update-index", "-z", "--add", "--index-info"];
        let start = Instant::now();
        loop {
            let Err(reason) = program::run(&self.work_folder, &words, lines.as_bytes()) else {
                let index = self.index_path();
                let synced = files::sync(&index).and_then(|()| files::sync_folder_of(&index));
                return synced.map_err(io_error(&index));
            };
            let is_locked = files::exists(&self.inner.path().join("index.lock"));
            if !is_locked || start.elapsed() > PATIENCE {
                return Err(Error::UpdateIndex { reason });
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Stat data as the index keeps it: the low 32 bits of each number.
fn stat_of(metadata: &Metadata) -> index::IndexStat {
    let low = |number: u64| u32::try_from(number & 0xffff_ffff).unwrap_or(0);
    let time = |seconds: i64, rest: i64| (low(seconds.cast_unsigned()), low(rest.cast_unsigned()));
    index::IndexStat {
        changed: time(metadata.ctime(), metadata.ctime_nsec()),
        modified: time(metadata.mtime(), metadata.mtime_nsec()),
        device: low(metadata.dev()),
        inode: low(metadata.ino()),
        user: metadata.uid(),
        group: metadata.gid(),
        bytes: low(metadata.size()),
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
    let known = entries.iter().map(|entry| entry.stat.modified).filter(|time| *time != (0, 0));
    let (seconds, rest) = known.min()?;
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds.into(), rest))
}
