//! Programs by their names: where one is, and why one that was named cannot be run.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// The absolute path of a program: as named, or found on `PATH`.
pub fn resolve(program: &str, folder: &Path) -> Option<PathBuf> {
    if program.contains('/') {
        let path = folder.join(program);
        return is_executable(&path).then_some(path);
    }
    find(program, |_| true)
}

/// The first program of a name on `PATH` that is fit.
pub fn find(program: &str, is_fit: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_absolute() && is_executable(path) && is_fit(path))
}

/// What is wrong with a name that no program was found by.
pub fn unresolved(program: &str, folder: &Path) -> &'static str {
    if !program.contains('/') {
        "was not found on PATH"
    } else if folder.join(program).is_file() {
        "is not executable"
    } else {
        "does not exist"
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}
