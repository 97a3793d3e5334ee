//! A gate's pass holds while its artifacts are what they were. They are looked at
//! before a gate that needs them starts, and all of them at the end.

use super::judging;
use super::members;
use super::rewriting;
use super::settle;
use crate::event::Artifact;
use crate::event::Event;
use crate::event::Judged;
use crate::event::PauseCause;
use crate::id::GateId;
use crate::next;
use crate::project::Driver;
use crate::project::Error;
use crate::project::fallen;
use crate::project::proof::FallenApproval;
use crate::project::versions;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use crate::workflow::Approval;
use crate::workflow::Gate;
use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

/// How long a look at all that a gate stands on serves the gates that start after it.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(200);

/// Changes of one gate's outputs in one sitting, after which something is wrong: a program that
/// still writes to them, or two gates that undo each other's work for ever.
const CHANGES_MAX: u32 = 5;

fn is_approved(gate: &Gate) -> bool {
    gate.approval != Approval::None
}

/// What a look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked {
    /// All is as it was.
    Same,
    /// Something was not, and events say so.
    Wrote,
    /// Something is not, and a gate that is at work may have done it: its end tells.
    Unclear,
}

/// Looks at the artifacts of all gates that one stands on, and at the signed approvals among these; says
/// whether anything was written.
pub fn look_at_needs(driver: &mut Driver<'_>, id: &GateId) -> Result<bool, Error> {
    Ok(look_at_all_needs(driver, id)? == Looked::Wrote)
}

/// The same. What lies further back is not looked at for each of many quick gates again, unless somebody
/// approved it.
fn look_at_all_needs(driver: &mut Driver<'_>, id: &GateId) -> Result<Looked, Error> {
    let fallen = fallen::fallen(driver, id)?;
    if reopen_unproved(driver, fallen)? {
        return Ok(Looked::Wrote);
    }
    let Some(gate) = driver.workflow.gate(id) else { return Ok(Looked::Same) };
    let mut needs: BTreeSet<GateId> = gate.needs.iter().chain(&gate.audits).cloned().collect();
    let is_due = driver.seen.looked_at.is_none_or(|at| at.elapsed() >= LOOK_AGAIN_AFTER);
    if is_due {
        needs = driver.workflow.stands_on(id);
        driver.seen.looked_at = Some(Instant::now());
    } else if driver.workflow.gates.iter().any(is_approved) {
        // What a person saw must be what is used, however many gates lie between.
        let others = driver.workflow.stands_on(id).into_iter();
        needs.extend(others.filter(|id| driver.workflow.gate(id).is_some_and(is_approved)));
    }
    let mut gates = Vec::new();
    for need in needs {
        let items = driver.run().gate(&need).and_then(|state| state.items.clone());
        gates.extend(items.into_iter().flatten().map(|item| item.gate));
        gates.push(need);
    }
    look_again(driver, &gates)
}

/// The same before a gate starts. What cleans up at the end of a run that is about to pass comes after
/// all that this end stands on.
pub fn look_before_start(driver: &mut Driver<'_>, id: &GateId) -> Result<Looked, Error> {
    let is_finally = driver.workflow.gate(id).is_some_and(Gate::is_finally);
    let is_good = driver.run().gates_in(GateStatus::Fail).next().is_none();
    if is_finally && is_good && driver.run().ending.is_none() && look_at_all(driver)? {
        return Ok(Looked::Wrote);
    }
    look_at_all_needs(driver, id)
}

