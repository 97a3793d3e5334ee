//! `orch workflow check`: read whole workflows and report everything that is wrong.

use super::Project;
use super::route_slips;
use crate::advance;
use crate::files::Globs;
use crate::source::Unsound;
use crate::template::Template;
use crate::workflow;
use crate::workflow::Error;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What was found in one workflow.
#[derive(Debug)]
#[non_exhaustive]
pub struct Checked {
    /// The workflow's name.
    pub name: String,
    /// What is wrong with it; none where it is sound.
    pub errors: Vec<Error>,
    /// What is unlikely to be meant in a sound one, and what would stop a run of it with the agents of
    /// `orch.toml`.
    pub warnings: Vec<String>,
    /// What is unlikely to be meant at a place of its texts.
    pub doubts: Vec<Box<Unsound>>,
}

/// The workflows to check.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Workflow names; defaults to all workflows.
    #[serde(default)]
    pub names: Vec<String>,
}

/// Checks the named workflows, or all there are; runs nothing.
pub fn workflow_check(project: &Project, request: &Request) -> Vec<Checked> {
    let names = &request.names;
    let all = || project.shelf.names("workflows", ".toml").into_iter().collect();
    let names: Vec<String> = if names.is_empty() { all() } else { names.clone() };
    let checked = names.into_iter().map(|name| {
        let errors = workflow::check(&name, &project.shelf);
        let loaded =
            if errors.is_empty() { Workflow::load(&name, &project.shelf).ok() } else { None };
        let warnings = loaded.as_ref().map(|(workflow, _)| warnings(project, workflow));
        let doubts = loaded.map(|(workflow, definition)| workflow.single_braces(&definition));
        let (warnings, doubts) = (warnings.unwrap_or_default(), doubts.unwrap_or_default());
        Checked { name, errors, warnings, doubts }
    });
    checked.collect()
}

/// What is wrong with `orch.toml` itself is told where it is read.
fn warnings(project: &Project, workflow: &Workflow) -> Vec<String> {
    let mut told = advance::own_audits_by(&project.config, workflow).unwrap_or_default();
    told.extend(workflow.warnings());
    let slips = route_slips::route_slips(project).into_iter();
    told.extend(slips.filter(|slip| slip.concerns(&workflow.name)).map(|slip| slip.words));
    told.extend(workflow.gates.iter().flat_map(|gate| unmatched(project, workflow, gate)));
    told
}

/// The `reads` of a gate that match nothing: neither files of the project nor what an earlier gate
/// leaves behind. What values they hold is known in a run alone.
fn unmatched(project: &Project, workflow: &Workflow, gate: &Gate) -> Vec<String> {
    let literal = gate.reads.iter().filter(|glob| glob.is_literal());
    let is_there = |glob: &&Template| {
        let globs = Globs::new(&[glob.text().to_owned()], &project.folder);
        let files = globs.ok().and_then(|globs| globs.files(&project.folder).ok());
        files.is_none_or(|files| !files.is_empty())
    };
    let unmatched = literal.filter(|glob| !is_there(glob) && !workflow.is_made_before(gate, glob));
    let told = unmatched
        .map(|glob| format!("`{}` in `reads` of gate {} matches no files", glob.text(), gate.id));
    told.collect()
}
