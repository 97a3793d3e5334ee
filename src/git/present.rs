//! The working tree as it lies there now, untracked files with it, as a git tree. The user's index
//! tells what did not change, and is changed in memory only: nothing of the user's is written.

use super::Error;
use super::Repository;
use super::objects::Objects;
use crate::files;
use git2::Delta;
use git2::DiffDelta;
use git2::DiffOptions;
use git2::ErrorCode;
use git2::FileMode;
use git2::Index;
use git2::IndexEntry;
use git2::ObjectType;
use git2::Oid;
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::path::PathBuf;

/// New files are held in memory up to about so many bytes together.
const HELD_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Bits of an index entry: the user says not to look at the file, it is not checked out, it is
/// announced and not added yet.
const ASSUMED_UNCHANGED: u16 = 1 << 15;
const NOT_CHECKED_OUT: u16 = 1 << 14;
const ANNOUNCED: u16 = 1 << 13;

/// Where an index entry says to which side of a merge it belongs.
const SIDE: u16 = 0b11 << 12;

/// The mode of a submodule's entry.
const SUBMODULE: u32 = 0o160_000;

/// Its ids come first where several backends know an object.
const MEMORY_FIRST: i32 = 1000;

/// What of a working tree counts.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// A folder, relative to the work folder, that is no part of it.
    pub except: &'a str,
    /// Larger files are not kept, in bytes.
    pub bytes_max: u64,
}

/// The working tree as a git tree. Its new objects are known to `inner` alone.
pub(super) struct Present {
    pub(super) inner: git2::Repository,
    pub(super) tree: Oid,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) left_out: BTreeSet<String>,
    /// New files that are on the disk already, synced.
    pub(super) laid_down: Vec<Oid>,
}

impl Repository {
    /// Looks at the whole working tree; only files that changed are read.
    pub(super) fn present(&self, scope: Scope<'_>) -> Result<Present, Error> {
        let inner = git2::Repository::open(self.inner.path())?;
        let odb = inner.odb()?;
        let memory = odb.add_new_mempack_backend(MEMORY_FIRST)?;
        let (index, is_foreign) = index_of(&inner)?;
        let mut look = Look {
            inner: &inner,
            work_folder: &self.work_folder,
            scope,
            index,
            is_sparse: is_foreign && is_sparse(&inner),
            left_out: BTreeSet::new(),
            new: Vec::new(),
            new_bytes: 0,
        };
        let mut laid_down = Vec::new();
        for path in look.changed()? {
            look.take(&path)?;
            if look.new_bytes > HELD_BYTES_MAX {
                let ids = std::mem::take(&mut look.new);
                lay_down(&inner, ids.iter().map(|id| (ObjectType::Blob, *id)), &laid_down)?;
                memory.reset()?;
                laid_down.extend(ids);
                look.new_bytes = 0;
            }
        }
        look.index.remove_dir(Path::new(scope.except), 0)?;
        let (mut index, left_out) = (look.index, look.left_out);
        let tree = index.write_tree_to(&inner)?;
        let size = |entry: &IndexEntry| {
            let on_disk = || files::size(&self.work_folder.join(path_of(entry))).unwrap_or(0);
            if is_foreign { on_disk() } else { entry.file_size.into() }
        };
        let bytes = index.iter().map(|entry| size(&entry)).sum();
        let files = u64::try_from(index.len()).unwrap_or(u64::MAX);
        drop((odb, index));
        Ok(Present { inner, tree, files, bytes, left_out, laid_down })
    }
}

/// The index, in memory. One that only git itself reads is made up from HEAD: then every file is
/// read, and nothing else is different.
fn index_of(inner: &git2::Repository) -> Result<(Index, bool), Error> {
    if let Ok(index) = inner.index() {
        return Ok((index, false));
    }
    let mut index = Index::new()?;
    if let Ok(head) = inner.head() {
        index.read_tree(&head.peel_to_tree()?)?;
    }
    inner.set_index(&mut index)?;
    Ok((index, true))
}

/// Whether files may be missing because they are not wanted here.
fn is_sparse(inner: &git2::Repository) -> bool {
    inner.config().and_then(|config| config.get_bool("core.sparseCheckout")).unwrap_or(false)
}

fn path_of(entry: &IndexEntry) -> PathBuf {
    PathBuf::from(std::ffi::OsStr::from_bytes(&entry.path))
}

/// Whether a path lies in a folder or is it.
pub(super) fn is_in(path: &Path, folder: &str) -> bool {
    path.starts_with(folder)
}

