//! Reuse: a gate whose recipe, reads and outputs are what they were when it last
//! passed is not done again, and the run says so; where it is done again, it says why.

use super::look::Look;
use super::members;
use super::recipe;
use crate::event::Artifact;
use crate::event::Event;
use crate::event::Recipe;
use crate::event::Reused;
use crate::id::GateId;
use crate::id::RunId;
use crate::next;
use crate::project::Driver;
use crate::project::Error;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Approval;
use crate::workflow::Gate;
use std::collections::BTreeSet;

/// How many earlier runs of the same workflow are looked through, newest first.
const RUNS_MAX: usize = 8;

/// How many runs are read to find those.
const READ_MAX: usize = 64;

/// Earlier runs, each read when a gate asks that no newer one serves.
#[derive(Default)]
pub struct EarlierRuns {
    earlier: Vec<Run>,
    unread: Option<std::vec::IntoIter<RunId>>,
}

/// What was found for a gate.
pub enum Found {
    Same(Box<Reused>),
    /// Why there is nothing to reuse; `None` where the gate does not ask for it.
    Not(Option<String>),
}

impl EarlierRuns {
    /// Looks for a result of this gate that still stands.
    /// `run` is the run as it is, or as it will be.
    pub fn find(&mut self, driver: &Driver<'_>, run: &Run, id: &GateId) -> Result<Found, Error> {
        self.look_for(&Look::of(driver), run, id)
    }

    fn look_for(&mut self, look: &Look<'_>, run: &Run, id: &GateId) -> Result<Found, Error> {
        let driver = look.driver;
        let Some(gate) = driver.workflow.gate(id).filter(|gate| gate.reuse) else {
            return Ok(Found::Not(None));
        };
        if gate.approval != Approval::None {
            return Ok(Found::Not(Some("approvals are never reused".to_owned())));
        }
        if run.gate(id).is_some_and(|state| !state.feedback.is_empty()) {
            return Ok(Found::Not(Some("it is done again for what was found".to_owned())));
        }
        let now = match recipe::recipe(look, run, gate, id) {
            Ok(now) => now,
            Err(reason) => return Ok(Found::Not(Some(reason))),
        };
        let mut reason = None;
        let mut place = 0;
        let mut next = Some(run);
        while let Some(earlier) = next {
            if let Some(candidate) = candidate(earlier, gate, id) {
                let refused = refused_by(driver, earlier, id)
                    .map(|auditor| format!("{auditor} refused its last result"));
                match refused.or_else(|| difference(driver, (run, gate), &now, &candidate)) {
                    None => return Ok(Found::Same(Box::new(candidate))),
                    // The newest result tells best why it does not serve.
                    Some(found) => reason = reason.or(Some(found)),
                }
            }
            next = self.earlier(driver, place)?;
            place += 1;
        }
        Ok(Found::Not(Some(reason.unwrap_or_else(|| "it has not passed before".to_owned()))))
    }

    /// The earlier run at a place, newest first; `None` behind the last one that is looked at.
    fn earlier(&mut self, driver: &Driver<'_>, place: usize) -> Result<Option<&Run>, Error> {
        if self.unread.is_none() {
            self.unread = Some(earlier_runs(driver)?);
        }
        let started = &driver.run().started;
        while self.earlier.len() <= place && place < RUNS_MAX {
            let Some(id) = self.unread.iter_mut().flatten().next() else { return Ok(None) };
            // A run that cannot be read has nothing to offer; whoever asks for it is told why.
            let Ok(reading) = driver.project.store.glance(&id) else { continue };
            let earlier = &reading.run.started;
            if earlier.workflow == started.workflow {
                self.earlier.push(reading.run);
            }
        }
        Ok(self.earlier.get(place))
    }

    /// What can be taken over besides `found`, once that is: a chain is followed to its end, so that
    /// it becomes one event. `may_start` says which gates are wanted now.
    pub fn follow(
        &mut self,
        driver: &Driver<'_>,
        mut found: Vec<Reused>,
        may_start: impl Fn(&GateId) -> bool,
    ) -> Result<Vec<Reused>, Error> {
        let mut ahead = driver.run().clone();
        let dependents = driver.workflow.dependents();
        let look = Look::of(driver);
        let mut others = BTreeSet::new();
        let mut taken = 0;
        while taken < found.len() {
            let event = Event::GatesReused { gates: found[taken..].to_vec() };
            let new = taken..found.len();
            taken = found.len();
            if ahead.apply(driver.project.clock.now(), &event).is_err() {
                break;
            }
            let behind = found[new].iter().filter_map(|reused| dependents.get(reused.gate.base()));
            let behind = behind.flatten();
            let ready: BTreeSet<GateId> =
                behind.flat_map(|gate| next::startable(&driver.workflow, &ahead, gate)).collect();
            for gate in ready {
                let is_wanted = may_start(&gate) && needs_are_fresh(&ahead, driver, &gate);
                if !is_wanted || !others.insert(gate.clone()) {
                    continue;
                }
                if let Found::Same(reused) = self.look_for(&look, &ahead, &gate)? {
                    found.push(*reused);
                }
            }
        }
        Ok(found)
    }
}

