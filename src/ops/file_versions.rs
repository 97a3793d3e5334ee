//! The versions of a file in a run, and what changed between two of them: for a page that shows it.

use super::Error;
use super::Project;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::git;
use crate::id::AttemptId;
use crate::project::secrets_of;
use crate::project::versions;
use crate::run::AttemptStatus;
use crate::run::Run;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The largest file that is compared.
const COMPARED_BYTES_MAX: usize = 1024 * 1024;

/// A file as an attempt left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileVersion {
    pub attempt: AttemptId,
    pub status: AttemptStatus,
    /// When the attempt began.
    pub at: Moment,
    /// `None` where the file was not there.
    pub digest: Option<Digest>,
}

/// What became of a file from one version to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileChange {
    /// The lines that differ, with those around them, without the run's secrets.
    Lines(String),
    /// There are none to show, for a reason in words.
    Unshown(String),
}

/// The files of which attempts of a run left different versions, each with all of them in their order.
pub(crate) fn changed_files(run: &Run) -> BTreeMap<&str, Vec<FileVersion>> {
    let mut files: BTreeMap<&str, Vec<FileVersion>> = BTreeMap::new();
    for (gate, state) in &run.gates {
        for attempt in &state.attempts {
            for artifact in &attempt.artifacts {
                files.entry(&artifact.path).or_default().push(FileVersion {
                    attempt: AttemptId::new(gate, attempt.attempt),
                    status: attempt.status,
                    at: attempt.started_at,
                    digest: artifact.sha256,
                });
            }
        }
    }
    files.retain(|_, versions| {
        let digests: BTreeSet<Option<Digest>> = versions.iter().map(|it| it.digest).collect();
        digests.len() > 1
    });
    for versions in files.values_mut() {
        versions.sort_by_key(|version| version.at);
    }
    files
}

/// What changed in a file between two of its versions.
pub(crate) fn change(
    project: &Project,
    run: &Run,
    path: &str,
    (from, to): (&FileVersion, &FileVersion),
) -> Result<FileChange, Error> {
    let unshown = |reason: String| Ok(FileChange::Unshown(reason));
    if from.digest == to.digest {
        return unshown("both versions have the same content".to_owned());
    }
    let (before, after) = match (text(project, run, path, from)?, text(project, run, path, to)?) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(reason), _) | (_, Err(reason)) => return unshown(reason),
    };
    let diff = git::text_diff(before.as_bytes(), after.as_bytes());
    Ok(FileChange::Lines(secrets_of(project, run)?.redact(&diff)))
}

/// What a version holds, or why that is not shown.
fn text(
    project: &Project,
    run: &Run,
    path: &str,
    version: &FileVersion,
) -> Result<Result<String, String>, Error> {
    let AttemptId { gate, number } = &version.attempt;
    let of = format!("attempt {number} of {gate}");
    let Some(digest) = version.digest else { return Ok(Ok(String::new())) };
    let found = match project.folder.recorded_path(path) {
        Ok(path) => versions::find(project, run, &path, digest)?,
        Err(error) => return Ok(Err(error.to_string())),
    };
    Ok(match found {
        None => Err(format!("the content that {of} left is not kept here, only its digest")),
        Some(bytes) if bytes.len() > COMPARED_BYTES_MAX => {
            let (size, limit) = (bytes.len(), COMPARED_BYTES_MAX);
            Err(format!("{of} left {size} bytes; files over {limit} bytes are not compared"))
        }
        Some(bytes) => match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Ok(text),
            Ok(_) | Err(_) => Err(format!("{of} left a binary file")),
        },
    })
}
