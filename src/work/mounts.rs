//! What the programs of an attempt see of the file system, and what of it they may write: all of orch's own
//! can only be read, and so can what shells and git outside would run or obey.

use super::Granted;
use super::Workspace;
use super::definition::Definition;
use super::repositories;
use super::repositories::Named;
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
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// Folders for what is passing, which other programs of this machine talk in.
const PASSING: [&str; 3] = ["/tmp", "/var/tmp", "/run"];

/// Folders below those that programs need: for names of hosts, and for all programs of NixOS.
const NEEDED: [&str; 3] = ["/run/systemd/resolve", "/run/current-system", "/run/wrappers"];

/// The keys of the user, with which a person signs.
const KEYS: [&str; 2] = [".ssh", ".gnupg"];

/// What shells, git and sessions of the user run or obey, in the home.
pub(super) const OBEYED: [&str; 20] = [
    ".bash_aliases",
    ".bash_login",
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".cargo/bin",
    ".config/autostart",
    ".config/environment.d",
    ".config/fish",
    ".config/git",
    ".config/systemd",
    ".gitconfig",
    ".local/bin",
    ".local/share/systemd",
    ".profile",
    ".zlogin",
    ".zprofile",
    ".zshenv",
    ".zshrc",
    "bin",
];

/// The variables that name another folder for some of it: what its names begin with in the home, and there.
const ELSEWHERE: [(&str, &str, &str); 2] =
    [("XDG_CONFIG_HOME", ".config/", ""), ("ZDOTDIR", ".z", ".z")];

/// What git runs or obeys of its own folder, and the folders of orch's runs in it.
const IN_GIT: [&str; 5] = ["orch", "hooks", "config", "config.worktree", "refs/orch"];

/// What all worktrees of a repository write to when one of them commits, fetches or pushes.
const SHARED: [&str; 4] = ["objects", "refs", "logs", "lfs"];

/// What the programs of an attempt find, in order; `inside` are the repositories in the project.
pub(super) fn of(
    granted: &Granted,
    attempt: &AttemptId,
    workspace: &Workspace,
    inside: &BTreeMap<String, Named>,
) -> io::Result<Vec<Mount>> {
    let mut view = View { granted, workspace, inside, mounts: Vec::new() };
    // What is not there yet could not be held.
    workspace.attempt(attempt).make_folder()?;
    for folder in PASSING {
        view.empty(Path::new(folder));
    }
    for folder in NEEDED {
        view.read_only(Path::new(folder));
    }
    if let Some(folder) = view.variable("TMPDIR") {
        view.empty(&folder);
    }
    view.home();
    view.project();
    view.repository()?;
    view.definition();
    view.programs();
    view.letters(attempt)?;
    Ok(view.mounts)
}

/// The home of the user, if it can be told from the project: one in which the project does not have it, and
/// that is not the whole system.
pub(super) fn home_of(workspace: &Workspace) -> Option<PathBuf> {
    let home = workspace.variables.get("HOME").map(PathBuf::from)?;
    let is_own = home.is_absolute() && home.parent().is_some();
    (is_own && !home.starts_with(workspace.project.root())).then_some(home)
}

/// Whether a glob matches files at the top of the project and no others.
fn is_of_top(glob: &str) -> bool {
    !glob.is_empty() && !glob.contains('/') && glob != "**"
}

struct View<'v> {
    granted: &'v Granted,
    workspace: &'v Workspace,
    inside: &'v BTreeMap<String, Named>,
    mounts: Vec<Mount>,
}

