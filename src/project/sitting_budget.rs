//! The budget of a sitting binds everything begun in it: what a run may come to as a part of others,
//! and beside its own parts.

use super::Error;
use super::Project;
use super::runs;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::clock::Moment;
use crate::files::Lock;
use crate::id::RunId;
use crate::run::Attempt;
use crate::run::Run;
use crate::spending::Amounts;
use crate::spending::NOTHING;
use crate::standing::Tally;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

/// The most that a run itself may come to, by the budgets of the runs around it. A run that neither
/// is a part of another one nor was ever sat at is bounded by nothing but its own `budget`.
pub fn bound(project: &Project, run: &Run, budget: Budget) -> Result<Budget, Error> {
    let own = &run.started.run_id;
    let starts = |attempt: &Attempt| attempt.child.is_some();
    let has_started = run.gates.values().flat_map(|state| &state.attempts).any(starts);
    let has_none = budget.is_open() || run.sessions.is_empty() && !has_started;
    let parts = if has_none { Amounts::default() } else { held_beside(project, own, Some(own))? };
    let has_parts = parts != Amounts::default();
    let mut bound = if has_parts { left_by(budget, &parts) } else { Budget::default() };
    for around in runs_around(project, run)? {
        if !around.budget.is_open() {
            let spent = held_beside(project, &around.started.run_id, Some(own))?;
            bound = bound.narrowed(left_by(around.budget, &spent));
        }
    }
    Ok(bound)
}

/// Time and money of a run up to a moment, and what the budgets of all runs that it belongs with leave it.
pub fn tally(project: &Project, run: &Run, now: Moment) -> Result<Tally, Error> {
    let bound = bound(project, run, run.budget)?;
    Ok(Tally::of(run, now).within(bound))
}

/// Why a child run with a share of its own cannot begin beside what is spent and held: the budget of
/// its parent, or of a run around that, does not carry the share.
pub fn refuse_share(project: &Project, run: &Run, share: Budget) -> Result<Option<String>, Error> {
    if share.is_open() {
        return Ok(None);
    }
    for around in std::iter::once(run.clone()).chain(runs_around(project, run)?) {
        let id = &around.started.run_id;
        if around.budget.is_open() {
            continue;
        }
        let left = left_by(around.budget, &held_beside(project, id, None)?);
        for measure in Measure::ALL {
            let (Some(left), Some(need)) = (left.bound(measure), share.bound(measure)) else {
                continue;
            };
            if need > left + NOTHING {
                let whole = around.budget.bound(measure).unwrap_or_default();
                let [whole, left, need] = [whole, left, need].map(|amount| measure.show(amount));
                return Ok(Some(format!(
                    "the budget of {whole} of `{}` has {left} left, and a child run may spend {need}",
                    around.started.key
                )));
            }
        }
    }
    Ok(None)
}

/// The right to begin something that draws on the budgets of a run and those around it: of two that look
/// at them at once, the second sees what the first one takes. `None` where nothing bounds them together.
pub fn alone(project: &Project, run: &Run) -> Result<Option<Lock>, Error> {
    let around = runs_around(project, run)?;
    let bounds = std::iter::once(run).chain(&around).any(|run| !run.budget.is_open());
    let Some(top) = around.last().filter(|_| bounds) else { return Ok(None) };
    let place = project.store.ledger_lock(&top.started.run_id);
    let taken = Lock::take(&place, "", LOOKED_WITHIN);
    match taken.map_err(|source| Error::disk(&place, source))? {
        Ok(lock) => Ok(Some(lock)),
        Err(held) => {
            let what = format!("the ledger of {}", top.started.run_id);
            Err(Error::Held { what, run: None, held })
        }
    }
}

/// How long others may look at the budgets that they draw on together.
const LOOKED_WITHIN: Duration = Duration::from_mins(1);

/// The runs that a run is a part of, the nearest first.
fn runs_around(project: &Project, run: &Run) -> Result<Vec<Run>, Error> {
    let mut seen = BTreeSet::from([run.started.run_id.clone()]);
    let mut around = Vec::new();
    let mut next = run.started.parent.clone();
    while let Some(id) = next {
        seen.insert(id.clone());
        let run = project.store.glance(&id)?.run;
        next = run.started.parent.clone().filter(|parent| !seen.contains(parent));
        around.push(run);
    }
    Ok(around)
}

