//! Checkpoints on disk: snapshots of the working tree under refs of their own, which git neither
//! clears away nor shows as branches. What a checkpoint says stands in the journal.

use crate::contract::RUNS;
use crate::event::Snapshot;
use crate::git;
use crate::git::Repository;
use crate::git::Scope;
use crate::git::Shot;
use crate::id::RunId;
use std::path::Path;

/// The refs of all checkpoints begin so.
pub const REFS: &str = "refs/orch/checkpoints/";

/// Larger files are not kept, in bytes.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The full name of the ref that keeps a checkpoint's snapshot.
pub fn reference(run: &RunId, number: u32) -> String {
    format!("{REFS}{run}/{number}")
}

/// Where the records lie, from the root of the working tree: their truth is the journal, and no
/// snapshot takes them back.
pub fn records(repository: &Repository, project: &Path) -> String {
    repository.path_of(&project.join(RUNS)).unwrap_or_else(|| RUNS.to_owned())
}

/// What of the working tree a snapshot holds.
pub fn scope(records: &str) -> Scope<'_> {
    Scope { except: records, bytes_max: FILE_BYTES_MAX }
}

/// Keeps the working tree as it is now; `before` is the run's snapshot before this one.
pub fn take(
    repository: &Repository,
    project: &Path,
    (run, number): (&RunId, u32),
    before: Option<&Snapshot>,
) -> Result<Snapshot, git::Error> {
    let records = records(repository, project);
    let reference = reference(run, number);
    let message = format!("orch: snapshot {number} of {run}");
    let taken = repository.snapshot(&Shot {
        scope: scope(&records),
        reference: &reference,
        before: before.map(|before| before.commit.as_str()),
        message: &message,
    })?;
    Ok(Snapshot {
        reference,
        commit: taken.commit,
        files: taken.files,
        bytes: taken.bytes,
        new_bytes: taken.new_bytes,
        left_out: taken.left_out,
    })
}

/// Lets go of a run's snapshots up to and with this number.
pub fn forget(repository: &Repository, run: &RunId, last: u32) -> Result<(), git::Error> {
    let below = format!("{REFS}{run}/");
    for name in repository.refs_below(&below)? {
        let number = name.strip_prefix(&below).and_then(|number| number.parse::<u32>().ok());
        if number.is_some_and(|number| number <= last) {
            repository.forget(&name)?;
        }
    }
    Ok(())
}
