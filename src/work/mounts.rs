//! What the programs of an attempt see of the file system, and what of it they may write: all of orch's own
//! can only be read, and so can what shells and git outside would run or obey.

use super::Granted;
use super::Workspace;
use crate::config;
use crate::contract::RUNS;
use crate::files;
use crate::files::Beneath;
use crate::git;
use crate::id::AttemptId;
use crate::permits::GitPermit;
use crate::permits::folder_of;
use crate::process::Mount;
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
pub(super) const OBEYED: [&str; 18] = [
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
    ".profile",
    ".zlogin",
    ".zprofile",
    ".zshenv",
    ".zshrc",
    "bin",
];

/// The texts of workflows in the project.
const DEFINITION: [&str; 4] = ["workflows", "contracts", "prompts", config::FILE];

/// What git runs or obeys of its own folder, and the folders of orch's runs in it.
const IN_GIT: [&str; 5] = ["orch", "hooks", "config", "config.worktree", "refs/orch"];

/// How deep the repositories of submodules may lie.
const SUBMODULE_LEVELS: u32 = 6;

/// What the programs of an attempt find, in order.
pub(super) fn of(
    granted: &Granted,
    attempt: &AttemptId,
    workspace: &Workspace,
) -> io::Result<Vec<Mount>> {
    let mut view = View { granted, workspace, mounts: Vec::new() };
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

/// The repositories of submodules below a folder, whose names may have several parts.
fn submodules(folder: &Path, levels: u32) -> Vec<PathBuf> {
    if folder.join("HEAD").is_file() {
        let below = levels.checked_sub(1).map(|left| submodules(&folder.join("modules"), left));
        return [folder.to_owned()].into_iter().chain(below.into_iter().flatten()).collect();
    }
    let Some(left) = levels.checked_sub(1) else { return Vec::new() };
    let names = files::names_in(folder).unwrap_or_default();
    names.iter().flat_map(|name| submodules(&folder.join(name), left)).collect()
}

struct View<'v> {
    granted: &'v Granted,
    workspace: &'v Workspace,
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

    fn read_only(&mut self, path: &Path) {
        if path.exists() {
            self.mounts.push(Mount::ReadOnly(path.to_owned()));
        }
    }

    fn writable(&mut self, path: &Path) {
        if path.exists() {
            self.mounts.push(Mount::Writable(path.to_owned()));
        }
    }

    fn empty(&mut self, path: &Path) {
        if path.is_dir() {
            self.mounts.push(Mount::EmptyFolder(path.to_owned()));
        } else if path.exists() {
            self.mounts.push(Mount::EmptyFile(path.to_owned()));
        }
    }

    /// The home of the user. One that the project has in it, or that is the whole system, is no home.
    fn home(&mut self) {
        let Some(home) = self.variable("HOME").filter(|home| home.parent().is_some()) else {
            return;
        };
        if home.starts_with(self.root()) {
            return;
        }
        let Some(named) = self.granted.permits.home.clone() else {
            self.writable(&home);
            for name in OBEYED {
                self.read_only(&home.join(name));
            }
            for name in KEYS {
                self.empty(&home.join(name));
            }
            return;
        };
        self.empty(&home);
        self.read_only(&home.join(".gitconfig"));
        self.read_only(&home.join(".config/git"));
        for name in named.iter().chain(&self.granted.home) {
            self.writable(&home.join(name));
        }
    }

    fn project(&mut self) {
        let root = self.root();
        let permits = &self.granted.permits;
        let written = permits.write.clone().or_else(|| permits.readable().map(<[_]>::to_vec));
        let Some(written) = written else {
            self.mounts.push(Mount::Writable(root));
            return;
        };
        match permits.readable().map(<[_]>::to_vec) {
            None => self.mounts.push(Mount::ReadOnly(root.clone())),
            Some(read) => {
                self.mounts.push(Mount::EmptyFolder(root.clone()));
                for glob in read.iter().filter(|glob| !written.contains(glob)) {
                    let place = self.place(glob);
                    self.read_only(&place);
                }
            }
        }
        for glob in &written {
            let place = self.place(glob);
            // What is not there yet is to be made in a folder.
            let relative = place.strip_prefix(&root).unwrap_or(Path::new(""));
            if !place.exists() {
                let _ = Beneath::new(&root).join(relative).make_folder();
            }
            self.writable(&place);
        }
    }

    /// The folder that a glob is held to; the file itself where it lies at the top and is there.
    fn place(&self, glob: &str) -> PathBuf {
        let root = self.root();
        let named = folder_of(glob);
        let path = root.join(named);
        let is_literal = named.len() == glob.trim_end_matches('/').len();
        if named.is_empty() || !is_literal || path.is_dir() {
            return path;
        }
        match path.parent() {
            Some(parent) if parent == root && path.exists() => path,
            Some(parent) => parent.to_owned(),
            None => root,
        }
    }

    /// The repository, in which each folder that holds something of orch's is a mount of its own: it cannot
    /// be carried away by its name.
    fn repository(&mut self) -> io::Result<()> {
        let root = self.root();
        let Some(folder) = self.workspace.git_folder.clone() else { return Ok(()) };
        if self.granted.permits.git == Some(GitPermit::Read) {
            self.read_only(&folder);
            self.read_only(&root.join(".git"));
            return Ok(());
        }
        // A remote on this machine is pushed to as one elsewhere is.
        for remote in git::remote_folders(&folder) {
            self.writable(&remote);
            for name in ["hooks", "config"] {
                self.read_only(&remote.join(name));
            }
        }
        self.writable(&folder);
        Beneath::new(&folder).join("refs/orch").make_folder()?;
        self.writable(&folder.join("refs"));
        for name in IN_GIT {
            self.read_only(&folder.join(name));
        }
        // Of a linked worktree, this names the repository.
        let own = root.join(".git");
        if own.is_file() {
            self.read_only(&own);
        }
        // `git status` looks into each submodule, and obeys what it finds there.
        for module in submodules(&folder.join("modules"), SUBMODULE_LEVELS) {
            for name in ["config", "hooks"] {
                self.read_only(&module.join(name));
            }
        }
        let seats = folder.join("worktrees");
        for seat in files::names_in(&seats).unwrap_or_default() {
            for name in ["commondir", "gitdir"] {
                self.read_only(&seats.join(&seat).join(name));
            }
        }
        Ok(())
    }

    /// The texts of workflows, but for those that the gate is there to write.
    fn definition(&mut self) {
        let root = self.root();
        let permits = &self.granted.permits;
        let own = self.granted.own_files.iter().chain(permits.write.iter().flatten());
        let own: Vec<String> = own.map(|glob| folder_of(glob).to_owned()).collect();
        let is_written = |name: &str| own.iter().any(|folder| Path::new(folder).starts_with(name));
        for name in DEFINITION.into_iter().filter(|name| !is_written(name)) {
            self.read_only(&root.join(name));
        }
        if let Some(folder) = self.workspace.user_folder.clone() {
            self.read_only(&folder);
        }
        let runs = root.join(RUNS);
        if let Some(above) = Path::new(RUNS).parent().map(|above| root.join(above))
            && permits.write.is_none()
            && permits.readable().is_none()
        {
            self.writable(&above);
        }
        self.read_only(&runs);
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
        let folder = self.workspace.attempt(attempt);
        folder.make_folder()?;
        self.writable(&folder.path());
        let Some((store, run)) = &self.workspace.said else { return Ok(()) };
        let (mailbox, letterbox) = (store.mailbox(run), store.letterbox(run, attempt));
        if !letterbox.is_folder() {
            return Ok(());
        }
        mailbox.make_folder()?;
        self.mounts.push(Mount::Instead { at: mailbox.path(), of: letterbox.path() });
        Ok(())
    }
}