struct Look<'l> {
    inner: &'l git2::Repository,
    work_folder: &'l Path,
    scope: Scope<'l>,
    index: Index,
    /// Whether nothing follows from a file's absence.
    is_sparse: bool,
    left_out: BTreeSet<String>,
    new: Vec<Oid>,
    new_bytes: u64,
}

impl Look<'_> {
    /// The paths at which the working tree is not what the index says, or may not be.
    fn changed(&self) -> Result<BTreeSet<PathBuf>, Error> {
        let mut options = DiffOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).include_typechange(true);
        options.include_unreadable(true).include_ignored(true);
        let look = || self.inner.diff_index_to_workdir(Some(&self.index), Some(&mut options));
        let diff = super::look(self.work_folder, look)?;
        // A repository within this one that is no submodule counts as ignored, unlike for git.
        let is_within = |delta: &DiffDelta<'_>| {
            let path =
                delta.new_file().path().filter(|_| delta.new_file().mode() == FileMode::Commit);
            path.is_some_and(|path| !self.inner.is_path_ignored(path).unwrap_or(true))
        };
        let differs = |delta: &DiffDelta<'_>| match delta.status() {
            Delta::Unmodified => false,
            Delta::Ignored => is_within(delta),
            Delta::Added
            | Delta::Deleted
            | Delta::Modified
            | Delta::Renamed
            | Delta::Copied
            | Delta::Untracked
            | Delta::Typechange
            | Delta::Unreadable
            | Delta::Conflicted => true,
        };
        let changed = diff.deltas().filter(differs);
        let changed = changed.filter_map(|delta| Some(delta.new_file().path()?.to_owned()));
        let unsure = self.index.iter().filter(|entry| {
            entry.flags & (ASSUMED_UNCHANGED | SIDE) != 0
                || entry.flags_extended & (NOT_CHECKED_OUT | ANNOUNCED) != 0
        });
        let unsure = unsure.map(|entry| path_of(&entry));
        let all = changed.chain(unsure).filter(|path| !is_in(path, self.scope.except));
        Ok(all.collect())
    }

    /// Puts a file into the index as it lies there, or takes it out.
    fn take(&mut self, path: &Path) -> Result<(), Error> {
        let whole = self.work_folder.join(path);
        let is_folder = whole.is_dir() && !whole.is_symlink();
        if !files::exists(&whole) {
            let entry = self.index.get_path(path, 0);
            let is_unwanted =
                entry.is_some_and(|entry| entry.flags_extended & NOT_CHECKED_OUT != 0);
            if !is_unwanted && !self.is_sparse {
                self.index.remove_path(path)?;
            }
            return Ok(());
        }
        let is_fit = if is_folder {
            // A nested repository that is not a submodule is not kept.
            self.index.get_path(path, 0).is_some_and(|entry| entry.mode == SUBMODULE)
        } else {
            // A pipe or a device that has the name of a file would be waited for.
            let bytes = files::stat_of(&whole).map(|stat| stat.bytes);
            whole.is_symlink() || bytes.is_some_and(|bytes| bytes <= self.scope.bytes_max)
        };
        if !is_fit {
            return self.leave_out(path);
        }
        match self.index.add_path(path) {
            Ok(()) => {
                if let Some(entry) = self.index.get_path(path, 0).filter(|_| !is_folder) {
                    self.new.push(entry.id);
                    self.new_bytes += u64::from(entry.file_size);
                }
                Ok(())
            }
            // It went while it was looked at.
            Err(error) if error.code() == ErrorCode::NotFound => {
                Ok(self.index.remove_path(path)?)
            }
            Err(_) => self.leave_out(path),
        }
    }

    fn leave_out(&mut self, path: &Path) -> Result<(), Error> {
        self.left_out.insert(path.to_string_lossy().trim_end_matches('/').to_owned());
        // What is not kept as it is now is not kept as it was before.
        if self.index.get_path(path, 0).is_some() {
            self.index.remove_path(path)?;
        }
        Ok(())
    }
}

/// Lays objects down that only `inner` knows, synced; `known` need not be.
pub(super) fn lay_down(
    inner: &git2::Repository,
    ids: impl Iterator<Item = (ObjectType, Oid)>,
    known: &[Oid],
) -> Result<(), Error> {
    let odb = inner.odb()?;
    let mut objects = Objects::default();
    objects.hold(known.to_vec());
    let mut held_bytes = 0;
    for (kind, id) in ids {
        let object = odb.read(id)?;
        objects.add(kind, object.data())?;
        held_bytes += object.len() as u64;
        if held_bytes > HELD_BYTES_MAX {
            objects.publish(inner.commondir())?;
            objects.hold(known.to_vec());
            held_bytes = 0;
        }
    }
    objects.publish(inner.commondir())
}
