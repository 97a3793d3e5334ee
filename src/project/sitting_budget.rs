//! The budget of a sitting binds everything begun in it: what a run may come to as a part of others,
//! and beside its own parts.

use super::Error;
use super::Project;
use super::runs;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::id::RunId;
use crate::run::Attempt;
use crate::run::Run;
use crate::spending::Amounts;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The most that a run itself may come to, by the budgets of the runs around it. A run that neither
/// is a part of another one nor was ever sat at is bounded by nothing but its own `budget`.
pub fn bound(project: &Project, run: &Run, budget: Budget) -> Result<Budget, Error> {
    let own = &run.started.run_id;
    let starts = |attempt: &Attempt| attempt.child.is_some();
    let has_started = run.gates.values().flat_map(|state| &state.attempts).any(starts);
    let has_none = run.sessions.is_empty() && !has_started;
    let parts = if has_none { Amounts::default() } else { spent_by_parts(project, run)? };
    let has_parts = parts != Amounts::default();
    let mut bound = if has_parts { left_by(budget, &parts) } else { Budget::default() };
    let mut seen = BTreeSet::from([own.clone()]);
    let mut next = run.started.parent.clone();
    while let Some(id) = next {
        let around = project.store.glance(&id)?.run;
        bound = bound.narrowed(left_by(around.budget, &spent_beside(project, &id, own)?));
        next = around.started.parent.filter(|parent| seen.insert(parent.clone()));
    }
    Ok(bound)
}

/// The run around this one whose budget leaves it less than its own does, and the key of that run.
pub fn binding(project: &Project, run: &Run) -> Result<Option<(RunId, String)>, Error> {
    let own = &run.started.run_id;
    let mut next = run.started.parent.clone();
    let Some(parent) = &next else { return Ok(None) };
    // All that it has spent itself: what it is a part of is no part of it.
    let spent = spent_beside(project, own, parent)?;
    let mut least = left_by(run.budget, &spent);
    let mut binding = None;
    let mut seen = BTreeSet::from([own.clone()]);
    while let Some(id) = next {
        let around = project.store.glance(&id)?.run;
        let beside = left_by(around.budget, &spent_beside(project, &id, own)?);
        let left = left_by(beside, &spent);
        let narrowed = least.narrowed(left);
        if narrowed != least {
            binding = Some((id.clone(), around.started.key.clone()));
            least = narrowed;
        }
        next = around.started.parent.filter(|parent| seen.insert(parent.clone()));
    }
    Ok(binding)
}

/// What the parts of a run have spent.
pub fn spent_by_parts(project: &Project, run: &Run) -> Result<Amounts, Error> {
    spent_beside(project, &run.started.run_id, &run.started.run_id)
}

fn left_by(budget: Budget, spent: &Amounts) -> Budget {
    Measure::ALL.into_iter().fold(Budget::default(), |left, measure| match budget.bound(measure) {
        Some(bound) => left.with(measure, (bound - spent.get(measure)).max(0.0)),
        None => left,
    })
}

/// What a run and all its parts have spent, one of them left out.
fn spent_beside(project: &Project, whole: &RunId, left_out: &RunId) -> Result<Amounts, Error> {
    let mut spent = Amounts::default();
    for id in with_parts(project, whole)?.iter().filter(|id| *id != left_out) {
        // One that cannot be read tells nothing; whoever asks for it is told why.
        let Ok(reading) = project.store.read(id) else { continue };
        let history = reading.history();
        spent.add(&Amounts::of_events(history.iter().map(|(_, event)| event)));
    }
    Ok(spent)
}

/// A run, and what was begun as a part of it or of its parts; all of that came later.
fn with_parts(project: &Project, whole: &RunId) -> Result<Vec<RunId>, Error> {
    let later = project.store.runs().map(|mut ids| {
        // Within a second their keys decide on the order of ids, and not who began first.
        ids.retain(|id| id != whole && id.second() >= whole.second());
        ids
    });
    let mut parts: BTreeMap<RunId, Vec<RunId>> = BTreeMap::new();
    for entry in runs::entries(project, later)? {
        if let Some(parent) = entry.parent {
            parts.entry(parent).or_default().push(entry.run_id);
        }
    }
    let mut found = vec![whole.clone()];
    let mut looked = 0;
    while let Some(id) = found.get(looked) {
        let mut more = parts.remove(id).unwrap_or_default();
        more.retain(|id| !found.contains(id));
        found.extend(more);
        looked += 1;
    }
    Ok(found)
}
