//! Artifacts: what each gate's result stands on, as it lies in the working tree, or as the run's
//! branch holds it while another one is checked out.

use super::MovedOn;
use super::Request;
use super::Verified;
use super::joined;
use super::places::RecordPlaces;
use crate::digest::Digest;
use crate::git::Fate;
use crate::git::FoundCommit;
use crate::git::Repository;
use crate::id::GateId;
use crate::ops::Error;
use crate::ops::Project;
use crate::parallel;
use crate::store::journal::Reading;
use crate::store::record::Difference;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// How to treat artifacts missing from this copy of the project.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the flag says what each does, in one line of help")]
#[non_exhaustive]
pub enum Artifacts {
    #[default]
    Present,
    Required,
}

/// An artifact that is not in the working tree what was recorded.
struct Open<'a> {
    path: &'a str,
    recorded: Digest,
    /// What lies there.
    found: Option<Digest>,
    /// Its path in commits; `None` outside of the repository.
    in_git: Option<String>,
}

/// Checks the artifacts of every gate that has passed.
pub fn look(
    project: &Project,
    reading: &Reading,
    (repository, places): (Option<&Repository>, &RecordPlaces),
    request: &Request,
    verified: &mut Verified,
) -> Result<(), Error> {
    let recorded: Vec<(&str, Digest)> = recorded(reading);
    let place = LookedAt {
        project,
        repository,
        seat: Seat::of(repository, places),
        lay_here: project.store.is_own(&reading.run.started.run_id),
        is_required: request.artifacts == Artifacts::Required,
    };
    let open = place.not_as_recorded(&recorded);
    verified.artifacts = recorded.len() - open.len();
    let git = reading.run.started.git.as_ref();
    place.tell_joined(&joined::joined(project, &reading.run), verified)?;
    place.explain(&open, git.and_then(|git| git.head.as_deref()), verified)
}

/// What must lie at each path: the last version that a gate passed with.
fn recorded(reading: &Reading) -> Vec<(&str, Digest)> {
    let versions = reading.run.versions().into_iter();
    versions.filter_map(|(path, (_, artifact))| Some((path, artifact.sha256?))).collect()
}

/// Where the run's work is looked for.
enum Seat<'p> {
    /// In the working tree.
    Here {
        /// What is checked out; `None` outside of git and before the first commit.
        head: Option<&'p FoundCommit>,
        /// Whether it is the branch that the work was done on.
        is_home: bool,
    },
    /// On a branch that is not checked out.
    There(&'p FoundCommit),
    /// Nothing here holds the run's work but by chance.
    Nowhere,
}

impl<'p> Seat<'p> {
    fn of(repository: Option<&Repository>, places: &'p RecordPlaces) -> Self {
        let head = places.head.as_ref();
        let branch = places.branch.as_ref();
        if repository.is_none()
            || branch.is_none_or(|branch| branch.is_checked_out) && head.is_none()
        {
            return Self::Here { head, is_home: true };
        }
        if branch.is_some_and(|branch| branch.is_checked_out) {
            return Self::Here { head, is_home: true };
        }
        let segments = |found: Option<&FoundCommit>| {
            let one = places.committed.iter().find(|one| Some(one.found.clone()) == found.cloned());
            one.map_or(0, |one| {
                one.files.keys().filter(|path| path.starts_with("journal/")).count()
            })
        };
        // A merge brought the record here, and the work with it.
        match (places.in_head().is_some(), branch) {
            (true, Some(branch)) if segments(head) < segments(Some(branch)) => Self::There(branch),
            (true, _) => Self::Here { head, is_home: false },
            (false, Some(branch)) => Self::There(branch),
            (false, None) => Self::Nowhere,
        }
    }
}

/// Where artifacts are looked for.
struct LookedAt<'s> {
    project: &'s Project,
    repository: Option<&'s Repository>,
    seat: Seat<'s>,
    /// Whether the run was driven on this machine: what no commit holds lay here, and nowhere else.
    lay_here: bool,
    is_required: bool,
}

