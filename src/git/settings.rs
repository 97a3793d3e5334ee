//! Where git's settings lie, and the files that these name: each is read or run by later git commands.

use super::sign::in_home;
use git2::Config;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// Settings that name a file which they include.
const INCLUDES: [&str; 2] = [r"^include\.path$", r"^includeif\..*\.path$"];

/// Settings that name a folder with programs which git runs, or that it copies them from.
const FOLDERS: [&str; 2] = [r"^core\.hookspath$", r"^init\.templatedir$"];

/// Settings that name a program which signs.
const PROGRAMS: &str = r"^gpg(\..*)?\.program$";

/// How many files are looked into: more are included by nobody.
const FILES_MAX: usize = 100;

/// The files that hold what the user has set for all repositories, each by the name that people know;
/// those that are there.
pub fn user_settings() -> Vec<(&'static str, PathBuf)> {
    let found =
        [("~/.gitconfig", Config::find_global()), ("~/.config/git/config", Config::find_xdg())];
    found.into_iter().filter_map(|(name, path)| Some((name, path.ok()?))).collect()
}

/// Where settings name remotes, as regular expressions.
const REMOTES: [&str; 2] = [r"remote\..*\.url", r"remote\..*\.pushurl"];

/// The files that these settings include, whether or not their conditions hold now, the programs that they
/// sign with, and the folders of hooks, which may be named relative to `root`; none of them needs to be there.
pub fn named_by_settings(
    settings: impl IntoIterator<Item = PathBuf>,
    root: &Path,
) -> BTreeSet<PathBuf> {
    let mut named = BTreeSet::new();
    let mut open: Vec<PathBuf> = settings.into_iter().collect();
    let mut looked = BTreeSet::new();
    while let Some(file) = open.pop() {
        // Whoever opens a pipe waits.
        if !file.is_file() || looked.len() == FILES_MAX || !looked.insert(file.clone()) {
            continue;
        }
        let Ok(config) = Config::open(&file) else { continue };
        let folder = file.parent().unwrap_or(Path::new("/"));
        for included in INCLUDES.iter().flat_map(|include| values(&config, include)) {
            let included = in_home(&included).unwrap_or_else(|| folder.join(included));
            named.insert(included.clone());
            open.push(included);
        }
        let programs = values(&config, PROGRAMS).into_iter();
        let programs = programs.filter(|program| program.contains('/'));
        named.extend(programs.map(|it| in_home(&it).unwrap_or_else(|| it.into())));
        let folders = FOLDERS.iter().flat_map(|name| values(&config, name));
        named.extend(folders.map(|it| in_home(&it).unwrap_or_else(|| root.join(it))));
    }
    named
}

/// The remotes of a repository that are folders of this machine, as they are named: some relative to the
/// worktree.
pub fn remote_folders(git_folder: &Path) -> BTreeSet<PathBuf> {
    let Ok(config) = Config::open(&git_folder.join("config")) else { return BTreeSet::new() };
    let urls = REMOTES.iter().flat_map(|names| values(&config, names));
    let paths = urls.map(|url| PathBuf::from(url.strip_prefix("file://").unwrap_or(&url)));
    paths.filter(|path| path.is_absolute() || path.starts_with("..")).collect()
}

fn values(config: &Config, names: &str) -> Vec<String> {
    let mut values = Vec::new();
    if let Ok(entries) = config.entries(Some(names)) {
        let _ = entries.for_each(|entry| values.extend(entry.value().ok().map(str::to_owned)));
    }
    values
}