/// Whether all that a gate needs was looked at just now; the work of an attempt may have been
/// changed since, which is looked at before the gate starts.
fn needs_are_fresh(ahead: &Run, driver: &Driver<'_>, id: &GateId) -> bool {
    let needs = driver.workflow.gate(id).into_iter();
    let mut needs = needs.flat_map(|gate| gate.needs.iter().chain(&gate.audits));
    needs.all(|need| {
        ahead.gate(need).is_some_and(|state| state.reused.is_some() || state.attempts.is_empty())
    })
}

/// The other runs of the project, newest first.
fn earlier_runs(driver: &Driver<'_>) -> Result<std::vec::IntoIter<RunId>, Error> {
    let ids = driver
        .project
        .store
        .runs()
        .map_err(|error| Error::environment(error.to_string()))?
        .into_iter();
    let others = ids.rev().filter(|id| id != driver.id());
    Ok(others.take(READ_MAX).collect::<Vec<_>>().into_iter())
}

/// The last result of a gate in a run, where it passed.
fn candidate(run: &Run, gate: &Gate, id: &GateId) -> Option<Reused> {
    let state = run.gate(id)?;
    if let Some(reused) = &state.reused {
        return Some((**reused).clone());
    }
    let has_passed = matches!(state.status, GateStatus::Pass | GateStatus::Stale);
    let attempt = state
        .attempt()
        .filter(|attempt| has_passed && attempt.status == crate::run::AttemptStatus::Pass)?;
    Some(Reused {
        gate: gate.id.clone(),
        run_id: run.started.run_id.clone(),
        attempt: attempt.attempt,
        agent: attempt.agent.clone(),
        worker: attempt.worker.clone(),
        session: attempt.session.clone(),
        recipe: attempt.recipe.as_deref()?.clone(),
        artifacts: attempt.artifacts.clone(),
        answers: state.answers.clone(),
    })
    .map(|reused| Reused { gate: id.clone(), ..reused })
}

/// The auditor that refused the last result of a gate in a run.
fn refused_by<'d>(driver: &'d Driver<'_>, run: &Run, id: &GateId) -> Option<&'d GateId> {
    let made = run.gate(id)?.made;
    let audits =
        driver.workflow.gates.iter().filter(|gate| {
            gate.audits.as_ref().is_some_and(|audited| audited.as_str() == id.base())
        });
    let mut audits = audits.map(|gate| &gate.id);
    audits.find(|audit| {
        let mut states = run.gates.iter().filter(|(id, _)| id.base() == audit.as_str());
        states.any(|(_, state)| state.refused_at > made)
    })
}

/// Why an earlier result does not stand, if it does not.
fn difference(
    driver: &Driver<'_>,
    (run, gate): (&Run, &Gate),
    now: &Recipe,
    before: &Reused,
) -> Option<String> {
    if now.sha256 != before.recipe.sha256 {
        return Some(
            "its recipe (gate, contract, packet, executor, environment or inputs) has changed"
                .to_owned(),
        );
    }
    if let Some(path) = first_difference(&now.reads, &before.recipe.reads) {
        return Some(format!("{path}, which it reads, has changed"));
    }
    if before.artifacts.is_empty() {
        return Some("it has no outputs to compare".to_owned());
    }
    let changed = before.artifacts.iter().find(|artifact| !is_unchanged(driver, artifact));
    if let Some(changed) = changed {
        return Some(format!("its output {} has changed", changed.path));
    }
    let joined = members::joined(driver, (run, gate), &before.gate, &before.artifacts)?;
    Some(format!("{joined} was added to its outputs"))
}

fn is_unchanged(driver: &Driver<'_>, artifact: &Artifact) -> bool {
    let folder = &driver.project.folder;
    let Ok(path) = folder.path(&artifact.path) else { return false };
    let Some(digest) = artifact.sha256 else { return !folder.exists(&path) };
    let found = driver.seen.prints.borrow_mut().digest(folder, &path);
    found.is_ok_and(|found| found == digest)
}

fn first_difference<'m, V: PartialEq>(
    now: &'m std::collections::BTreeMap<String, V>,
    before: &'m std::collections::BTreeMap<String, V>,
) -> Option<&'m str> {
    let changed = now.iter().find(|(path, digest)| before.get(*path) != Some(digest));
    let gone = before.keys().find(|path| !now.contains_key(*path));
    changed.map(|(path, _)| path).or(gone).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_file_that_changed_came_or_went_is_a_difference() {
        let files = |text: &'static str| {
            let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
            pairs.map(|(path, digest)| (path.to_owned(), digest)).collect::<BTreeMap<_, _>>()
        };
        let rows = [
            ("", "", None),
            ("a=1 b=2", "a=1 b=2", None),
            ("a=1 b=3", "a=1 b=2", Some("b")),
            ("a=1 b=2", "a=1", Some("b")),
            ("a=1", "a=1 b=2", Some("b")),
        ];
        for (now, before, expected) in rows {
            assert_eq!(first_difference(&files(now), &files(before)), expected, "{now} | {before}");
        }
    }
}