impl View<'_> {
    fn variable(&self, name: &str) -> Option<PathBuf> {
        let value = self.workspace.variables.get(name)?;
        Some(PathBuf::from(value)).filter(|path| path.is_absolute())
    }

    fn root(&self) -> PathBuf {
        self.workspace.project.root().to_owned()
    }

    /// Lets something be read where it lies, with links followed, and keeps it there.
    fn read_only(&mut self, path: &Path) {
        if let Some(path) = self.pinned(path) {
            self.mounts.push(Mount::ReadOnly(path));
        }
    }

    fn writable(&mut self, path: &Path) {
        if let Some(path) = self.pinned(path) {
            self.mounts.push(Mount::Writable(path));
        }
    }

    fn empty(&mut self, path: &Path) {
        let Some(path) = self.pinned(path) else { return };
        self.mounts.push(if path.is_dir() {
            Mount::EmptyFolder(path)
        } else {
            Mount::EmptyFile(path)
        });
    }

    /// Where a path really leads, if anything is there. Each folder above it that could be renamed becomes a
    /// mount of its own: under another name, what lies in it would not be held.
    fn pinned(&mut self, path: &Path) -> Option<PathBuf> {
        let path = path.canonicalize().ok()?;
        let above = self.mounts.iter().rposition(|mount| path.starts_with(mount.path()));
        let is_open = above.is_some_and(|at| matches!(self.mounts[at], Mount::Writable(_)));
        let top = above.filter(|_| is_open).map(|at| self.mounts[at].path().to_owned());
        if let Some(top) = top.filter(|top| *top != path) {
            let folders = path.ancestors().skip(1).take_while(|folder| **folder != *top);
            let mut folders: Vec<PathBuf> = folders.map(Path::to_owned).collect();
            folders.reverse();
            self.mounts.extend(folders.into_iter().map(Mount::Writable));
        }
        Some(path)
    }

    /// The home of the user.
    fn home(&mut self) {
        let Some(home) = home_of(self.workspace) else { return };
        let Some(named) = self.granted.permits.home.clone() else {
            self.writable(&home);
            self.obeyed(&home, Path::new(""));
            self.obeyed_elsewhere();
            return;
        };
        self.empty(&home);
        self.read_only(&home.join(".gitconfig"));
        self.read_only(&home.join(".config/git"));
        for folder in named.iter().chain(&self.granted.home) {
            self.writable(&home.join(folder.path()));
            self.obeyed(&home, folder.path());
        }
    }

    /// Holds what lies below a folder of the home and is a key, or is run or obeyed by others.
    fn obeyed(&mut self, home: &Path, folder: &Path) {
        let is_held =
            |name: &&&str| Path::new(name).starts_with(folder) && Path::new(name) != folder;
        for name in OBEYED.iter().filter(is_held) {
            self.read_only(&home.join(name));
        }
        for name in KEYS.iter().filter(is_held) {
            self.empty(&home.join(name));
        }
        let settings = git::user_settings().into_iter().map(|(_, path)| path);
        for path in git::named_by_settings(settings) {
            if path.starts_with(home.join(folder)) {
                self.read_only(&path);
            }
        }
    }

    /// The same, where the user keeps it somewhere else.
    fn obeyed_elsewhere(&mut self) {
        for (variable, prefix, place) in ELSEWHERE {
            let Some(folder) = self.variable(variable) else { continue };
            for name in OBEYED.iter().filter_map(|name| name.strip_prefix(prefix)) {
                self.read_only(&folder.join(format!("{place}{name}")));
            }
        }
    }

    fn project(&mut self) {
        let root = self.root();
        let permits = &self.granted.permits;
        let read = permits.readable().map(<[_]>::to_vec);
        let written = permits.write.clone().or_else(|| read.clone());
        let Some(written) = written else {
            self.mounts.push(Mount::Writable(root));
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
                self.read_only(&root.join(name));
            }
        }
        for glob in read.iter().flatten().filter(|glob| !written.contains(glob)) {
            for place in self.places(glob) {
                self.read_only(&place);
            }
        }
        for glob in &written {
            let folder = folder_of(glob);
            // What is to be made needs a folder to be made in.
            if is_below(&folder) && folder != *glob && !root.join(&folder).exists() {
                let _ = Beneath::new(&root).join(&folder).make_folder();
            }
            for place in self.places(glob) {
                self.writable(&place);
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
                .map(|path| root.join(path.as_str()))
                .collect();
        }
        if folder.is_empty() {
            return vec![root];
        }
        if !is_below(&folder) {
            return Vec::new();
        }
        let path = root.join(&folder);
        let is_file = folder == glob.trim_end_matches('/') && !path.is_dir();
        vec![if is_file { path.parent().map_or(root, Path::to_owned) } else { path }]
    }

    /// The repository, in which each folder that holds something of orch's is a mount of its own: it cannot
    /// be carried away by its name.
    fn repository(&mut self) -> io::Result<()> {
        let Some(folder) = self.workspace.git_folder.clone() else { return Ok(()) };
        match (self.granted.permits.git, repositories::seat(self.workspace)) {
            (Some(GitPermit::Read), _) => self.read_only(&folder),
            // What a commit takes. Refs are not deleted, since git locks those of all worktrees for that.
            (Some(GitPermit::Commit), Some(seat)) => {
                self.read_only(&folder);
                let shared = SHARED.map(|name| folder.join(name));
                shared.iter().chain([&seat]).for_each(|path| self.writable(path));
                self.remotes(&folder);
            }
            (Some(GitPermit::Commit), None) | (None, _) => {
                self.writable(&folder);
                self.writable(&folder.join("refs"));
                self.remotes(&folder);
            }
        }
        Beneath::new(&folder).join("refs/orch").make_folder()?;
        for name in IN_GIT {
            self.read_only(&folder.join(name));
        }
        // In a linked worktree this names the repository.
        let own = self.root().join(".git");
        if own.is_file() {
            self.read_only(&own);
        }
        let seats = folder.join("worktrees");
        for seat in files::names_in(&seats).unwrap_or_default() {
            for name in ["commondir", "gitdir"] {
                self.read_only(&seats.join(&seat).join(name));
            }
        }
        // `git status` looks into each repository inside, and obeys what it finds there.
        let inside = self.inside.keys().map(|folder| self.root().join(folder).join(".git"));
        let inside: Vec<PathBuf> = inside.chain(repositories::submodules_of(&folder)).collect();
        for (module, name) in inside.iter().flat_map(|it| [(it, "config"), (it, "hooks")]) {
            self.read_only(&module.join(name));
        }
        Ok(())
    }

    /// A remote on this machine is pushed to as one elsewhere is.
    fn remotes(&mut self, folder: &Path) {
        for remote in git::remote_folders(folder) {
            self.writable(&remote);
            for name in ["hooks", "config", ".git/hooks", ".git/config"] {
                self.read_only(&remote.join(name));
            }
        }
    }

    /// The texts of workflows, but for those that the gate is there to write.
    fn definition(&mut self) {
        let root = self.root();
        let project = self.workspace.project.clone();
        for path in Definition::of(self.granted, &project).closed() {
            self.read_only(&root.join(path));
        }
        if let Some(folder) = self.workspace.user_folder.clone() {
            self.read_only(&folder);
        }
        self.read_only(&root.join(RUNS));
    }

    /// Programs stay where they are found, also below a folder that is empty inside.
    fn programs(&mut self) {
        let hidden = |mount: &Mount| match mount {
            Mount::EmptyFolder(path) => Some(path.clone()),
            Mount::ReadOnly(_)
            | Mount::Writable(_)
            | Mount::Instead { .. }
            | Mount::EmptyFile(_) => None,
        };
        let hidden: Vec<PathBuf> = self.mounts.iter().filter_map(hidden).collect();
        let root = self.root();
        let path = self.workspace.variables.get("PATH").map(std::ffi::OsStr::to_owned);
        let folders: Vec<PathBuf> = std::env::split_paths(&path.unwrap_or_default()).collect();
        let is_hidden = |folder: &&PathBuf| {
            hidden.iter().any(|hidden| folder.starts_with(hidden)) && !folder.starts_with(&root)
        };
        for folder in folders.iter().filter(is_hidden) {
            self.read_only(folder);
        }
    }

    /// The folder of the attempt, in which its answers are left, and the letterbox of the attempt in place of
    /// the run's.
    fn letters(&mut self, attempt: &AttemptId) -> io::Result<()> {
        self.writable(&self.workspace.attempt(attempt).path());
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
