//! What the programs of an attempt see of the file system, and what of it they may write: all of orch's own
//! can only be read, and so can what shells and git outside would run or obey.

use super::Granted;
use super::Workspace;
use super::definition::Definition;
use super::home;
use super::home::KEYS;
use super::repositories;
use crate::contract::RUNS;
use crate::files;
use crate::files::Beneath;
use crate::files::Globs;
use crate::git;
use crate::id::AttemptId;
use crate::permits::GitPermit;
use crate::permits::folder_of;
use crate::permits::is_below;
use crate::process::Mount;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// Folders for what is passing, which other programs of this machine talk in.
const PASSING: [&str; 3] = ["/tmp", "/var/tmp", "/run"];

/// Folders below those that programs need: for names of hosts, and for all programs of NixOS.
const NEEDED: [&str; 3] = ["/run/systemd/resolve", "/run/current-system", "/run/wrappers"];

/// How folders of programs are called in an installation.
const PROGRAMS: [&str; 3] = ["bin", "sbin", ".bin"];

/// What git runs or obeys of its own folder, and the folders of orch's runs in it.
const IN_GIT: [&str; 5] = ["orch", "hooks", "config", "config.worktree", "refs/orch"];

/// What all worktrees of a repository write to when one of them commits, fetches or pushes.
const SHARED: [&str; 4] = ["objects", "refs", "logs", "lfs"];

/// What the programs of an attempt find, in order.
pub(super) fn of(
    granted: &Granted,
    attempt: &AttemptId,
    workspace: &Workspace,
) -> io::Result<Vec<Mount>> {
    let configured = home::configured_in_git(workspace);
    let mut view = View { granted, workspace, configured, mounts: Vec::new() };
    // What is not there yet could not be held.
    workspace.attempt(attempt).make_folder()?;
    for folder in PASSING {
        view.hide(Path::new(folder));
    }
    for folder in NEEDED.map(PathBuf::from) {
        if let Ok(of) = folder.canonicalize() {
            view.mounts.push(Mount::Instead { at: folder, of, is_writable: false });
        }
    }
    let passing = home::variable(workspace, "TMPDIR");
    let home = home::home_of(workspace);
    let is_in_home = passing.iter().zip(&home).any(|(passing, home)| passing.starts_with(home));
    if let Some(folder) = passing.as_ref().filter(|_| !is_in_home) {
        view.hide(folder);
    }
    let is_in_project = home.as_ref().is_some_and(|it| it.starts_with(workspace.project.root()));
    if let Some(home) = home.as_ref().filter(|_| !is_in_project) {
        view.home(home);
    }
    if let Some(folder) = passing.filter(|_| is_in_home) {
        view.hide(&folder);
    }
    // One around the project lies below it, or nothing could be written in the project.
    let root = workspace.project.root();
    let (around, elsewhere): (Vec<PathBuf>, Vec<PathBuf>) =
        home::path_folders(workspace).into_iter().partition(|folder| root.starts_with(folder));
    view.programs(&around);
    view.project();
    view.repository()?;
    view.definition();
    if let Some(home) = home.filter(|_| is_in_project) {
        view.obeyed(&home);
    }
    view.programs(&elsewhere);
    view.letters(attempt)?;
    Ok(view.mounts)
}

/// Whether a glob matches files at the top of the project and no others.
fn is_of_top(glob: &str) -> bool {
    !glob.is_empty() && !glob.contains('/') && glob != "**"
}

/// Where something lies, if no link leads there: whoever may have made one does not say what is opened.
fn plain(base: &Path, below: impl AsRef<Path>) -> Option<PathBuf> {
    let path = base.canonicalize().ok()?.join(below);
    (path.canonicalize().ok()? == path).then_some(path)
}

struct View<'v> {
    granted: &'v Granted,
    workspace: &'v Workspace,
    /// What git's settings name.
    configured: BTreeSet<PathBuf>,
    mounts: Vec<Mount>,
}

