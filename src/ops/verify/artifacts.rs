//! Artifacts: what each gate's result stands on, as it lies in the working tree, or as the run's
//! branch holds it while another one is checked out.

use super::MovedOn;
use super::Verified;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Artifact;
use crate::git::Fate;
use crate::git::Repository;
use crate::git::Target;
use crate::journal::Reading;
use crate::ops::Error;
use crate::ops::Site;
use crate::record::Difference;
use crate::run::GateStatus;
use std::collections::BTreeMap;

/// Looks at the artifacts of every gate that has passed.
pub fn look(
    site: &Site,
    reading: &Reading,
    repository: Option<&Repository>,
    verified: &mut Verified,
) -> Result<(), Error> {
    let passed = reading.run.gates.values().filter(|state| state.status == GateStatus::Pass);
    // Two gates may leave one file; what the later one recorded is what must lie there.
    let mut artifacts: BTreeMap<&str, (&Artifact, Option<Moment>)> = BTreeMap::new();
    for state in passed {
        let at = state.attempt().and_then(|attempt| attempt.finished_at);
        for artifact in state.artifacts() {
            let known = artifacts.get(artifact.path.as_str());
            if known.is_none_or(|(_, known)| at >= *known) {
                artifacts.insert(&artifact.path, (artifact, at));
            }
        }
    }
    let git = reading.run.started.git.as_ref();
    let branch = git.and_then(|git| git.branch.clone());
    let target = branch.map_or(Target::Head, Target::Branch);
    let place = Place {
        site,
        is_own: site.home.is_own(&verified.run_id),
        repository,
        is_here: repository.map_or(Ok(true), |repository| repository.is_checked_out(&target))?,
        target,
        began_at: git.and_then(|git| git.head.as_deref()),
    };
    for (artifact, _) in artifacts.into_values() {
        let Some(digest) = artifact.sha256 else { continue };
        match place.verdict(&artifact.path, digest)? {
            Verdict::Same => verified.artifacts += 1,
            Verdict::Different(difference) => verified.differences.push(difference),
            Verdict::MovedOn(fate) => {
                verified.moved_on.push(MovedOn { path: artifact.path.clone(), fate });
            }
        }
    }
    Ok(())
}

/// Where artifacts are looked for.
struct Place<'s> {
    site: &'s Site,
    /// Whether the run was driven on this machine: what no commit holds lay here, and nowhere else.
    is_own: bool,
    repository: Option<&'s Repository>,
    target: Target,
    /// Whether the run's branch is checked out.
    is_here: bool,
    /// The commit that the run began at.
    began_at: Option<&'s str>,
}

enum Verdict {
    Same,
    Different(Difference),
    MovedOn(Fate),
}

impl Place<'_> {
    fn verdict(&self, path: &str, recorded: Digest) -> Result<Verdict, Error> {
        let project = &self.site.project;
        let found = project.recorded_path(path).ok().and_then(|path| project.hash(&path).ok());
        let found = found.map(|print| print.digest);
        if self.is_here && found == Some(recorded) {
            return Ok(Verdict::Same);
        }
        let absolute = project.root().join(path);
        let inside = self.repository.and_then(|one| Some((one, one.path_of(&absolute)?)));
        let Some((repository, in_git)) = inside else {
            return Ok(Verdict::Different(Self::plain(path, recorded, found)));
        };
        let committed = repository.file_at(&self.target, &in_git)?;
        let is_recorded = committed.as_ref().is_some_and(|bytes| Digest::of(bytes) == recorded);
        if self.is_here && !repository.is_as_committed(&in_git)? {
            let bytes = committed.filter(|_| is_recorded);
            return Ok(Verdict::Different(self.uncommitted(
                path,
                recorded,
                found,
                bytes.as_deref(),
            )));
        }
        // Git may convert line ends on checkout: what it holds is what counts.
        if is_recorded {
            return Ok(Verdict::Same);
        }
        match repository.fate(&self.target, &in_git, self.began_at)? {
            Fate::Unknown if self.is_here && self.is_own => {
                Ok(Verdict::Different(Self::plain(path, recorded, found)))
            }
            fate @ (Fate::Changed { .. }
            | Fate::Gone { .. }
            | Fate::Moved { .. }
            | Fate::Unknown) => Ok(Verdict::MovedOn(fate)),
        }
    }

    /// A change that no commit holds; its place, where the recorded bytes are at hand.
    fn uncommitted(
        &self,
        path: &str,
        recorded: Digest,
        found: Option<Digest>,
        bytes: Option<&[u8]>,
    ) -> Difference {
        let project = &self.site.project;
        let limit = self.site.config.limits.text_bytes;
        let now = project.recorded_path(path).ok().and_then(|path| project.read(&path, limit).ok());
        match (bytes, now) {
            (Some(bytes), Some(now)) => Difference::between(path, bytes, &now),
            (Some(_) | None, _) => Self::plain(path, recorded, found),
        }
    }

    fn plain(path: &str, recorded: Digest, found: Option<Digest>) -> Difference {
        let message = match found {
            Some(found) => format!("recorded as {recorded}, found {found}; no commit says why"),
            None => format!("recorded as {recorded}, and it is not there"),
        };
        Difference::of(path, message)
    }
}
