//! The child runs of a run: each is verified where it works, and its journal is the one whose end the
//! run recorded.

use super::Request;
use super::Verified;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::run::Run;
use crate::store::record::Difference;
use std::collections::BTreeSet;

/// The child runs that gates of a run have started and that are known here, the oldest first, and those
/// that their gates have started.
pub fn of(project: &Project, run: &RunId) -> Vec<RunId> {
    let mut found = BTreeSet::new();
    let mut open = vec![run.clone()];
    while let Some(id) = open.pop() {
        let Ok(reading) = project.store.read(&id) else { continue };
        let parts = ends(&reading.run).map(|(_, end)| end.run.clone());
        let parts = parts.filter(|part| project.store.read(part).is_ok());
        open.extend(parts.filter(|part| found.insert(part.clone())));
    }
    found.into_iter().collect()
}

/// Verifies a child run, and says nothing of its own child runs that its record does not.
pub fn verify(project: &Project, child: &RunId, request: &Request) -> Result<Verified, Error> {
    if let Some(verified) = at_home(project, child, request) {
        return verified;
    }
    first(project, child, request)
}

/// The same where the run works in another folder, which is here.
pub fn at_home(
    project: &Project,
    id: &RunId,
    request: &Request,
) -> Option<Result<Verified, Error>> {
    let home = project.home_of(id).transpose()?;
    Some(home.and_then(|home| first(&home, id, request)))
}

fn first(project: &Project, id: &RunId, request: &Request) -> Result<Verified, Error> {
    let request = Request {
        run: RunChoice { run: Some(id.to_string()) },
        head: None,
        all: false,
        ..request.clone()
    };
    let git = project.repository()?;
    let signers = request.signers.as_deref().map(crate::project::signing::read_signers);
    let signers = signers.transpose()?;
    let told = super::Told { request: &request, head: None, signers: signers.as_deref() };
    super::steadily(project, git.as_ref(), id, &told)
}

/// What a run recorded of its child runs, and their journals do not hold.
pub fn look(project: &Project, run: &Run) -> Vec<Difference> {
    let look = |(gate, end): (String, &crate::event::ChildEnd)| {
        // One that is not in this copy is looked at where it is.
        let reading = project.store.read(&end.run).ok()?;
        let message = format!(
            "gate {gate} recorded the head {} of run {}, whose journal never contained it",
            end.head, end.run
        );
        (!reading.stood_at(end.head)).then(|| Difference::of("journal", message))
    };
    ends(run).filter_map(look).collect()
}

fn ends(run: &Run) -> impl Iterator<Item = (String, &crate::event::ChildEnd)> {
    let gates = run.gates.iter();
    gates.flat_map(|(gate, state)| {
        let ends = state.attempts.iter().filter_map(|attempt| attempt.child_end.as_deref());
        ends.map(|end| (gate.to_string(), end))
    })
}
