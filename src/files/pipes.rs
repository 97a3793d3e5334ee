//! Pipes that another library opens as files, and would wait at for ever.

use rustix::fs::OFlags;
use std::fs::OpenOptions;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

/// How long a look may take before somebody sees to pipes: most are over, and nothing is searched.
const PATIENCE: Duration = Duration::from_millis(500);

/// Looks at a working tree with a library that reads files of these names wherever it finds them.
/// A pipe among them that keeps it waiting reads as empty, and is given beside what was seen.
pub fn past_pipes<T>(
    root: &Path,
    names: &[&str],
    look: impl FnOnce() -> T,
) -> (T, Option<PathBuf>) {
    let (over, is_over) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let helper = scope.spawn(move || {
            let mut met = None;
            while is_over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                for path in pipes(root, names) {
                    if end_wait(&path) {
                        met = Some(path);
                    }
                }
            }
            met
        });
        let seen = look();
        drop(over);
        (seen, helper.join().unwrap_or_default())
    })
}

fn pipes(root: &Path, names: &[&str]) -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(root).standard_filters(false).build();
    let entries = walk.filter_map(Result::ok).filter(|entry| {
        entry.file_type().is_some_and(|kind| kind.is_fifo())
            && names.iter().any(|name| entry.file_name() == *name)
    });
    entries.map(ignore::DirEntry::into_path).collect()
}

/// Whether somebody waited there: opening the other side lets them go on, closing it ends the file.
fn end_wait(path: &Path) -> bool {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    OpenOptions::new().write(true).custom_flags(flags).open(path).is_ok()
}
