//! Files that git, orch or a shell would obey, as they are before an attempt and after it. What a mount holds
//! cannot change; these can be made, replaced or changed.

use crate::files;
use std::path::Path;
use std::path::PathBuf;

/// Of larger files only the size and the time are compared.
const BYTES_MAX: u64 = 256 * 1024;

/// What lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Watched {
    /// A link, and where it leads.
    Link(PathBuf),
    /// A file, and what it holds.
    File(Vec<u8>),
    /// A file that is too large to be kept, by its size.
    Large(u64),
    Folder,
    /// What git and orch would wait at for ever, such as a pipe.
    Odd,
}

impl Watched {
    /// What lies there; `None` where nothing does.
    pub(super) fn look(path: &Path) -> Option<Self> {
        let metadata = path.symlink_metadata().ok()?;
        Some(if let Ok(target) = path.read_link() {
            Self::Link(target)
        } else if metadata.is_dir() {
            Self::Folder
        } else if !metadata.is_file() {
            Self::Odd
        } else {
            let bytes = files::read_small(path, BYTES_MAX).ok().flatten();
            bytes.map_or(Self::Large(metadata.len()), Self::File)
        })
    }
}