/// The run around this one whose budget leaves it less than its own does, and the key of that run.
pub fn binding(project: &Project, run: &Run) -> Result<Option<(RunId, String)>, Error> {
    let own = &run.started.run_id;
    let Some(parent) = &run.started.parent else { return Ok(None) };
    // All that it has spent itself: what it is a part of is no part of it.
    let spent = held_beside(project, own, Some(parent))?;
    let mut least = left_by(run.budget, &spent);
    let mut binding = None;
    for around in runs_around(project, run)? {
        let id = around.started.run_id;
        let beside = left_by(around.budget, &held_beside(project, &id, Some(own))?);
        let left = left_by(beside, &spent);
        let narrowed = least.narrowed(left);
        if narrowed != least {
            binding = Some((id, around.started.key));
            least = narrowed;
        }
    }
    Ok(binding)
}

/// What the parts of a run have spent.
pub fn spent_by_parts(project: &Project, run: &Run) -> Result<Amounts, Error> {
    let id = &run.started.run_id;
    let mut spent = Amounts::default();
    for Part { id: part, .. } in parts_of(project, id)?.iter().filter(|part| part.id != *id) {
        spent.add(&own(project, part).unwrap_or_default().spent);
    }
    Ok(spent)
}

fn left_by(budget: Budget, spent: &Amounts) -> Budget {
    Measure::ALL.into_iter().fold(Budget::default(), |left, measure| match budget.bound(measure) {
        Some(bound) => left.with(measure, (bound - spent.get(measure)).max(0.0)),
        None => left,
    })
}

/// What a run itself has spent, whether it is over, and the shares of its child runs that are not.
#[derive(Default)]
struct Own {
    spent: Amounts,
    is_over: bool,
    shares: BTreeMap<RunId, Budget>,
}

/// One that cannot be read tells nothing; whoever asks for it is told why.
fn own(project: &Project, id: &RunId) -> Option<Own> {
    let reading = project.store.read(id).ok()?;
    let history = reading.history();
    let attempts = reading.run.gates.values().flat_map(|state| &state.attempts);
    let open = attempts.filter(|it| it.child_end.is_none() && it.finished_at.is_none());
    let orders = open.filter_map(|attempt| attempt.child.as_deref());
    let shares = orders.filter(|order| !order.budget.is_open());
    Some(Own {
        spent: Amounts::of_events(history.iter().map(|(_, event)| event)),
        is_over: reading.run.status.is_end(),
        shares: shares.map(|order| (order.run.clone(), order.budget)).collect(),
    })
}

/// What a run and all its parts have spent, one of them left out. A part that is not over and has a
/// share of its own holds all of it.
fn held_beside(
    project: &Project,
    whole: &RunId,
    left_out: Option<&RunId>,
) -> Result<Amounts, Error> {
    let parts = parts_of(project, whole)?;
    let known: Vec<Own> =
        parts.iter().map(|part| own(project, &part.id).unwrap_or_default()).collect();
    let shares: BTreeMap<&RunId, &Budget> = known.iter().flat_map(|own| &own.shares).collect();
    let mut sums = vec![Amounts::default(); parts.len()];
    // What is left out is a part of those above it: their shares are its own.
    let mut is_around = vec![false; parts.len()];
    for index in (0..parts.len()).rev() {
        let part = &parts[index];
        let is_out = left_out == Some(&part.id);
        if !is_out {
            sums[index].add(&known[index].spent);
        }
        is_around[index] |= is_out;
        let share = shares.get(&part.id).filter(|_| !known[index].is_over && !is_around[index]);
        if let Some(share) = share {
            sums[index] = sums[index].at_least(share);
        }
        let (sum, is_within) = (sums[index], is_around[index]);
        if let Some(parent) = part.parent {
            sums[parent].add(&sum);
            is_around[parent] |= is_within;
        }
    }
    let mut held = sums[0];
    let begun: BTreeSet<&RunId> = parts.iter().map(|part| &part.id).collect();
    for (_, share) in shares.iter().filter(|(id, _)| !begun.contains(**id)) {
        held.add(&Amounts::default().at_least(share));
    }
    Ok(held)
}

/// A run, or a part of it.
struct Part {
    id: RunId,
    /// Which of the parts it is a part of.
    parent: Option<usize>,
}

/// A run, and what was begun as a part of it or of its parts, each after the one that it is a part of;
/// all of that came later.
fn parts_of(project: &Project, whole: &RunId) -> Result<Vec<Part>, Error> {
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
    let mut found = vec![Part { id: whole.clone(), parent: None }];
    let mut looked = 0;
    while let Some(part) = found.get(looked) {
        let more = parts.remove(&part.id).unwrap_or_default();
        found.extend(more.into_iter().map(|id| Part { id, parent: Some(looked) }));
        looked += 1;
    }
    Ok(found)
}
