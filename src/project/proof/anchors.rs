//! Anchors: the heads of the chain that commits of a run were made with. A journal that never stood
//! at one of them was cut back or written anew, and nothing in it can tell.

use crate::digest::Digest;
use crate::event::RunStarted;
use crate::git;
use crate::git::Target;
use crate::id::RunId;
use crate::project::Error;
use crate::project::Project;
use crate::store::journal::Reading;
use crate::store::record;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;

/// Where commits of a run are found, and the commit that it began at.
fn places(started: &RunStarted) -> ([Target; 2], Option<String>) {
    let git = started.git.as_ref();
    let target = Project::target(git.and_then(|git| git.branch.as_deref()));
    (
        [Target::Ref(record::reference(&started.run_id)), target],
        git.and_then(|git| git.head.clone()),
    )
}

/// The heads that a message tells of this run: a squashed one may tell of several runs, each head
/// behind the run that it belongs to.
pub fn told(message: &str, run: &str) -> Vec<Digest> {
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

/// Refuses a journal that never stood where the newest commits of its run say: what they were made
/// with is a part of everything since, and the older ones are parts of that.
pub fn refuse_rolled_back(project: &Project, reading: &Reading) -> Result<(), Error> {
    let Some(repository) = project.repository()? else { return Ok(()) };
    let started = &reading.run.started;
    let (targets, since) = places(started);
    for target in targets {
        let run = started.run_id.as_str();
        let is_one = |message: &str| !told(message, run).is_empty();
        let newest = match repository.newest_message(&target, since.as_deref(), is_one) {
            // Whoever deletes a branch takes its anchors along; the run's own ref has them too.
            Err(git::Error::NoBranch { .. }) => None,
            newest => newest?,
        };
        let Some((commit, message)) = newest else { continue };
        let is_unknown = |anchor: &Digest| *anchor != reading.head && !reading.stood_at(*anchor);
        if let Some(anchor) = told(&message, run).into_iter().find(is_unknown) {
            return Err(untrue(project, &started.run_id, (&target, &commit), anchor));
        }
    }
    Ok(())
}

fn untrue(
    project: &Project,
    run: &RunId,
    (target, commit): (&Target, &str),
    anchor: Digest,
) -> Error {
    let commit = commit.get(..12).unwrap_or(commit);
    let record = project.shown(&project.store.record(run).path());
    let journal = project.shown(&project.store.journal(run).path());
    // What is committed serves once nothing here tells otherwise; the run's own ref serves as it is.
    let (restore, command) = match target {
        Target::Ref(_) => (super::aside(&record), "record rebuild"),
        Target::Branch(_) | Target::Head => {
            (Advice::program(&["git", "checkout", commit, "--", &record]), "verify")
        }
    };
    Error::Untrue {
        message: format!(
            "the journal of run {run} was truncated or rewritten: commit {commit} names the head \
             {anchor}, which the journal never contained"
        ),
        help: Advice::from("restore what was committed, and continue from there:\n      ").then(
            Advice::joined(
                [
                    super::aside(&journal),
                    restore,
                    Suggestion::new(command).option("run", run.as_str()).into(),
                ],
                " && ",
            ),
        ),
    }
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
