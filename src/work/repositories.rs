//! The repositories inside that of the project, but for its own worktrees: git looks into them, and obeys what
//! it finds there.

use super::Workspace;
use crate::contract::RUNS;
use crate::files;
use crate::git;
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::path::PathBuf;

/// More than git writes into a file that names a repository.
const NAME_BYTES_MAX: u64 = 16 * 1024;

/// How deep the repositories of submodules may lie.
const SUBMODULE_LEVELS: u32 = 6;

/// What is called `.git`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A file that names the folder.
    File(Vec<u8>),
    /// The folder, or what else lies there, by its device and its number.
    Folder(u64, u64),
}

/// The repository of the project itself; `None` where it lies further up, or there is none.
pub(super) fn own(workspace: &Workspace) -> Option<Named> {
    named(&workspace.project.root().join(".git"))
}

/// Those inside, by the folder, relative to the project.
pub(super) fn inside(workspace: &Workspace) -> BTreeMap<String, Named> {
    let root = workspace.project.root();
    let seats = workspace.git_folder.as_ref().map(|git| git.join("worktrees"));
    let seats = seats.and_then(|seats| seats.canonicalize().ok());
    let mut folders = workspace.project.nested_repositories(RUNS);
    folders.extend(git::gitlinks(root));
    let inside = folders.into_iter().filter_map(|folder| {
        let path = root.join(&folder);
        let named = named(&path.join(".git"))?;
        let seat = seats.as_ref().and_then(|seats| seat_of(&path, &named, seats));
        seat.is_none().then_some((folder, named))
    });
    inside.collect()
}

fn named(path: &Path) -> Option<Named> {
    let metadata = path.symlink_metadata().ok()?;
    let place = |metadata: &Metadata| Named::Folder(metadata.dev(), metadata.ino());
    let text = metadata.is_file().then(|| files::read_small(path, NAME_BYTES_MAX).ok().flatten());
    Some(text.flatten().map_or_else(|| place(&metadata), Named::File))
}

/// Git's folder for the worktree that the project is, where it is a linked one.
pub(super) fn seat(workspace: &Workspace) -> Option<PathBuf> {
    let seats = workspace.git_folder.as_ref()?.join("worktrees").canonicalize().ok()?;
    seat_of(workspace.project.root(), &own(workspace)?, &seats)
}

/// The same for a folder whose `.git` this is.
fn seat_of(folder: &Path, named: &Named, seats: &Path) -> Option<PathBuf> {
    let Named::File(text) = named else { return None };
    let named = std::str::from_utf8(text).ok()?.trim().strip_prefix("gitdir: ")?;
    let git = folder.join(named).canonicalize().ok()?;
    let common = files::read_small(&git.join("commondir"), NAME_BYTES_MAX).ok()??;
    (git.parent() == Some(seats) && common.trim_ascii() == b"../..").then_some(git)
}

/// The repositories of the submodules of a repository.
pub(super) fn submodules_of(git: &Path) -> Vec<PathBuf> {
    submodules(&git.join("modules"), SUBMODULE_LEVELS)
}

/// The same below a folder; their names may have several parts.
fn submodules(folder: &Path, levels: u32) -> Vec<PathBuf> {
    if folder.join("HEAD").is_file() {
        let below = levels.checked_sub(1).map(|left| submodules(&folder.join("modules"), left));
        return [folder.to_owned()].into_iter().chain(below.into_iter().flatten()).collect();
    }
    let Some(left) = levels.checked_sub(1) else { return Vec::new() };
    let names = files::names_in(folder).unwrap_or_default();
    names.iter().flat_map(|name| submodules(&folder.join(name), left)).collect()
}
