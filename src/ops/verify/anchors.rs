//! The heads of the chain that commits of a run were made with. A squash keeps them in one message,
//! a rebase or an amended message may lose them: that one is gone is no difference.

use super::places::Places;
use crate::digest::Digest;
use crate::git::Repository;
use crate::journal::Reading;
use crate::ops::Error;
use crate::record::Difference;

/// Heads that commits tell of, and that the chain does not hold.
pub fn look(
    repository: &Repository,
    places: &Places,
    reading: &Reading,
) -> Result<Vec<Difference>, Error> {
    let started = &reading.run.started;
    let since = started.git.as_ref().and_then(|git| git.head.as_deref());
    let committed = places.committed.iter().map(|one| &one.found);
    let tips: Vec<_> = committed.chain(&places.head).chain(&places.branch).collect();
    let heads = reading.heads();
    let mut differences = Vec::new();
    for (commit, message) in repository.messages(&tips, since)? {
        let told = told(&message, started.run_id.as_str());
        if let Some(anchor) = told.into_iter().find(|anchor| !heads.contains(anchor)) {
            let commit = commit.get(..12).unwrap_or(&commit);
            let message = format!("it says that the chain stood at {anchor}, which it never did");
            differences.push(Difference::of(format!("commit {commit}"), message));
        }
    }
    Ok(differences)
}

/// The heads that a message tells of this run: a squashed one may tell of several runs, each head
/// behind the run that it belongs to.
fn told(message: &str, run: &str) -> Vec<Digest> {
    let mut heads = Vec::new();
    let mut is_own = false;
    for line in message.lines().map(str::trim) {
        if let Some(other) = line.strip_prefix("Orch-Run: ") {
            is_own = other == run;
        } else if let Some(head) = line.strip_prefix("Orch-Chain: ").filter(|_| is_own) {
            heads.extend(Digest::parse(head));
        }
    }
    heads
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_squashed_message_tells_of_several_runs() {
        let [one, two, three] = ["one", "two", "three"].map(Digest::of);
        let message = format!(
            "squash\n\n* a\n\nOrch-Run: run_a\nOrch-Chain: {one}\n\n* b\n\n    Orch-Run: run_b\n    \
             Orch-Gate: g\n    Orch-Chain: {two}\n\nOrch-Run: run_a\nOrch-Chain: {three}\n"
        );
        assert_eq!(told(&message, "run_a"), [one, three]);
        assert_eq!(told(&message, "run_b"), [two]);
        assert_eq!(told("Orch-Chain: no digest\nOrch-Run: run_a", "run_a"), []);
    }
}
