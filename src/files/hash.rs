//! Fingerprints of files: streamed, several at once, flat in memory.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use super::OpenError;
use super::Project;
use super::ProjectPath;
use crate::digest::Digest;
use crate::parallel;
use serde::Deserialize;
use serde::Serialize;
use std::collections::HashMap;
use std::fs;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Coarser than the timestamps of any file system in use.
const GRAIN_NS: i128 = 2_000_000_000;

/// The largest file that is hashed: a sparse one of a terabyte takes no room, and a quarter of an hour.
const HASHED_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;

/// What the file system says about a file without reading it; equal before and after means unread
/// bytes are the same, as git's index has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    pub bytes: u64,
    pub modified_ns: i128,
    pub changed_ns: i128,
    pub inode: u64,
}

/// A file's digest, its size, and the stat data that it was read under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    pub digest: Digest,
    pub bytes: u64,
    pub stat: Stat,
    /// How many names the file has; each of them is a way to change it.
    pub names: u64,
}

impl Stat {
    /// Whether so much time has passed since the last change that another one would show in the
    /// stat data: file systems keep time in grains.
    pub fn is_settled(&self) -> bool {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now_ns = now.map_or(0, |now| i128::try_from(now.as_nanos()).unwrap_or(i128::MAX));
        now_ns - self.changed_ns.max(self.modified_ns) > GRAIN_NS
    }

    pub(crate) fn of(metadata: &Metadata) -> Self {
        let ns = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            bytes: metadata.len(),
            modified_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
            changed_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }
}

/// The stat data of a regular file; `None` for anything else.
pub fn stat_of(path: &Path) -> Option<Stat> {
    let metadata = fs::symlink_metadata(path).ok()?;
    metadata.is_file().then(|| Stat::of(&metadata))
}

impl Project {
    /// The stat data of a regular file; `None` for anything else.
    pub fn stat(&self, path: &ProjectPath) -> Option<Stat> {
        stat_of(&self.absolute(path))
    }

    /// Hashes one file.
    pub fn hash(&self, path: &ProjectPath) -> Result<Fingerprint, OpenError> {
        self.refuse_outside(path)?;
        self.hash_unchecked(path)
    }

    /// Hashes many files on all cores; each folder's way out is looked at once.
    pub fn hash_all(&self, paths: &[ProjectPath]) -> Vec<Result<Fingerprint, OpenError>> {
        let mut folders = HashMap::new();
        for path in paths {
            let parent = path.parent();
            folders.entry(parent).or_insert_with(|| self.refuse_outside(path).is_ok());
        }
        parallel::map(paths, |path| match folders.get(&path.parent()) {
            Some(true) => self.hash_unchecked(path),
            Some(false) | None => self.hash(path),
        })
    }

    fn hash_unchecked(&self, path: &ProjectPath) -> Result<Fingerprint, OpenError> {
        let (file, metadata) = self.open_unchecked(path)?;
        if metadata.len() > HASHED_BYTES_MAX {
            let (path, bytes, limit) = (path.to_string(), metadata.len(), HASHED_BYTES_MAX);
            return Err(OpenError::TooLarge { path, bytes, limit });
        }
        let (digest, bytes) =
            Digest::of_reader(file).map_err(|source| super::io_error(path, source))?;
        Ok(Fingerprint { digest, bytes, stat: Stat::of(&metadata), names: metadata.nlink() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_files_hash_as_one_does() {
        let folder = tempfile::tempdir().unwrap();
        let project = Project::new(folder.path(), Vec::new()).unwrap();
        fs::write(folder.path().join("a"), "abc").unwrap();
        let paths = ["a", "none"].map(|path| project.path(path).unwrap());
        let all = project.hash_all(&paths);
        assert_eq!(all[0].as_ref().unwrap().digest, Digest::of("abc"));
        assert_eq!(all[0].as_ref().unwrap(), &project.hash(&paths[0]).unwrap());
        assert_eq!(all[1].as_ref().unwrap_err().to_string(), "none does not exist");
        assert_eq!(project.stat(&paths[0]).unwrap().bytes, 3);
    }
}
