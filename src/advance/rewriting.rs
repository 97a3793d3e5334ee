//! Rewriting: a gate that says so makes new versions of files that earlier gates passed with. One that
//! does not say so fails, before anything is done again for what it changed.

use super::artifacts::is_unchanged;
use super::members;
use crate::event::Artifact;
use crate::event::Judged;
use crate::files::Globs;
use crate::files::ProjectFolder;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::project::Driver;
use crate::run::Attempt;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Gate;
use std::collections::BTreeSet;

/// Takes the files into what an attempt left behind that it edited and that belonged to an earlier
/// gate; `acted` says whether its executor was at work here. Then what it changed without saying so
/// is found.
pub fn note(driver: &Driver<'_>, attempt: &AttemptId, acted: bool, judged: &mut Judged) {
    let Some(state) = driver.run().gate(&attempt.gate) else { return };
    let Some(own) = state.attempt().filter(|own| own.attempt == attempt.number) else { return };
    let edits = globs(driver, &own.edits);
    for (owner, path) in changed_before(driver, &attempt.gate) {
        if judged.artifacts.iter().any(|artifact| artifact.path == path) {
            continue;
        }
        let may_edit = edits.as_ref().is_some_and(|globs| globs.matches_name(&path));
        if may_edit {
            judged.artifacts.push(artifact(&driver.project.folder, &path));
        } else if acted {
            let others = beside(driver.run(), &attempt.gate);
            if others.iter().any(|other| is_making(driver, other, (&owner, &path))) {
                continue;
            }
            judged.findings.push(trespass((&attempt.gate, &others), &owner, &path));
            judged.trespassed.push(artifact(&driver.project.folder, &path));
        }
    }
}

/// Whether a newer version of a gate's file was made by another gate, or one is making it.
pub fn is_superseded(driver: &Driver<'_>, id: &GateId, path: &str) -> bool {
    let mut others = driver.run().gates.keys().filter(|other| *other != id);
    is_newer(driver, id, path) || others.any(|other| is_making(driver, other, (id, path)))
}

/// Whether a gate that has not passed says that it makes a newer version of another one's file.
fn is_making(driver: &Driver<'_>, id: &GateId, (owner, path): (&GateId, &str)) -> bool {
    let run = driver.run();
    let made = run.gate(owner).map_or(0, |state| state.made);
    let state = run.gate(id).filter(|state| state.status != GateStatus::Pass);
    let attempt = state.filter(|state| state.begun > made).and_then(GateState::attempt);
    attempt.is_some_and(|attempt| claims(driver, attempt, path))
}

/// The gate that left a file of an earlier gate as it lies there now, without saying so.
pub fn trespasser<'d>(driver: &'d Driver<'_>, owner: &GateId, path: &str) -> Option<&'d GateId> {
    let run = driver.run();
    let made = run.gate(owner).map_or(0, |state| state.made);
    let left = |state: &GateState| {
        let attempts = state.attempts.iter().flat_map(|attempt| &attempt.trespassed);
        attempts.filter(|file| file.path == path).any(|file| is_unchanged(driver, file))
    };
    let later = run.gates.iter().filter(|(id, state)| *id != owner && state.begun > made);
    later.filter(|(_, state)| left(state)).map(|(id, _)| id).next()
}

/// Whether an attempt says that it makes a file: as its output, or as one that it edits.
fn claims(driver: &Driver<'_>, attempt: &Attempt, path: &str) -> bool {
    let outputs = attempt.required_outputs.iter();
    // What a path holds may look like a pattern.
    if outputs.clone().any(|output| output == path) {
        return true;
    }
    let all: Vec<String> = outputs.chain(&attempt.edits).cloned().collect();
    globs(driver, &all).is_some_and(|globs| globs.matches_name(path))
}

/// Patterns that were sound when the attempt began.
fn globs(driver: &Driver<'_>, patterns: &[String]) -> Option<Globs> {
    if patterns.is_empty() { None } else { Globs::new(patterns, &driver.project.folder).ok() }
}