impl View<'_> {
    fn root(&self) -> PathBuf {
        self.workspace.project.root().to_owned()
    }

    /// What a path lies in: the last mount at it or above it.
    fn above(&self, path: &Path) -> Option<&Mount> {
        self.mounts.iter().rfind(|mount| path.starts_with(mount.path()))
    }

    /// Has what can be written be read only, also where a link leads there.
    fn hold(&mut self, path: &Path) {
        let Ok(path) = path.canonicalize() else { return };
        let is_open = matches!(self.above(&path), Some(Mount::Writable(_)));
        if is_open && !self.is_over_hidden(&path) {
            self.pin(&path);
            self.mounts.push(Mount::ReadOnly(path));
        }
    }

    /// Has something be read only, wherever it lies.
    fn keep(&mut self, path: &Path) {
        if self.is_hidden(path) { self.show(path) } else { self.hold(path) }
    }

    /// Lets what lies below something hidden be read.
    fn show(&mut self, path: &Path) {
        let Some(path) = plain(Path::new("/"), path) else { return };
        if !self.is_over_hidden(&path) {
            self.mounts.push(Mount::ReadOnly(path));
        }
    }

    fn open(&mut self, path: PathBuf) {
        self.pin(&path);
        self.mounts.push(Mount::Writable(path));
    }

    fn hide(&mut self, path: &Path) {
        let Ok(path) = path.canonicalize() else { return };
        if self.mounts.iter().any(|mount| mount.path().starts_with(&path)) {
            return;
        }
        self.pin(&path);
        self.mounts.push(if path.is_dir() {
            Mount::EmptyFolder(path)
        } else {
            Mount::EmptyFile(path)
        });
    }

    /// Whether a path lies in what is hidden.
    fn is_hidden(&self, path: &Path) -> bool {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        match self.above(&path) {
            Some(Mount::EmptyFolder(_) | Mount::EmptyFile(_)) => true,
            Some(Mount::ReadOnly(_) | Mount::Writable(_) | Mount::Instead { .. }) => false,
            // The sandbox has devices of its own, and memory that is shared with nobody.
            None => path.starts_with("/dev"),
        }
    }

    /// Whether something is hidden there or below: what lies over it would show it again.
    fn is_over_hidden(&self, path: &Path) -> bool {
        self.mounts.iter().any(|mount| match mount {
            Mount::EmptyFolder(hidden) | Mount::EmptyFile(hidden) => hidden.starts_with(path),
            Mount::ReadOnly(_) | Mount::Writable(_) | Mount::Instead { .. } => false,
        })
    }

    /// Has each folder above a path that could be renamed be a mount of its own: under another name, what
    /// lies in it would not be held.
    fn pin(&mut self, path: &Path) {
        let Some(Mount::Writable(top)) = self.above(path).cloned() else { return };
        let folders = path.ancestors().skip(1).take_while(|folder| **folder != *top);
        let mut folders: Vec<PathBuf> = folders.map(Path::to_owned).collect();
        folders.reverse();
        self.mounts.extend(folders.into_iter().map(Mount::Writable));
    }

    /// The home of the user.
    fn home(&mut self, home: &Path) {
        let Some(named) = self.granted.permits.home.clone() else {
            if let Ok(home) = home.canonicalize() {
                self.open(home);
            }
            return self.obeyed(home);
        };
        self.hide(home);
        self.show(&home.join(".gitconfig"));
        self.show(&home.join(".config/git"));
        if let Some(folder) = self.workspace.user_folder.clone() {
            self.show(&folder);
        }
        let folders = named.iter().chain(&self.granted.home);
        let folders: Vec<PathBuf> =
            folders.filter_map(|folder| plain(home, folder.path())).collect();
        for folder in folders {
            self.open(folder);
        }
        self.obeyed(home);
    }

    /// Holds what is obeyed in the home, and hides keys.
    fn obeyed(&mut self, home: &Path) {
        let keys = KEYS.map(|name| home.join(name));
        for key in keys.iter().filter(|key| !self.is_hidden(key)).collect::<Vec<_>>() {
            self.hide(key);
        }
        for path in home::obeyed_in(self.workspace, home, &self.configured) {
            if !keys.contains(&path) && path.file_name().is_none_or(|name| name != ".git") {
                self.hold(&path);
            }
        }
    }

    fn project(&mut self) {
        let root = self.root();
        let permits = &self.granted.permits;
        let read = permits.readable().map(<[_]>::to_vec);
        let written = permits.write.clone().or_else(|| read.clone());
        let Some(written) = written else {
            self.open(root);
            return;
        };
        let is_top_open = written.iter().any(|glob| is_of_top(glob));
        self.mounts.push(match &read {
            Some(_) => Mount::EmptyFolder(root.clone()),
            None if is_top_open => Mount::Writable(root.clone()),
            None => Mount::ReadOnly(root.clone()),
        });
        if is_top_open && read.is_none() {
            // New files are made at the top: what is there stays as it is.
            for name in files::names_in(&root).unwrap_or_default() {
                self.hold(&root.join(name));
            }
        }
        for glob in read.iter().flatten().filter(|glob| !written.contains(glob)) {
            for place in self.places(glob) {
                self.mounts.push(Mount::ReadOnly(place));
            }
        }
        for glob in &written {
            let folder = folder_of(glob);
            // What is to be made needs a folder to be made in.
            if is_below(&folder) && folder != *glob && !root.join(&folder).exists() {
                let _ = Beneath::new(&root).join(&folder).make_folder();
            }
            for place in self.places(glob) {
                self.open(place);
            }
        }
    }

    /// What a glob is held to: the folder that it begins with; at the top, the files that it matches.
    fn places(&self, glob: &str) -> Vec<PathBuf> {
        let root = self.root();
        let folder = folder_of(glob);
        if is_of_top(glob) {
            let Ok(globs) = Globs::new(&[glob.to_owned()], &self.workspace.project) else {
                return Vec::new();
            };
            let names = files::names_in(&root).unwrap_or_default().into_iter();
            let paths = names.filter_map(|name| self.workspace.project.path(&name).ok());
            return paths
                .filter(|path| globs.matches(path))
                .filter_map(|path| plain(&root, path.as_str()))
                .collect();
        }
        if folder.is_empty() {
            return vec![root];
        }
        let path = Path::new(&folder);
        let is_file = folder == glob.trim_end_matches('/') && !root.join(path).is_dir();
        let path = if is_file { path.parent().unwrap_or(path) } else { path };
        plain(&root, path).filter(|_| is_below(&folder)).into_iter().collect()
    }

    /// The repository, in which each folder that holds something of orch's is a mount of its own: it cannot
    /// be carried away by its name.
    fn repository(&mut self) -> io::Result<()> {
        let Some(folder) = self.workspace.git_folder.clone() else { return Ok(()) };
        match (self.granted.permits.git, repositories::seat(self.workspace)) {
            (Some(GitPermit::Read), _) => self.keep(&folder),
            // What a commit takes. Refs are not deleted, since git locks those of all worktrees for that.
            (Some(GitPermit::Commit), Some(seat)) => {
                self.keep(&folder);
                let shared = SHARED.into_iter().filter_map(|name| plain(&folder, name));
                shared.chain([seat]).for_each(|path| self.open(path));
                self.remotes(&folder);
            }
            (Some(GitPermit::Commit), None) | (None, _) => {
                let opened = ["", "refs"].into_iter().filter_map(|name| plain(&folder, name));
                opened.for_each(|path| self.open(path));
                self.remotes(&folder);
            }
        }
        Beneath::new(&folder).join("refs/orch").make_folder()?;
        for name in IN_GIT {
            self.hold(&folder.join(name));
        }
        // A hook may be a link to a file of the project.
        let hooks = folder.join("hooks");
        for hook in files::names_in(&hooks).unwrap_or_default() {
            if hooks.join(&hook).is_symlink() {
                self.hold(&hooks.join(&hook));
            }
        }
        // In a linked worktree this names the repository.
        let own = self.root().join(".git");
        if own.is_file() {
            self.hold(&own);
        }
        Ok(())
    }

    /// A remote on this machine is pushed to as one elsewhere is.
    fn remotes(&mut self, folder: &Path) {
        let root = self.root();
        let remotes = git::remote_folders(folder).into_iter();
        for remote in remotes.filter_map(|remote| plain(Path::new("/"), root.join(remote))) {
            self.open(remote.clone());
            for name in ["hooks", "config", ".git/hooks", ".git/config"] {
                self.hold(&remote.join(name));
            }
        }
    }

    /// The texts of workflows, but for those that the gate is there to write.
    fn definition(&mut self) {
        let root = self.root();
        let project = self.workspace.project.clone();
        for path in Definition::of(self.granted, &project).closed() {
            self.hold(&root.join(path));
        }
        for path in self.configured.clone().iter().chain(&self.workspace.user_folder) {
            self.hold(path);
        }
        self.hold(&root.join(RUNS));
    }

    /// Programs stay where they are found, also below a folder that is empty inside.
    fn programs(&mut self, folders: &[PathBuf]) {
        let root = self.root();
        for folder in folders {
            if self.is_hidden(folder) && !folder.starts_with(&root) {
                let installation = self.installation(folder).unwrap_or(folder).to_owned();
                self.show(&installation);
            }
        }
    }

    /// What a folder of programs belongs to: programs in `bin` load what lies beside it, and those of npm and
    /// of virtual environments are links to there. Of a home, no more is shown than it names.
    fn installation<'f>(&self, folder: &'f Path) -> Option<&'f Path> {
        let name = folder.file_name()?;
        let around =
            folder.parent().filter(|_| PROGRAMS.iter().any(|programs| name == *programs))?;
        let is_top = self.mounts.iter().any(|mount| mount.path().starts_with(around));
        let is_in_home = home::home_of(self.workspace).is_some_and(|home| around.starts_with(home));
        (!is_top && !is_in_home && !self.root().starts_with(around)).then_some(around)
    }

    /// The folder of the attempt, in which its answers are left, and the letterbox of the attempt in place of
    /// the run's.
    fn letters(&mut self, attempt: &AttemptId) -> io::Result<()> {
        self.open(self.workspace.attempt(attempt).path());
        let Some((store, run)) = &self.workspace.said else { return Ok(()) };
        let (mailbox, letterbox) = (store.mailbox(run), store.letterbox(run, attempt));
        if !letterbox.is_folder() {
            return Ok(());
        }
        mailbox.make_folder()?;
        self.mounts.push(Mount::Instead {
            at: mailbox.path(),
            of: letterbox.path(),
            is_writable: true,
        });
        Ok(())
    }
}
