//! The heads of the chain that commits of a run were made with. A squash keeps them in one message,
//! a rebase or an amended message may lose them: that one is gone is no difference.

use super::places::RecordPlaces;
use crate::git::Repository;
use crate::ops::Error;
use crate::project::proof;
use crate::store::journal::Reading;
use crate::store::record::Difference;

/// Heads that commits tell of, and that the chain does not hold.
pub fn look(
    repository: &Repository,
    places: &RecordPlaces,
    reading: &Reading,
) -> Result<Vec<Difference>, Error> {
    let started = &reading.run.started;
    let since = started.git.as_ref().and_then(|git| git.head.as_deref());
    let committed = places.committed.iter().map(|one| &one.found);
    let tips: Vec<_> = committed.chain(&places.head).chain(&places.branch).collect();
    let heads = reading.heads();
    let mut differences = Vec::new();
    for (commit, message) in repository.messages(&tips, since)? {
        let told = proof::told(&message, started.run_id.as_str());
        if let Some(anchor) = told.into_iter().find(|anchor| !heads.contains(anchor)) {
            let commit = commit.get(..12).unwrap_or(&commit);
            let message = format!("it names the head {anchor}, which the journal never contained");
            differences.push(Difference::of(format!("commit {commit}"), message));
        }
    }
    Ok(differences)
}
