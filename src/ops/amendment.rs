//! What an amendment would be: the texts on the disk beside those that a run goes on under.

use super::Error;
use super::Project;
use super::start;
use crate::advance;
use crate::check::Since;
use crate::config::Cast;
use crate::definition;
use crate::definition::Definition;
use crate::definition::Frozen;
use crate::definition::TextKind;
use crate::event::Amended;
use crate::event::PlannedGate;
use crate::event::TextChange;
use crate::id::GateId;
use crate::project::signing;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow;
use crate::workflow::Workflow;
use crate::workflow::input;
use std::collections::BTreeSet;

/// A definition that would be taken in.
pub struct Amendment {
    pub workflow: Workflow,
    /// What the run may spend, where the workflow says otherwise than before.
    pub budget: Option<crate::budget::Budget>,
    pub amended: Amended,
}

/// What there is to take in; none where the disk says what the run goes on under.
pub fn amendment(project: &Project, run: &Run) -> Result<Option<Amendment>, Error> {
    let started = &run.started;
    let (workflow, found) = Workflow::load(&started.workflow, &project.shelf)?;
    signing::refuse_unsignable(project, &workflow)?;
    // What was not given is given by the new defaults.
    let given = started.inputs.iter().filter(|(_, value)| !value.is_null());
    let given = given.map(|(name, value)| (name.clone(), value.clone())).collect();
    let inputs = input::resolve(&workflow.inputs, &given, &project.folder)?;
    workflow::refuse_unfit(&workflow, &found, &inputs, &project.shelf)?;
    let texts = texts(project, run, &workflow, &found, &inputs)?;
    let changes = changes(&started.definition, &texts);
    if changes.is_empty() {
        return Ok(None);
    }
    let kept = Definition::thaw(&started.definition);
    let old = Workflow::parse(&started.workflow, &kept)?;
    let mut others = workflow::changed((&old, &kept), (&workflow, &found));
    others.extend(recast(run, &texts, &workflow));
    let baselines = advance::record_baselines(project, &workflow, Some(run), &inputs, &Since::Run);
    let mut baselines = baselines.map_err(Error::environment)?;
    baselines.retain(|key, _| !run.baselines.contains_key(key));
    let is_changed = |text: &&Frozen| changes.iter().any(|change| change.path == text.path);
    let amended = Amended {
        by: String::new(),
        how: String::new(),
        reason: None,
        before: definition::digest_of(&started.definition),
        after: definition::digest_of(&texts),
        texts: texts.iter().filter(is_changed).cloned().collect(),
        changes,
        version: workflow.version.clone(),
        gates: workflow.gates.iter().map(PlannedGate::of).collect(),
        inputs,
        reopened: reopened(run, (&old, &workflow), &others),
        baselines,
    };
    let budget = (workflow.budget != old.budget).then_some(workflow.budget);
    Ok(Some(Amendment { workflow, budget, amended }))
}

/// The files that say otherwise than what the run goes on under.
pub fn differs(project: &Project, run: &Run) -> Vec<String> {
    match amendment(project, run) {
        Ok(None) => Vec::new(),
        Ok(Some(amendment)) => {
            amendment.amended.changes.into_iter().map(|change| change.path).collect()
        }
        // What is unsound now was sound when the run began.
        Err(_) => vec![TextKind::Workflow.path(&run.started.workflow)],
    }
}

/// All texts that the run would go on under. Inputs and signers are those of its start.
fn texts(
    project: &Project,
    run: &Run,
    workflow: &Workflow,
    found: &Definition,
    inputs: &input::Values,
) -> Result<Vec<Frozen>, Error> {
    let started = &run.started;
    let mut texts = start::freeze(project, workflow, found, inputs)?;
    for text in &mut texts {
        let kept = started.definition.iter().find(|kept| kept.path == text.path);
        let is_input = TextKind::of(&text.path) == Some(TextKind::Input);
        let stays = is_input || text.path == signing::SIGNERS;
        if let Some(kept) = kept.filter(|_| stays) {
            text.clone_from(kept);
        }
    }
    let signers = started.definition.iter().find(|text| text.path == signing::SIGNERS);
    texts.extend(signers.filter(|kept| texts.iter().all(|text| text.path != kept.path)).cloned());
    let given = started.agent.as_deref();
    let cast = advance::player::cast(project, (workflow, inputs), given, &started.run_id)?;
    let kept = Cast::thaw(&started.definition).ok().flatten().unwrap_or_default();
    texts.extend(advance::player::recast(project, &started.run_id, cast, &kept)?.freeze());
    Ok(texts)
}

