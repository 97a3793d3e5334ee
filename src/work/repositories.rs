//! The repositories that git may come upon in the project, and the files of each that it obeys.

use super::Workspace;
use crate::contract::RUNS;
use crate::files;
use crate::git;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::path::PathBuf;

/// More than git writes into a file that names a repository.
const NAME_BYTES_MAX: u64 = 16 * 1024;

/// How deep the repositories of submodules may lie.
const SUBMODULE_LEVELS: u32 = 6;

/// What git obeys in the folder of a repository.
pub(super) const OBEYED_BY_GIT: [&str; 4] = ["commondir", "config", "config.worktree", "hooks"];

/// What is called `.git`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// A file that names the folder.
    File(Vec<u8>),
    /// A link that leads to it.
    Link(PathBuf),
    /// The folder, or what else lies there, by its device and its number.
    Folder(u64, u64),
}

/// The repository of the project itself; `None` where it lies further up, or there is none.
pub(super) fn own(workspace: &Workspace) -> Option<Named> {
    named(&workspace.project.root().join(".git"))
}

/// Those inside, by the folder, relative to the project, but for the project's own worktrees.
pub(super) fn inside(workspace: &Workspace, found: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, Named> {
    let root = workspace.project.root();
    let seats = workspace.git_folder.as_ref().map(|git| git.join("worktrees"));
    let seats = seats.and_then(|seats| seats.canonicalize().ok());
    let links = git::gitlinks(root);
    let inside = found.iter().chain(&links).filter_map(|folder| {
        let path = root.join(folder);
        // Git takes a folder that holds what a repository does for one, whatever its name.
        let named = named(&path.join(".git")).or_else(|| named(&path.join("HEAD")))?;
        let seat = seats.as_ref().and_then(|seats| seat_of(&path, &named, seats));
        seat.is_none().then(|| (folder.clone(), named))
    });
    inside.filter(|(folder, _)| !folder.starts_with(RUNS)).collect()
}

/// The folders of all repositories that git looks into from the project's, each by the name to tell it by:
/// those inside, those of submodules, worktrees and remotes on this machine.
pub(super) fn around(
    workspace: &Workspace,
    inside: &BTreeMap<PathBuf, Named>,
) -> BTreeMap<String, PathBuf> {
    let root = workspace.project.root();
    let mut around = BTreeMap::new();
    for (folder, named) in inside {
        let path = root.join(folder);
        let git = match named {
            Named::File(text) => named_by(&path, text),
            Named::Link(_) | Named::Folder(_, _) if path.join(".git").exists() => {
                Some(path.join(".git"))
            }
            Named::Link(_) | Named::Folder(_, _) => Some(path),
        };
        around.extend(git.map(|git| (format!("{}/.git", folder.display()), git)));
    }
    let Some(git) = &workspace.git_folder else { return around };
    let seats = git.join("worktrees");
    let seats: Vec<PathBuf> =
        files::names_in(&seats).unwrap_or_default().iter().map(|name| seats.join(name)).collect();
    for module in seats
        .iter()
        .chain([git])
        .flat_map(|git| submodules(&git.join("modules"), SUBMODULE_LEVELS))
        .chain(seats.clone())
    {
        let below = module.strip_prefix(git).unwrap_or(&module).display().to_string();
        around.insert(format!(".git/{below}"), module);
    }
    let remotes = git::remote_folders(git).into_iter().map(|remote| root.join(remote));
    for remote in remotes.filter(|remote| remote.is_dir()) {
        let folder = remote.join(".git");
        let folder = if folder.is_dir() { folder } else { remote };
        around.insert(folder.display().to_string(), folder);
    }
    around
}

fn named(path: &Path) -> Option<Named> {
    let metadata = path.symlink_metadata().ok()?;
    if let Ok(target) = path.read_link() {
        return Some(Named::Link(target));
    }
    let text = metadata.is_file().then(|| files::read_small(path, NAME_BYTES_MAX).ok().flatten());
    let place = Named::Folder(metadata.dev(), metadata.ino());
    Some(text.flatten().map_or(place, Named::File))
}

/// The folder that a file called `.git` names. Git takes off the end of the line and nothing else.
fn named_by(folder: &Path, text: &[u8]) -> Option<PathBuf> {
    let text = std::str::from_utf8(text).ok()?.trim_end_matches(['\n', '\r']);
    folder.join(text.strip_prefix("gitdir: ")?).canonicalize().ok()
}

/// Git's folder for the worktree that the project is, where it is a linked one.
pub(super) fn seat(workspace: &Workspace) -> Option<PathBuf> {
    let seats = workspace.git_folder.as_ref()?.join("worktrees").canonicalize().ok()?;
    seat_of(workspace.project.root(), &own(workspace)?, &seats)
}

/// The same for a folder whose `.git` this is.
fn seat_of(folder: &Path, named: &Named, seats: &Path) -> Option<PathBuf> {
    let Named::File(text) = named else { return None };
    let git = named_by(folder, text)?;
    (git.parent() == Some(seats) && has_common_folder(&git)).then_some(git)
}

/// Whether the folder of a worktree says that its repository is where git lays it.
pub(super) fn has_common_folder(seat: &Path) -> bool {
    let common = files::read_small(&seat.join("commondir"), NAME_BYTES_MAX).ok().flatten();
    common.is_some_and(|common| matches!(common.as_slice(), b"../.." | b"../..\n"))
}

/// The repositories of submodules below a folder; their names may have several parts.
fn submodules(folder: &Path, levels: u32) -> Vec<PathBuf> {
    if folder.is_symlink() {
        return Vec::new();
    }
    if files::exists(&folder.join("HEAD")) {
        let below = levels.checked_sub(1).map(|left| submodules(&folder.join("modules"), left));
        return [folder.to_owned()].into_iter().chain(below.into_iter().flatten()).collect();
    }
    let Some(left) = levels.checked_sub(1) else { return Vec::new() };
    let names = files::names_in(folder).unwrap_or_default();
    names.iter().flat_map(|name| submodules(&folder.join(name), left)).collect()
}
