//! How much lies below a folder, and taking all of it away.
#![expect(clippy::disallowed_methods, reason = "this is a door to the disk")]

use std::fs;
use std::io;
use std::path::Path;

/// The bytes of all files below a folder; links are not followed, and what cannot be read counts as
/// nothing.
pub fn bytes_below(folder: &Path) -> u64 {
    let mut sum = 0;
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                open.push(entry.path());
            } else {
                sum += metadata.len();
            }
        }
    }
    sum
}

/// Removes a folder with all that is in it; links in it are removed and not followed.
pub fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