fn changes(before: &[Frozen], after: &[Frozen]) -> Vec<TextChange> {
    let digest = |texts: &[Frozen], path: &str| {
        texts.iter().find(|text| text.path == path).map(|text| text.sha256)
    };
    let paths: BTreeSet<&str> = before.iter().chain(after).map(|text| text.path.as_str()).collect();
    let change = |path: &str| {
        let (before, after) = (digest(before, path), digest(after, path));
        (before != after).then(|| TextChange { path: path.to_owned(), before, after })
    };
    paths.into_iter().filter_map(change).collect()
}

/// Gates whose role another agent plays, or the same one with other settings. Of a run that kept
/// no cast nobody knows, and its gates stay as they are.
fn recast(run: &Run, texts: &[Frozen], workflow: &Workflow) -> Vec<GateId> {
    let casts = [&run.started.definition[..], texts].map(|texts| Cast::thaw(texts).ok().flatten());
    let [Some(before), Some(after)] = casts else { return Vec::new() };
    let given = run.started.agent.as_deref();
    let player = |cast: &Cast, texts: &[Frozen], role: &str| {
        let path = cast.path(cast.player(role, given)?)?;
        texts.iter().find(|text| text.path == path).map(|text| (path, text.sha256))
    };
    let is_recast = |gate: &&workflow::Gate| {
        let differs = |role: &String| {
            player(&before, &run.started.definition, role) != player(&after, texts, role)
        };
        advance::roles_of(run, gate).iter().any(differs)
    };
    workflow.gates.iter().filter(is_recast).map(|gate| gate.id.clone()).collect()
}

/// The changed gates, what follows from them and those that are gone, as far as they have begun.
fn reopened(run: &Run, (old, new): (&Workflow, &Workflow), changed: &[GateId]) -> Vec<GateId> {
    let mut bases: BTreeSet<GateId> = changed.iter().cloned().collect();
    bases.extend(changed.iter().flat_map(|gate| new.followers(gate)));
    let gone = old.gates.iter().filter(|gate| new.gate(&gate.id).is_none());
    bases.extend(gone.map(|gate| gate.id.clone()));
    let begun = run.gates.iter().filter(|(id, state)| {
        state.status != GateStatus::NotStarted
            && bases.iter().any(|base| base.as_str() == id.base())
    });
    begun.map(|(id, _)| id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::run::testing::gate;
    use crate::run::testing::id;
    use crate::run::testing::run;
    use crate::run::testing::workflow;

    #[test]
    fn a_text_is_changed_that_says_otherwise_came_or_went() {
        let texts = |all: &[(&str, &str)]| {
            let frozen = |(path, text): &(&str, &str)| Frozen {
                path: (*path).to_owned(),
                sha256: Digest::of(text),
                text: (*text).to_owned(),
            };
            all.iter().map(frozen).collect::<Vec<_>>()
        };
        let before = texts(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let after = texts(&[("d", "1"), ("c", "2"), ("a", "1")]);
        let found = changes(&before, &after);
        let told = |change: &TextChange| {
            (change.path.clone(), change.before.is_some(), change.after.is_some())
        };
        let expected = [("b", true, false), ("c", true, true), ("d", false, true)];
        let expected = expected.map(|(path, before, after)| (path.to_owned(), before, after));
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected);
        assert_eq!(changes(&before, &before), []);
    }

    #[test]
    fn a_changed_gate_is_reopened_with_what_follows_as_far_as_it_has_begun() {
        let old = workflow(
            &(gate("a", "")
                + &gate("b", "needs = ['a']")
                + &gate("c", "needs = ['b']")
                + &gate("d", "needs = []")),
        );
        let new =
            workflow(&(gate("a", "") + &gate("b", "needs = ['a']") + &gate("c", "needs = ['b']")));
        let opened = |done: &str, new: &Workflow, changed: &[&str]| {
            let changed: Vec<GateId> = changed.iter().map(|gate| id(gate)).collect();
            let reopened = reopened(&run(&old, done), (&old, new), &changed);
            reopened.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(opened("a+ b+ c+", &old, &[]), Vec::<String>::new());
        assert_eq!(opened("a+ b+ c+ d+", &old, &["b"]), ["b", "c"]);
        assert_eq!(opened("a+ b-", &old, &["a"]), ["a", "b"]);
        assert_eq!(opened("a+", &old, &["b"]), Vec::<String>::new());
        // One that is gone had come to something; that is no longer so.
        assert_eq!(opened("a+ d+", &new, &[]), ["d"]);
    }
}