impl LookedAt<'_> {
    fn not_as_recorded<'a>(&self, recorded: &[(&'a str, Digest)]) -> Vec<Open<'a>> {
        let folder = &self.project.folder;
        let hash = |path: &str| {
            let path = folder.recorded_path(path).ok()?;
            Some(folder.hash(&path).ok()?.digest)
        };
        let found = match self.seat {
            Seat::There(_) => vec![None; recorded.len()],
            Seat::Here { .. } | Seat::Nowhere => parallel::map(recorded, |(path, _)| hash(path)),
        };
        let in_git = |path| self.repository.and_then(|git| git.path_of(&folder.root().join(path)));
        let open = |((path, recorded), found): (&(&'a str, Digest), Option<Digest>)| {
            let (path, recorded) = (*path, *recorded);
            (found != Some(recorded)).then(|| Open { path, recorded, found, in_git: in_git(path) })
        };
        recorded.iter().zip(found).filter_map(open).collect()
    }

    /// Says which files joined the outputs of a gate that no commit added.
    fn tell_joined(
        &self,
        joined: &[(String, GateId)],
        verified: &mut Verified,
    ) -> Result<(), Error> {
        let Seat::Here { head, .. } = self.seat else { return Ok(()) };
        let root = self.project.folder.root();
        let in_git = |path: &str| self.repository.and_then(|git| git.path_of(&root.join(path)));
        let paths: BTreeSet<String> = joined.iter().filter_map(|(path, _)| in_git(path)).collect();
        let committed = match (self.repository, head) {
            (Some(git), Some(head)) => git.files_in(head, &paths)?,
            (_, None) | (None, Some(_)) => BTreeMap::new(),
        };
        for (path, gate) in joined {
            if !in_git(path).is_some_and(|path| committed.contains_key(&path)) {
                let message =
                    format!("it was added to the outputs of gate {gate} after they passed");
                verified.differences.push(Difference::of(path, message));
            }
        }
        Ok(())
    }

    /// Says of each artifact that is not as recorded why that is so.
    fn explain(
        &self,
        open: &[Open<'_>],
        began_at: Option<&str>,
        verified: &mut Verified,
    ) -> Result<(), Error> {
        let found = match &self.seat {
            Seat::Here { head, .. } => *head,
            Seat::There(branch) => Some(*branch),
            Seat::Nowhere => None,
        };
        let (inside, outside): (Vec<_>, Vec<_>) =
            open.iter().partition(|one| one.in_git.is_some() && found.is_some());
        for one in outside {
            self.unexplained(one, verified);
        }
        let (Some(git), Some(found)) = (self.repository, found) else { return Ok(()) };
        let paths: BTreeSet<String> = inside.iter().filter_map(|one| one.in_git.clone()).collect();
        if paths.is_empty() {
            return Ok(());
        }
        let committed = git.files_in(found, &paths)?;
        let uncommitted = self.uncommitted(git, &paths)?;
        let mut unlike = Vec::new();
        for one in inside {
            let in_git = one.in_git.clone().unwrap_or_default();
            let held = committed.get(&in_git).map(|held| git.bytes_of(*held)).transpose()?;
            let held = held.filter(|bytes| Digest::of(bytes) == one.recorded);
            if uncommitted.contains(&in_git) {
                verified.differences.push(self.change(one, held.as_deref()));
            } else if held.is_some() {
                // Git may convert line ends on checkout: what it holds is what counts.
                verified.artifacts += 1;
            } else {
                unlike.push((one, in_git));
            }
        }
        let paths = unlike.iter().map(|(_, path)| path.clone()).collect();
        let mut fates = git.fates(found, paths, began_at)?;
        for (one, in_git) in unlike {
            match fates.remove(&in_git).unwrap_or(Fate::Unknown) {
                Fate::Unknown => self.unexplained(one, verified),
                fate @ (Fate::Changed { .. } | Fate::Gone { .. } | Fate::Moved { .. }) => {
                    verified.moved_on.push(MovedOn { path: one.path.to_owned(), fate });
                }
            }
        }
        Ok(())
    }

    /// Which of these paths are in the working tree not what HEAD holds; none while the work is
    /// looked for on a branch that is not checked out.
    fn uncommitted(
        &self,
        git: &Repository,
        paths: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, Error> {
        if !matches!(self.seat, Seat::Here { .. }) {
            return Ok(BTreeSet::new());
        }
        let below: Vec<String> = paths.iter().cloned().collect();
        let found = git.uncommitted(&below, |path| paths.contains(path))?;
        let left_out = git.left_out_below("")?;
        Ok(found.into_iter().map(|one| one.path).filter(|path| !left_out.contains(path)).collect())
    }

    /// An artifact that no commit tells of: it is wrong, it was lost, or it never came here.
    fn unexplained(&self, one: &Open<'_>, verified: &mut Verified) {
        let is_here = match self.seat {
            Seat::Here { is_home, .. } => one.found.is_some() || (is_home && self.lay_here),
            Seat::There(_) | Seat::Nowhere => false,
        };
        if is_here || self.is_required {
            verified.differences.push(one.plain());
            return;
        }
        verified.not_looked_at += 1;
        verified.moved_on.push(MovedOn { path: one.path.to_owned(), fate: Fate::Unknown });
    }

    /// A change that no commit holds; its place, where the recorded bytes are at hand.
    fn change(&self, one: &Open<'_>, recorded: Option<&[u8]>) -> Difference {
        let folder = &self.project.folder;
        let limit = self.project.config.limits.text_bytes;
        let read =
            |path| folder.recorded_path(path).ok().and_then(|path| folder.read(&path, limit).ok());
        match (recorded, read(one.path)) {
            (Some(recorded), Some(now)) => Difference::between(one.path, recorded, &now),
            (Some(_) | None, _) => one.plain(),
        }
    }
}

impl Open<'_> {
    fn plain(&self) -> Difference {
        let recorded = self.recorded;
        let message = match self.found {
            Some(found) => {
                format!("recorded as {recorded}, found {found}; no commit explains the change")
            }
            None => format!("recorded as {recorded}, but the file is missing"),
        };
        Difference::of(self.path, message)
    }
}