/// The same for every gate that waits for somebody, before they are asked.
pub fn look_before_asking(driver: &mut Driver<'_>) -> Result<bool, Error> {
    let waiting: Vec<GateId> = driver.run().gates_in(GateStatus::Waiting).cloned().collect();
    for gate in waiting {
        if look_at_needs(driver, &gate)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Looks at the artifacts of every gate that has passed, and at all signed approvals.
pub fn look_at_all(driver: &mut Driver<'_>) -> Result<bool, Error> {
    let fallen = fallen::fallen_anywhere(driver)?;
    if reopen_unproved(driver, fallen)? {
        return Ok(true);
    }
    let gates: Vec<GateId> = driver.run().gates_in(GateStatus::Pass).cloned().collect();
    Ok(look_again(driver, &gates)? == Looked::Wrote)
}

/// Judges again what has changed: still good, it is recorded anew; not good, the gate is open again,
/// and so is everything that needs it. An approval falls with the bytes it saw.
fn look_again(driver: &mut Driver<'_>, gates: &[GateId]) -> Result<Looked, Error> {
    let mut looked = Looked::Same;
    for id in gates {
        if driver.run().status_of(id) != GateStatus::Pass {
            continue;
        }
        let Some(changed) = first_change(driver, id) else { continue };
        if driver.run().gates_in(GateStatus::Running).next().is_some() {
            looked = Looked::Unclear;
            break;
        }
        looked = Looked::Wrote;
        let count = driver.seen.changes.entry(id.clone()).or_default();
        *count += 1;
        if *count > CHANGES_MAX {
            let reason = format!("{changed} keeps changing after gate {id} passed");
            super::pause(driver, PauseCause::Changes, &reason)?;
            let resume = Suggestion::new("run resume").of(driver.id());
            return Err(Error::environment(reason)
                .advise(Advice::from("find what writes to it, then: ").then(resume)));
        }
        if let Some(gate) = rewriting::trespasser(driver, id, &changed) {
            let reason = format!("gate {gate} changed {changed} without listing it in `edits`");
            reopen(driver, id, reason)?;
            continue;
        }
        let id = &answerable(driver, id, &changed);
        let is_approved = driver.workflow.gate(id).is_some_and(is_approved);
        match judged_again(driver, id)? {
            // What nobody saw yet is shown to those who approve; the work is not done again over it.
            Some(_) if is_approved => {
                let gates = next::followed_by(&driver.workflow, driver.run(), id);
                let reason = has_changed(&changed, id);
                let kept = Some(id.clone());
                driver.append(&[Event::GatesReopened { gates, reason, kept }])?;
            }
            Some((attempt, judged)) => {
                versions::keep_all(driver, &judged.artifacts);
                driver.append(&[Event::GateRerecorded { gate: id.clone(), attempt, judged }])?;
                reopen_audits(driver, id, &changed)?;
            }
            None => reopen(driver, id, has_changed(&changed, id))?,
        }
    }
    Ok(looked)
}

/// The first artifact of a gate whose bytes are not the recorded ones.
fn first_change(driver: &Driver<'_>, id: &GateId) -> Option<String> {
    let artifacts = driver.run().gate(id)?.artifacts();
    let changed = artifacts.iter().find(|artifact| {
        !is_unchanged(driver, artifact) && !rewriting::is_superseded(driver, id, &artifact.path)
    });
    let changed = changed.map(|artifact| artifact.path.clone());
    let gate = driver.workflow.gate(id)?;
    // What joins its outputs was judged by nobody.
    changed.or_else(|| members::joined(driver, (driver.run(), gate), id, artifacts))
}

/// Whether a file is what was recorded of it.
pub fn is_unchanged(driver: &Driver<'_>, artifact: &Artifact) -> bool {
    let folder = &driver.project.folder;
    let Ok(path) = folder.recorded_path(&artifact.path) else { return false };
    let Some(digest) = artifact.sha256 else { return !folder.exists(&path) };
    let found = driver.seen.prints.borrow_mut().digest(folder, &path);
    found.is_ok_and(|found| found == digest)
}

/// The gate whose version of a file is looked at again when its last one is not as it was left: the last
/// one up to there that somebody approved or audited. What later gates made of it would be made again of
/// bytes that nobody has seen.
fn answerable(driver: &Driver<'_>, id: &GateId, path: &str) -> GateId {
    let run = driver.run();
    let made = run.gate(id).map_or(0, |state| state.made);
    let before = driver.workflow.stands_on(id);
    let is_before = |gate: &Gate| gate.id.as_str() == id.base() || before.contains(&gate.id);
    let is_looked_at = |gate: &Gate| {
        is_approved(gate)
            || driver.workflow.gates.iter().any(|audit| audit.audits.as_ref() == Some(&gate.id))
    };
    let makers = run.gates.iter().filter(|(_, state)| {
        state.status == GateStatus::Pass
            && state.made <= made
            && state.artifacts().iter().any(|artifact| artifact.path == path)
    });
    let seen = makers.filter(|(maker, _)| {
        driver.workflow.gate(maker).is_some_and(|gate| is_before(gate) && is_looked_at(gate))
    });
    let last = seen.max_by_key(|(_, state)| state.made);
    last.map_or_else(|| id.clone(), |(maker, _)| maker.clone())
}

/// What the gate's contract says to the bytes that are there now; `None` where they are not good.
fn judged_again(driver: &Driver<'_>, id: &GateId) -> Result<Option<(u32, Judged)>, Error> {
    let contract = driver.workflow.gate(id).and_then(|gate| gate.contract.as_ref());
    let state = driver.run().gate(id).filter(|state| state.reused.is_none());
    let (Some(contract), Some(attempt)) = (contract, state.and_then(GateState::attempt)) else {
        return Ok(None);
    };
    let contract = contract.without(|kind| (kind.looks_at_attempt)());
    let mut judged =
        judging::judge_now(driver.project, &driver.workflow, driver.run(), id, Some(&contract))?;
    // What was found of the attempt is not undone by what its outputs are now.
    judged.findings.extend(settle::told_only(attempt));
    Ok(judged.passes().then_some((attempt.attempt, judged)))
}

/// An audit judged bytes that are no longer there: it falls, and what follows from it.
fn reopen_audits(driver: &mut Driver<'_>, id: &GateId, changed: &str) -> Result<(), Error> {
    let audits = driver.workflow.gates.iter().filter(|gate| {
        gate.audits.as_ref().is_some_and(|audited| audited.as_str() == id.base())
            && matches!(driver.run().status_of(&gate.id), GateStatus::Pass | GateStatus::Waiting)
    });
    let audits: Vec<GateId> = audits.map(|gate| gate.id.clone()).collect();
    for audit in audits {
        reopen(driver, &audit, has_changed(changed, &audit))?;
    }
    Ok(())
}

/// Opens gates whose signed approvals do not hold; says whether there are any.
fn reopen_unproved(driver: &mut Driver<'_>, fallen: Vec<FallenApproval>) -> Result<bool, Error> {
    let has_any = !fallen.is_empty();
    for FallenApproval { gate, problem } in fallen {
        reopen(driver, &gate, format!("its approval is no longer valid: {problem}"))?;
    }
    Ok(has_any)
}

fn has_changed(path: &str, id: &GateId) -> String {
    format!("{path} has changed since {id} passed")
}

/// Opens a gate and all that follows from it.
pub fn reopen(driver: &mut Driver<'_>, id: &GateId, reason: String) -> Result<(), Error> {
    let gates = next::followed_by(&driver.workflow, driver.run(), id);
    driver.append(&[Event::GatesReopened { gates, reason, kept: None }])
}
