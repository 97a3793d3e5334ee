//! What shells, git, orch and sessions of the user obey outside of the project, by where it lies.

use super::Workspace;
use crate::git;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// The keys of the user, with which a person signs.
pub(super) const KEYS: [&str; 2] = [".ssh", ".gnupg"];

/// What shells, git and sessions of the user run or obey, in the home.
const OBEYED: [&str; 21] = [
    ".bash_aliases",
    ".bash_login",
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".cargo/bin",
    ".cargo/env",
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

/// The home of the user; `None` where it is not told, or is the whole system.
pub(super) fn home_of(workspace: &Workspace) -> Option<PathBuf> {
    variable(workspace, "HOME").filter(|home| home.parent().is_some())
}

/// What shells, git, orch and sessions obey below the home, whether it is there or not: it can be read and not
/// written, and what is not there must not be made. `configured` is what git's settings name.
pub(super) fn obeyed_in(
    workspace: &Workspace,
    home: &Path,
    configured: &BTreeSet<PathBuf>,
) -> BTreeSet<PathBuf> {
    let mut obeyed: BTreeSet<PathBuf> =
        OBEYED.iter().chain(&KEYS).map(|name| home.join(name)).collect();
    for (variable_name, prefix, place) in ELSEWHERE {
        let Some(folder) = variable(workspace, variable_name) else { continue };
        let names = OBEYED.iter().filter_map(|name| name.strip_prefix(prefix));
        obeyed.extend(names.map(|name| folder.join(format!("{place}{name}"))));
    }
    let root = workspace.project.root();
    let programs = path_folders(workspace).into_iter();
    obeyed.extend(programs.filter(|folder| !folder.starts_with(root)));
    obeyed.extend(workspace.user_folder.clone());
    obeyed.extend(configured.iter().cloned());
    obeyed.extend(variable(workspace, "GIT_CONFIG_GLOBAL"));
    // A repository above the project, or of the home itself, would be found first.
    let above = root.ancestors().skip(1).filter(|folder| folder.starts_with(home));
    obeyed.extend(above.chain([home]).map(|folder| folder.join(".git")));
    obeyed.retain(|path| path.starts_with(home) && path != home);
    obeyed
}

/// The folder that a variable names.
pub(super) fn variable(workspace: &Workspace, name: &str) -> Option<PathBuf> {
    let value = workspace.variables.get(name)?;
    Some(PathBuf::from(value)).filter(|path| path.is_absolute())
}

/// What git's settings name, of the user and of the project's repository, wherever it lies.
pub(super) fn configured_in_git(workspace: &Workspace) -> BTreeSet<PathBuf> {
    let settings = git::user_settings().into_iter().map(|(_, path)| path);
    let settings = settings.chain(variable(workspace, "GIT_CONFIG_GLOBAL"));
    let own = workspace.git_folder.as_ref().map(|git| git.join("config"));
    git::named_by_settings(settings.chain(own), workspace.project.root())
}

/// The folders where programs are looked for.
pub(super) fn path_folders(workspace: &Workspace) -> Vec<PathBuf> {
    let path = workspace.variables.get("PATH").map(std::ffi::OsStr::to_owned);
    std::env::split_paths(&path.unwrap_or_default()).filter(|path| path.is_absolute()).collect()
}
