//! Where git's settings of a user lie.

use std::path::PathBuf;

/// The files that hold what the user has set for all repositories, each by the name that people know;
/// those that are there.
pub fn user_settings() -> Vec<(&'static str, PathBuf)> {
    let found = [
        ("~/.gitconfig", git2::Config::find_global()),
        ("~/.config/git/config", git2::Config::find_xdg()),
    ];
    found.into_iter().filter_map(|(name, path)| Some((name, path.ok()?))).collect()
}
