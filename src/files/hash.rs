//! Fingerprints of files: streamed, several at once, flat in memory.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use super::OpenError;
use super::ProjectFolder;
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

/// The same of those that tell more than seconds and hundredths of them. What they tell more is no
/// finer than the tick of the kernel's clock, which is a hundredth of a second at most.
const FINE_GRAIN_NS: i128 = 50_000_000;

/// The unit of the coarsest timestamps that are finer than seconds: those of exFAT.
const HUNDREDTH_NS: i128 = 10_000_000;

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
        self.is_settled_at(now_ns)
    }

    fn is_settled_at(&self, now_ns: i128) -> bool {
        let touched_ns = self.changed_ns.max(self.modified_ns);
        let is_fine = touched_ns % HUNDREDTH_NS != 0;
        now_ns - touched_ns > if is_fine { FINE_GRAIN_NS } else { GRAIN_NS }
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

impl ProjectFolder {
    /// The stat data of a regular file; `None` for anything else.
    pub fn stat(&self, path: &ProjectPath) -> Option<Stat> {
        stat_of(&self.absolute(path))
    }

    /// Hashes many files on all cores.
    pub fn hash_all(&self, paths: &[ProjectPath]) -> Vec<Result<Fingerprint, OpenError>> {
        parallel::map(paths, |path| self.hash(path))
    }

    /// Hashes one file.
    pub fn hash(&self, path: &ProjectPath) -> Result<Fingerprint, OpenError> {
        let (file, metadata) = self.open(path)?;
        if metadata.len() > HASHED_BYTES_MAX {
            let (path, bytes, limit) = (path.to_string(), metadata.len(), HASHED_BYTES_MAX);
            return Err(OpenError::TooLarge { path, bytes, limit });
        }
        let (digest, bytes) = Digest::of_reader(file, metadata.len())
            .map_err(|source| super::io_error(path, source))?;
        Ok(Fingerprint { digest, bytes, stat: Stat::of(&metadata), names: metadata.nlink() })
    }
}

/// Digests of files that were read already: what has the same stat data is not read again.
#[derive(Debug, Default)]
pub struct Prints(HashMap<String, (Stat, Digest)>);

impl Prints {
    /// A file's digest as it is now.
    pub fn digest(
        &mut self,
        project: &ProjectFolder,
        path: &ProjectPath,
    ) -> Result<Digest, OpenError> {
        self.digests(project, std::slice::from_ref(path)).remove(0)
    }

    /// The digests of several files; those that must be read are read on all cores.
    pub fn digests(
        &mut self,
        project: &ProjectFolder,
        paths: &[ProjectPath],
    ) -> Vec<Result<Digest, OpenError>> {
        let known = |path: &ProjectPath| {
            let (stat, digest) = self.0.get(path.as_str())?;
            (project.stat(path) == Some(*stat)).then_some(*digest)
        };
        let known: Vec<Option<Digest>> = paths.iter().map(known).collect();
        let new = paths.iter().zip(&known).filter(|(_, known)| known.is_none());
        let new: Vec<ProjectPath> = new.map(|(path, _)| path.clone()).collect();
        let mut read = project.hash_all(&new).into_iter();
        let mut digests = Vec::with_capacity(paths.len());
        for (path, known) in paths.iter().zip(known) {
            digests.extend(match known {
                Some(digest) => Some(Ok(digest)),
                None => read.next().map(|print| Ok(self.take(path, print?))),
            });
        }
        digests
    }

    fn take(&mut self, path: &ProjectPath, print: Fingerprint) -> Digest {
        // A file touched within the clock's own grain could change unseen: it is read next time.
        if print.stat.is_settled() {
            self.0.insert(path.to_string(), (print.stat, print.digest));
        }
        print.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_shows_sooner_where_timestamps_are_finer() {
        let touched = |ns| Stat { bytes: 1, modified_ns: 0, changed_ns: ns, inode: 1 };
        let since = |ns, later_ns| touched(ns).is_settled_at(ns + later_ns);
        let (second, hundredth, fine) = (5_000_000_000, 5_010_000_000, 5_010_000_001);
        for coarse in [second, hundredth] {
            assert!(!since(coarse, GRAIN_NS));
            assert!(since(coarse, GRAIN_NS + 1));
        }
        assert!(!since(fine, FINE_GRAIN_NS));
        assert!(since(fine, FINE_GRAIN_NS + 1));
    }

    #[test]
    fn many_files_hash_as_one_does() {
        let folder = tempfile::tempdir().unwrap();
        let project = ProjectFolder::new(folder.path(), Vec::new()).unwrap();
        fs::write(folder.path().join("a"), "abc").unwrap();
        let paths = ["a", "none"].map(|path| project.path(path).unwrap());
        let all = project.hash_all(&paths);
        assert_eq!(all[0].as_ref().unwrap().digest, Digest::of("abc"));
        assert_eq!(all[0].as_ref().unwrap(), &project.hash(&paths[0]).unwrap());
        assert_eq!(all[1].as_ref().unwrap_err().to_string(), "none does not exist");
        assert_eq!(project.stat(&paths[0]).unwrap().bytes, 3);
    }
}
