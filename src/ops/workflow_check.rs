//! Read whole workflows and report everything that is wrong.

use super::Project;
use super::route_slips;
use crate::advance;
use crate::audit;
use crate::audit::AuditLevel;
use crate::audit::AuditSubject;
use crate::definition::Definition;
use crate::files::Globs;
use crate::source::Unsound;
use crate::template::Template;
use crate::workflow;
use crate::workflow::Error;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
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
        let doubts = loaded.map(|(workflow, definition)| {
            let mut doubts = workflow.single_braces(&definition);
            doubts.extend(audited(project, &workflow, &definition));
            doubts
        });
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

/// The errors of its audit, where they stand.
fn audited(project: &Project, workflow: &Workflow, definition: &Definition) -> Vec<Box<Unsound>> {
    let subject =
        AuditSubject::new((workflow, definition), (&project.config, None), &Values::new());
    let audit = audit::audit(&subject);
    let errors = audit.findings().into_iter().filter(|it| it.level == AuditLevel::Error);
    let told = errors.filter_map(|finding| {
        let source = definition.source(&finding.file)?;
        let line = source.text.split_inclusive('\n').nth(finding.line.checked_sub(1)?)?;
        let before: usize =
            source.text.split_inclusive('\n').take(finding.line - 1).map(str::len).sum();
        let column = finding.column.checked_sub(1)?;
        let start = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let span = before + start..before + line.trim_end().len();
        let message = format!("{} [{}]", finding.message, finding.rule);
        Some(source.unsound(span, message).advise(finding.help.clone()))
    });
    told.collect()
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