/// The files of earlier gates which are not what those passed with, each with its owner: of gates that
/// one stands on, and of all others where nothing else happened since it began.
fn changed_before(driver: &Driver<'_>, id: &GateId) -> Vec<(GateId, String)> {
    let run = driver.run();
    let instances = |base: &GateId| {
        let items = run.gate(base).and_then(|state| state.items.as_ref()).into_iter().flatten();
        let items = items.map(|item| item.gate.clone());
        items.chain([base.clone()]).collect::<Vec<_>>()
    };
    // What cleans up comes after all gates.
    let is_finally = driver.workflow.gate(id).is_some_and(Gate::is_finally);
    let all = || driver.workflow.gates.iter().map(|gate| gate.id.clone());
    let before: BTreeSet<GateId> = if is_finally || was_alone(run, id) {
        all().filter(|other| other != id).collect()
    } else {
        driver.workflow.stands_on(id)
    };
    let before = before.iter().flat_map(instances);
    let passed: Vec<(&GateId, &GateState)> = before
        .filter_map(|owner| run.gates.get_key_value(&owner))
        .filter(|(_, state)| state.status == GateStatus::Pass)
        .collect();
    let of_owner = |(owner, state): (&GateId, &GateState)| {
        let changed = state.artifacts().iter().filter(|artifact| {
            !is_unchanged(driver, artifact) && !is_newer(driver, owner, &artifact.path)
        });
        let changed = changed.map(|artifact| artifact.path.clone());
        let plan = driver.workflow.gate(owner);
        let is_anothers = |path: &str| is_newer(driver, owner, path);
        let joined = plan.and_then(|gate| {
            members::joined_but(driver, (run, gate), owner, state.artifacts(), is_anothers)
        });
        let owned = |path| (owner.clone(), path);
        changed.chain(joined).map(owned).collect::<Vec<_>>()
    };
    passed.into_iter().flat_map(of_owner).collect()
}

/// Whether no other gate was at work or came to an end since this one began: whose change it was cannot
/// be told otherwise, where it stands on none of them.
fn was_alone(run: &Run, id: &GateId) -> bool {
    beside(run, id).is_empty()
}

/// The gates that were at work since one began.
fn beside<'r>(run: &'r Run, id: &GateId) -> Vec<&'r GateId> {
    let began = run.gate(id).map_or(0, |state| state.begun);
    let others = run.gates.iter().filter(|(other, _)| *other != id && other.as_str() != id.base());
    let others = others.filter(|(_, other)| {
        other.status == GateStatus::Running || other.begun > 0 && other.changed > began
    });
    others.map(|(other, _)| other).collect()
}

/// Whether another gate passed with a file after its owner did.
fn is_newer(driver: &Driver<'_>, owner: &GateId, path: &str) -> bool {
    let run = driver.run();
    let made = run.gate(owner).map_or(0, |state| state.made);
    run.gates.iter().any(|(other, state)| {
        other != owner
            && state.made > made
            && state.artifacts().iter().any(|artifact| artifact.path == path)
    })
}

/// The files that the last attempt of a gate edited, as they lie there now.
pub fn edited(folder: &ProjectFolder, run: &Run, id: &GateId) -> Vec<Artifact> {
    let attempt = run.gate(id).and_then(GateState::attempt);
    let attempt = attempt.filter(|attempt| !attempt.edits.is_empty());
    let Some(attempt) = attempt else { return Vec::new() };
    let Ok(edits) = Globs::new(&attempt.edits, folder) else { return Vec::new() };
    let known = attempt.artifacts.iter().filter(|known| edits.matches_name(&known.path));
    known.map(|known| artifact(folder, &known.path)).collect()
}

/// The file as it lies there now.
fn artifact(folder: &ProjectFolder, path: &str) -> Artifact {
    let print = folder.recorded_path(path).ok().and_then(|path| folder.hash(&path).ok());
    Artifact {
        path: path.to_owned(),
        exists: print.is_some(),
        sha256: print.as_ref().map(|print| print.digest),
        bytes: print.as_ref().map(|print| print.bytes),
    }
}

fn trespass((gate, beside): (&GateId, &[&GateId]), owner: &GateId, path: &str) -> Finding {
    let mut right =
        format!("edits = [\"{path}\"] in gate {}, if that gate is meant to change it", gate.base());
    if !beside.is_empty() {
        let names: Vec<&str> = beside.iter().map(|other| other.as_str()).collect();
        let names = names.join(", ");
        right.push_str(&format!("; these gates were running too and may have done it: {names}"));
    }
    Finding::of(
        "edits",
        format!("it belongs to gate {owner} but changed while gate {gate} was running"),
    )
    .path(path)
    .expected(right)
}
