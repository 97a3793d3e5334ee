//! What several checks would say of one file is told once.

use super::is_error;
use crate::check::Document;
use crate::contract::Rule;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::finding::Validation;
use std::collections::BTreeSet;

/// What the checks said. A file that is missing or empty is told once, by the check that says so: all
/// others of it would only say that again.
pub(super) fn of_those_there(
    pairs: &[(Rule, &Document<'_>)],
    judged: Vec<Option<Validation>>,
    project: &ProjectFolder,
) -> Vec<Validation> {
    let states_existence = |rule: &Rule| (rule.kind.states_existence)();
    let told = pairs.iter().zip(&judged).filter(|((rule, document), judged)| {
        states_existence(rule)
            && judged.as_ref().is_some_and(is_error)
            && (!project.exists(&document.path) || document.text().is_ok_and(str::is_empty))
    });
    let missing: Vec<ProjectPath> = told.map(|((_, document), _)| document.path.clone()).collect();
    let of_one_there = pairs
        .iter()
        .map(|(rule, document)| states_existence(rule) || !missing.contains(&document.path));
    let kept = of_one_there.zip(judged).filter_map(|(is_kept, judged)| judged.filter(|_| is_kept));
    kept.collect()
}

/// Leaves out checks that have nothing to say but what another one said: each of them tells of a file
/// that none can read.
pub(super) fn each(mut validations: Vec<Validation>) -> Vec<Validation> {
    let mut told: Vec<Finding> = Vec::new();
    validations.retain(|validation| {
        let said = validation.findings.iter();
        let said = said.map(|finding| Finding { check: String::new(), ..finding.clone() });
        let new: Vec<Finding> = said.filter(|finding| !told.contains(finding)).collect();
        let is_kept = validation.pass || !new.is_empty();
        told.extend(new);
        is_kept
    });
    validations
}

/// Keeps of all checks that fail on a missing file the first.
pub(super) fn of_missing(validations: &mut Vec<Validation>, project: &ProjectFolder) {
    let mut told = BTreeSet::new();
    let is_missing = |path: &String| project.path(path).is_ok_and(|path| !project.exists(&path));
    validations.retain(|validation| match validation.path.as_ref() {
        Some(path) if is_error(validation) && is_missing(path) => told.insert(path.clone()),
        Some(_) | None => true,
    });
}
