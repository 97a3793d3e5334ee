//! Reuse: a gate whose recipe, reads and outputs are what they were when it last
//! passed is not done again, and the run says so; where it is done again, it says why.

use super::super::Driver;
use super::super::Error;
use super::recipe;
use crate::event::Artifact;
use crate::event::Event;
use crate::event::Recipe;
use crate::event::Reused;
use crate::id::GateId;
use crate::id::RunId;
use crate::id::slug_of;
use crate::next;
use crate::next::Step;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Approval;
use crate::workflow::Gate;
use std::collections::BTreeSet;

/// How many earlier runs about the same key are looked through, newest first.
const RUNS_MAX: usize = 8;

/// Earlier runs, read when the first gate asks.
#[derive(Default)]
pub struct Shelf {
    earlier: Option<Vec<Run>>,
}

/// What was found for a gate.
pub enum Found {
    Same(Box<Reused>),
    /// Why there is nothing to reuse; `None` where the gate does not ask for it.
    Not(Option<String>),
}

impl Shelf {
    /// Looks for a result of this gate that still stands.
    /// `run` is the run as it is, or as it will be.
    pub fn find(&mut self, driver: &Driver<'_>, run: &Run, id: &GateId) -> Result<Found, Error> {
        let Some(gate) = driver.workflow.gate(id).filter(|gate| gate.reuse) else {
            return Ok(Found::Not(None));
        };
        if gate.approval != Approval::None {
            return Ok(Found::Not(Some("an approval is given anew in each run".to_owned())));
        }
        let now = match recipe::recipe(driver.site, run, gate, id, None) {
            Ok(now) => now,
            Err(reason) => return Ok(Found::Not(Some(reason))),
        };
        let earlier = match &mut self.earlier {
            Some(earlier) => earlier,
            none => none.insert(earlier_runs(driver)?),
        };
        let mut reason = "it has not passed before".to_owned();
        for (index, earlier) in std::iter::once(run).chain(earlier.iter()).enumerate() {
            let Some(candidate) = candidate(earlier, gate, id) else { continue };
            match difference(driver, &now, &candidate) {
                None => return Ok(Found::Same(Box::new(candidate))),
                // The newest result tells best why it does not serve.
                Some(found) if index == 0 || reason.starts_with("it has not") => reason = found,
                Some(_) => {}
            }
        }
        Ok(Found::Not(Some(reason)))
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
        let mut others = BTreeSet::new();
        let mut taken = 0;
        while taken < found.len() {
            let event = Event::GatesReused { gates: found[taken..].to_vec() };
            taken = found.len();
            if ahead.apply(driver.site.clock.now(), &event).is_err() {
                break;
            }
            for step in next::next(&driver.workflow, &ahead) {
                let Step::Start { gate, not_before: None } = step else { continue };
                if others.contains(&gate)
                    || !may_start(&gate)
                    || !needs_are_fresh(&ahead, driver, &gate)
                {
                    continue;
                }
                match self.find(driver, &ahead, &gate)? {
                    Found::Same(reused) => found.push(*reused),
                    Found::Not(_) => {
                        others.insert(gate);
                    }
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

/// Runs of the same workflow about the same key, newest first.
fn earlier_runs(driver: &Driver<'_>) -> Result<Vec<Run>, Error> {
    let site = driver.site;
    let started = &driver.run().started;
    let mark = format!("_{}_", slug_of(&started.key));
    let ids = site.home.ids().map_err(|error| Error::environment(error.to_string()))?;
    let same = |id: &&RunId| id.as_str().contains(&mark) && *id != driver.id();
    let runs = ids.iter().rev().filter(same).take(RUNS_MAX);
    // A run that cannot be read has nothing to offer; whoever asks for it is told why.
    let runs = runs.filter_map(|id| site.home.glance(id).ok()).map(|reading| reading.run);
    Ok(runs
        .filter(|run| run.started.workflow == started.workflow && run.started.key == started.key)
        .collect())
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

/// Why an earlier result does not stand, if it does not.
fn difference(driver: &Driver<'_>, now: &Recipe, before: &Reused) -> Option<String> {
    if now.sha256 != before.recipe.sha256 {
        return Some(
            "its recipe (gate, contract, prompt, command or inputs) has changed".to_owned(),
        );
    }
    if let Some(path) = first_difference(&now.reads, &before.recipe.reads) {
        return Some(format!("{path}, which it reads, has changed"));
    }
    if before.artifacts.is_empty() {
        return Some("it left no outputs behind that could be compared".to_owned());
    }
    let changed = before.artifacts.iter().find(|artifact| !is_unchanged(driver, artifact))?;
    Some(format!("its output {} has changed", changed.path))
}

fn is_unchanged(driver: &Driver<'_>, artifact: &Artifact) -> bool {
    let project = &driver.site.project;
    let Ok(path) = project.path(&artifact.path) else { return false };
    match artifact.sha256 {
        Some(digest) => project.hash(&path).is_ok_and(|print| print.digest == digest),
        None => !project.exists(&path),
    }
}

fn first_difference<'m, V: PartialEq>(
    now: &'m std::collections::BTreeMap<String, V>,
    before: &'m std::collections::BTreeMap<String, V>,
) -> Option<&'m str> {
    let changed = now.iter().find(|(path, digest)| before.get(*path) != Some(digest));
    let gone = before.keys().find(|path| !now.contains_key(*path));
    changed.map(|(path, _)| path).or(gone).map(String::as_str)
}
