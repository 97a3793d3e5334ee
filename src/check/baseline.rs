//! What files were at a moment, for the checks that compare with it.

use super::Baseline;
use crate::digest::Digest;
use crate::files::Fingerprint;
use crate::files::Globs;
use crate::files::OpenError;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;

/// The moment that a check compares with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Since {
    /// The attempt under judgement began.
    Attempt,
    /// The run began.
    Run,
    /// The attempt that this gate last passed with ended.
    Gate(String),
}

/// What must be recorded at a moment, so that a check can be judged later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaselineRequest {
    pub since: Since,
    /// Globs, relative to the project.
    pub paths: Vec<String>,
}

impl BaselineRequest {
    /// The name of what is recorded: equal requests share it, as in `gate cut|specs/**`.
    pub fn key(&self) -> String {
        let since = match &self.since {
            Since::Attempt => "attempt".to_owned(),
            Since::Run => "run".to_owned(),
            Since::Gate(gate) => format!("gate {gate}"),
        };
        let mut paths = self.paths.clone();
        paths.sort();
        paths.dedup();
        format!("{since}|{}", paths.join("|"))
    }
}

/// Hashes what a check will compare with later.
pub fn record_baseline(
    project: &ProjectFolder,
    request: &BaselineRequest,
) -> Result<Baseline, String> {
    snapshot(project, &request.paths, |_| true)
}

/// The digests of all files that the globs name and `keep` keeps, as they are now.
pub(super) fn snapshot(
    project: &ProjectFolder,
    globs: &[String],
    keep: impl Fn(&ProjectPath) -> bool,
) -> Result<Baseline, String> {
    let mut files =
        Globs::new(globs, project)?.files(project).map_err(|error| error.to_string())?;
    files.retain(keep);
    let fingerprints = project.hash_all(&files);
    let mut baseline = Baseline::new();
    for (path, fingerprint) in files.iter().zip(fingerprints) {
        if let Some(digest) = digest_of(fingerprint)? {
            baseline.insert(path.to_string(), digest);
        }
    }
    Ok(baseline)
}

/// The digest of a file, or of what stands in its place; `None` where it has just gone.
fn digest_of(fingerprint: Result<Fingerprint, OpenError>) -> Result<Option<Digest>, String> {
    match fingerprint {
        Ok(fingerprint) => Ok(Some(fingerprint.digest)),
        Err(OpenError::Missing { .. }) => Ok(None),
        // A link is where it points to, a pipe is a pipe: neither is followed or read.
        Err(OpenError::Link { target, .. }) => Ok(Some(Digest::of(format!("link to {target}")))),
        Err(OpenError::Kind { found, .. }) => Ok(Some(Digest::of(format!("a {found}")))),
        Err(
            error @ (OpenError::Outside { .. }
            | OpenError::TooLarge { .. }
            | OpenError::NotText { .. }
            | OpenError::Io { .. }),
        ) => Err(error.to_string()),
    }
}

/// A path whose bytes are not what they were, and how.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ChangedPath<'b> {
    pub(super) path: &'b str,
    pub(super) what: &'static str,
}

/// All changes from one moment to another, by path.
pub(super) fn changes<'b>(before: &'b Baseline, now: &'b Baseline) -> Vec<ChangedPath<'b>> {
    let change = |path: &'b String, what| ChangedPath { path, what };
    let gone_or_other = before.iter().filter_map(|(path, digest)| match now.get(path) {
        None => Some(change(path, "was removed")),
        Some(other) if other != digest => Some(change(path, "was changed")),
        Some(_) => None,
    });
    let new = now.keys().filter(|path| !before.contains_key(*path));
    let mut changes: Vec<ChangedPath<'b>> =
        gone_or_other.chain(new.map(|path| change(path, "was added"))).collect();
    changes.sort_by_key(|change| change.path);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing;

    #[test]
    fn equal_requests_have_one_key() {
        let request = |since, paths: &[&str]| BaselineRequest {
            since,
            paths: paths.iter().map(ToString::to_string).collect(),
        };
        let gate = request(Since::Gate("cut".to_owned()), &["specs/**"]);
        assert_eq!(gate.key(), "gate cut|specs/**");
        assert_eq!(request(Since::Run, &["b", "a", "b"]).key(), "run|a|b");
        assert_eq!(request(Since::Attempt, &["**"]).key(), "attempt|**");
    }

    #[test]
    fn links_are_recorded_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        testing::lay(folder.path(), &[("a/x", b"abc"), (".git/c", b""), ("b/.y", b"")]);
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("a/link")).unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
        let request = BaselineRequest { since: Since::Run, paths: vec!["**".to_owned()] };
        let baseline = record_baseline(&testing::project(folder.path()), &request).unwrap();
        let expected = [
            ("a/link", Digest::of("link to /etc/passwd")),
            ("a/x", Digest::of("abc")),
            ("b/.y", Digest::of("")),
            ("etc", Digest::of("link to /etc")),
        ];
        let expected = expected.map(|(path, digest)| (path.to_owned(), digest));
        assert_eq!(baseline, Baseline::from(expected));
    }
}
