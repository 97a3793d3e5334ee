//! Versions of the files that gates left behind, kept by their digests beside the run's journal: nobody
//! commits outputs while a run goes on, and the next attempt writes over them. They only serve to show
//! what changed; nothing is decided by them.

use super::Driver;
use super::Error;
use super::Project;
use crate::digest::Digest;
use crate::event::Artifact;
use crate::files::Beneath;
use crate::files::ProjectPath;
use crate::id::RunId;
use crate::run::Run;

/// The largest file that is kept of an attempt.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// How much is kept of one attempt.
const ATTEMPT_BYTES_MAX: u64 = 1024 * 1024;

/// How many files are kept of one attempt.
const ATTEMPT_FILES_MAX: usize = 100;

/// Keeps a version; one that cannot be kept is not shown later.
pub fn keep(project: &Project, run: &RunId, digest: Digest, bytes: &[u8]) {
    let _ = place(project, run, digest).write_view(bytes);
}

/// Keeps what an attempt left behind, as long as that is small and without secrets.
pub fn keep_all(driver: &Driver<'_>, artifacts: &[Artifact]) {
    let (project, run) = (driver.project, driver.id());
    let mut rest = ATTEMPT_BYTES_MAX;
    for artifact in artifacts.iter().take(ATTEMPT_FILES_MAX) {
        let (Some(digest), Some(size)) = (artifact.sha256, artifact.bytes) else { continue };
        if size > rest.min(FILE_BYTES_MAX) {
            continue;
        }
        rest -= size;
        if place(project, run, digest).exists() {
            continue;
        }
        let Ok(path) = project.folder.recorded_path(&artifact.path) else { continue };
        let bytes = project.folder.read(&path, size).ok();
        let is_open = |bytes: &[u8]| !driver.secrets.are_in(&String::from_utf8_lossy(bytes));
        if let Some(bytes) = bytes.filter(|it| Digest::of(it) == digest && is_open(it)) {
            keep(project, run, digest, &bytes);
        }
    }
}

/// The bytes of a version: as they were kept, or as the disk, a checkpoint of the run or a commit has
/// them.
pub fn find(
    project: &Project,
    run: &Run,
    path: &ProjectPath,
    digest: Digest,
) -> Result<Option<Vec<u8>>, Error> {
    let is_it = |bytes: &[u8]| Digest::of(bytes) == digest;
    let kept = place(project, &run.started.run_id, digest).read().ok().flatten();
    if let Some(kept) = kept.filter(|bytes| is_it(bytes)) {
        return Ok(Some(kept));
    }
    let now = project.folder.read(path, project.config.limits.text_bytes).ok();
    if let Some(now) = now.filter(|bytes| is_it(bytes)) {
        return Ok(Some(now));
    }
    let Some(repository) = project.repository()? else { return Ok(None) };
    let Some(path) = repository.path_of(&project.folder.absolute(path)) else { return Ok(None) };
    for (_, checkpoint) in run.checkpoints.iter().rev() {
        let Some(snapshot) = &checkpoint.snapshot else { continue };
        let bytes = repository.committed_bytes(&snapshot.commit, &path)?;
        if let Some(bytes) = bytes.filter(|bytes| is_it(bytes)) {
            return Ok(Some(bytes));
        }
    }
    Ok(repository.bytes_in_history(&path, is_it)?)
}

fn place(project: &Project, run: &RunId, digest: Digest) -> Beneath {
    project.store.versions(run).join(digest.to_string())
}
