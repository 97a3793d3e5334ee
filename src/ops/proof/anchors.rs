//! Anchors: the heads of the chain that commits of a run were made with. A journal that never stood
//! at one of them was cut back or written anew, and nothing in it can tell.

use crate::digest::Digest;
use crate::event::RunStarted;
use crate::git;
use crate::git::Target;
use crate::id::RunId;
use crate::journal::Reading;
use crate::ops::Error;
use crate::ops::Site;
use crate::record;

/// Where commits of a run are found, and the commit that it began at.
fn places(started: &RunStarted) -> ([Target; 2], Option<String>) {
    let git = started.git.as_ref();
    let target = Site::target(git.and_then(|git| git.branch.as_deref()));
    (
        [Target::Ref(record::reference(&started.run_id)), target],
        git.and_then(|git| git.head.clone()),
    )
}

/// The head that a commit of this run was made with.
fn anchor(started: &RunStarted, message: &str) -> Option<Digest> {
    let own = format!("Orch-Run: {}", started.run_id);
    let is_own = message.lines().any(|line| line == own);
    let anchor = message.lines().find_map(|line| line.strip_prefix("Orch-Chain: "));
    anchor.filter(|_| is_own).and_then(Digest::parse)
}

/// Refuses a journal that never stood where the newest commits of its run say: what they were made
/// with is a part of everything since, and the older ones are parts of that.
pub fn refuse_rolled_back(site: &Site, reading: &Reading) -> Result<(), Error> {
    let Some(repository) = site.repository()? else { return Ok(()) };
    let started = &reading.run.started;
    let (targets, since) = places(started);
    for target in targets {
        let is_one = |message: &str| anchor(started, message).is_some();
        let newest = match repository.newest_message(&target, since.as_deref(), is_one) {
            // Whoever deletes a branch takes its anchors along; the run's own ref has them too.
            Err(git::Error::NoBranch { .. }) => None,
            newest => newest?,
        };
        let Some((commit, message)) = newest else { continue };
        let Some(anchor) = anchor(started, &message) else { continue };
        if anchor != reading.head && !reading.stood_at(anchor) {
            return Err(untrue(site, &started.run_id, &commit, anchor));
        }
    }
    Ok(())
}

fn untrue(site: &Site, run: &RunId, commit: &str, anchor: Digest) -> Error {
    let commit = commit.get(..12).unwrap_or(commit);
    let record = site.shown(&site.home.record(run).path());
    Error::Untrue {
        message: format!(
            "the journal of run {run} was cut back or written anew: commit {commit} was made when \
             it stood at {anchor}, which it never did"
        ),
        help: format!(
            "bring back what was committed, and go on from there:\n      \
             git checkout {commit} -- {record} && orch verify --run {run}"
        ),
    }
}
