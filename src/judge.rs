//! Judging: a contract's checks over the outputs that are there now. Files are read
//! once, checks run side by side, artifacts are hashed several at once.

pub mod fresh;
mod once;
#[cfg(test)]
mod tests;
mod words;

pub use fresh::Freshness;
pub use words::words;

use crate::check::Document;
use crate::check::Scene;
use crate::contract::Contract;
use crate::contract::Output;
use crate::contract::OutputFiles;
use crate::contract::Rule;
use crate::files::Fingerprint;
use crate::files::Globs;
use crate::files::OpenError;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::finding::Validation;
use crate::parallel;
use crate::template::Context;
use crate::template::Template;

/// What judging found: what each check said, and every output with its bytes' digest.
#[derive(Debug, Default)]
pub struct Judgement {
    pub validations: Vec<Validation>,
    pub artifacts: Vec<(ProjectPath, Option<Fingerprint>)>,
}

/// A file of an output, and whether it must be there.
struct Subject<'c> {
    output: &'c Output,
    path: ProjectPath,
}

/// Judges all outputs and checks of a contract, and, where given, whether the outputs are fresh: what
/// they are compared with, and whether outputs must be that say nothing of it. What a gate decided is
/// read last, when all else holds.
pub fn judge(
    contract: &Contract,
    freshness: Option<(&Freshness, bool)>,
    scene: &Scene<'_>,
    context: &Context,
) -> Judgement {
    let has_decisions = contract.rules().any(|rule| rule.is_decision);
    let form = if has_decisions { &contract.without_decisions() } else { contract };
    let mut whole = judge_form(form, scene, context);
    if let Some(freshness) = freshness {
        let stale = fresh::judge(contract, freshness, &whole, scene.project, context);
        whole.validations.extend(stale);
    }
    if has_decisions && !whole.validations.iter().any(is_error) {
        whole.validations.extend(judge_decisions(contract, scene, context));
    }
    whole
}

/// What the gate decided, read from the files that are there.
fn judge_decisions(contract: &Contract, scene: &Scene<'_>, context: &Context) -> Vec<Validation> {
    let mut validations = Vec::new();
    for output in &contract.outputs {
        let rules = output.checks.iter().filter(|rule| rule.is_decision);
        let subjects = subjects(output, scene.project, context).unwrap_or_default();
        let documents: Vec<Document<'_>> = there(&subjects, scene.project)
            .map(|subject| Document::new(scene.project, subject.path.clone(), scene.text_bytes_max))
            .collect();
        for rule in rules {
            let read = |document| judge_rule(rule, scene, Some(document), context);
            validations.extend(documents.iter().filter_map(read));
        }
    }
    let own = contract.checks.iter().filter(|rule| rule.is_decision);
    validations.extend(own.filter_map(|rule| judge_alone(rule, scene, context)));
    for validation in &mut validations {
        validation.is_decision = true;
    }
    validations
}

fn judge_form(contract: &Contract, scene: &Scene<'_>, context: &Context) -> Judgement {
    let parts = parallel::map(&contract.outputs, |output| judge_output(output, scene, context));
    let own = parallel::map(&contract.checks, |rule| judge_alone(rule, scene, context));
    let counted: Vec<&str> = contract
        .checks
        .iter()
        .zip(&own)
        .filter(|(_, validation)| validation.as_ref().is_some_and(is_error))
        .filter_map(|(rule, _)| rule.counted_glob())
        .collect();
    let mut whole = Judgement::default();
    for (output, part) in contract.outputs.iter().zip(parts) {
        // A check that counts the files of the glob says how many are missing.
        if !output.glob().is_some_and(|glob| counted.contains(&glob)) || !part.artifacts.is_empty()
        {
            whole.validations.extend(part.validations);
        }
        for artifact in part.artifacts {
            if !whole.artifacts.iter().any(|(path, _)| *path == artifact.0) {
                whole.artifacts.push(artifact);
            }
        }
    }
    whole.validations.extend(own.into_iter().flatten());
    once::of_missing(&mut whole.validations, scene.project);
    whole
}

/// The paths of outputs as a gate's attempt lists them, rendered.
pub fn required_outputs(contract: &Contract, context: &Context) -> Vec<String> {
    let required = contract.outputs.iter().filter(|output| !output.optional);
    required.filter_map(|output| output.show(context).ok()).collect()
}

fn judge_output(output: &Output, scene: &Scene<'_>, context: &Context) -> Judgement {
    let refused = |message: String| Judgement {
        validations: vec![failed("output", None, Finding::of("output", message))],
        artifacts: Vec::new(),
    };
    let subjects = match subjects(output, scene.project, context) {
        Ok(subjects) => subjects,
        Err(message) => return refused(message),
    };
    match &output.target {
        OutputFiles::Path(_) => judge_files(&subjects, scene, context),
        OutputFiles::Glob(glob) if subjects.is_empty() && !output.optional => {
            let glob = glob.render(context).unwrap_or_default();
            refused(format!("no file matches {glob}"))
        }
        OutputFiles::Glob(_) => judge_files(&subjects, scene, context),
        OutputFiles::AnyOf(_) | OutputFiles::FirstOf(_) => {
            judge_alternatives(output, &subjects, scene, context)
        }
    }
}

fn subjects<'c>(
    output: &'c Output,
    project: &ProjectFolder,
    context: &Context,
) -> Result<Vec<Subject<'c>>, String> {
    let path = |template: &Template| {
        let text = template.render(context).map_err(|error| error.to_string())?;
        project.path(&text).map_err(|error| error.to_string())
    };
    let subject = |path| Subject { output, path };
    match &output.target {
        OutputFiles::Path(template) => Ok(vec![subject(path(template)?)]),
        OutputFiles::AnyOf(templates) | OutputFiles::FirstOf(templates) => {
            templates.iter().map(|template| path(template).map(subject)).collect()
        }
        OutputFiles::Glob(template) => {
            let text = template.render_glob(context).map_err(|error| error.to_string())?;
            let globs = Globs::new(&[text], project)?;
            let files = globs.files(project).map_err(|error| error.to_string())?;
            Ok(files.into_iter().map(subject).collect())
        }
    }
}

/// The files that are there; where the order of alternatives decides, the first of them alone.
fn there<'s, 'c>(
    subjects: &'s [Subject<'c>],
    project: &'s ProjectFolder,
) -> impl Iterator<Item = &'s Subject<'c>> {
    let most = subjects.first().map_or(0, |subject| match subject.output.target {
        OutputFiles::FirstOf(_) => 1,
        OutputFiles::Path(_) | OutputFiles::AnyOf(_) | OutputFiles::Glob(_) => usize::MAX,
    });
    subjects.iter().filter(|subject| project.exists(&subject.path)).take(most)
}

/// Judges each file by all checks of its output; one that is optional may be missing.
fn judge_files(subjects: &[Subject<'_>], scene: &Scene<'_>, context: &Context) -> Judgement {
    let there: Vec<&Subject<'_>> = subjects
        .iter()
        .filter(|subject| !subject.output.optional || scene.project.exists(&subject.path))
        .collect();
    let documents: Vec<Document<'_>> = there
        .iter()
        .map(|subject| Document::new(scene.project, subject.path.clone(), scene.text_bytes_max))
        .collect();
    let mut pairs: Vec<(Rule, &Document<'_>)> = Vec::new();
    for (subject, document) in there.iter().zip(&documents) {
        pairs.extend(implied(subject.output).map(|rule| (rule, document)));
        pairs.extend(subject.output.checks.iter().map(|rule| (rule.clone(), document)));
    }
    let judged =
        parallel::map(&pairs, |(rule, document)| judge_rule(rule, scene, Some(document), context));
    let mut validations = once::each(once::of_those_there(&pairs, judged, scene.project));
    let paths: Vec<ProjectPath> = there.iter().map(|subject| subject.path.clone()).collect();
    let prints = scene.project.hash_all(&paths);
    for (document, print) in documents.iter().zip(&prints) {
        let path = document.path.to_string();
        let is_told =
            validations.iter().any(|other| is_error(other) && other.path.as_ref() == Some(&path));
        validations.extend(judge_print(document, print, is_told));
    }
    let prints = prints.into_iter().map(Result::ok);
    Judgement { validations, artifacts: paths.into_iter().zip(prints).collect() }
}

/// What the bytes that are recorded have to say; an error that is told already is not told again.
fn judge_print(
    document: &Document<'_>,
    print: &Result<Fingerprint, OpenError>,
    is_told: bool,
) -> Option<Validation> {
    let print_digest = print.as_ref().ok().map(|print| print.digest);
    // What is recorded must be what was judged.
    let is_another = document.digest().is_some_and(|judged| print_digest != Some(judged));
    let (severity, message) = match print {
        _ if is_another => {
            (Severity::Error, "it changed while it was being checked; check it again".to_owned())
        }
        Err(error) if !is_told => (Severity::Error, error.to_string()),
        Ok(print) if print.names > 1 => {
            let others = match print.names - 1 {
                1 => "1 more name (a hard link)".to_owned(),
                count => format!("{count} more names (hard links)"),
            };
            let message = format!("it has {others}; writing to them changes this file too");
            (Severity::Warning, message)
        }
        Ok(_) | Err(_) => return None,
    };
    let path = Some(document.path.to_string());
    let finding = Finding { severity, ..Finding::of("output", message) }.path(&document.path);
    let findings = vec![finding];
    let pass = severity != Severity::Error;
    let check = "output".to_owned();
    Some(Validation { check, path, pass, severity, is_decision: false, findings })
}

/// Of the alternatives that count, one that exists must pass; what the others failed is information.
fn judge_alternatives(
    output: &Output,
    subjects: &[Subject<'_>],
    scene: &Scene<'_>,
    context: &Context,
) -> Judgement {
    let mut judged: Vec<Judgement> = there(subjects, scene.project)
        .map(|subject| judge_files(std::slice::from_ref(subject), scene, context))
        .collect();
    if judged.is_empty() {
        if output.optional {
            return Judgement::default();
        }
        let shown = output.show(context).unwrap_or_default();
        let finding = Finding::of("file_exists", format!("none of these files exists: {shown}"));
        return Judgement {
            validations: vec![failed("file_exists", None, finding)],
            artifacts: Vec::new(),
        };
    }
    let is_good = |judgement: &Judgement| {
        judgement.validations.iter().all(|validation| !is_error(validation))
    };
    let some_good = judged.iter().any(is_good);
    let mut whole = Judgement::default();
    for mut judgement in judged.drain(..) {
        if some_good && !is_good(&judgement) {
            judgement.validations.iter_mut().for_each(inform);
        }
        whole.validations.extend(judgement.validations);
        whole.artifacts.extend(judgement.artifacts);
    }
    whole
}

fn is_error(validation: &Validation) -> bool {
    validation.findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn inform(validation: &mut Validation) {
    validation.severity = Severity::Info;
    for finding in &mut validation.findings {
        finding.severity = Severity::Info;
    }
}

/// A check that stands by itself: over its own `path`, or over no file.
fn judge_alone(rule: &Rule, scene: &Scene<'_>, context: &Context) -> Option<Validation> {
    let Some(template) = &rule.path else { return judge_rule(rule, scene, None, context) };
    let text = template.render(context).map_err(|error| error.to_string());
    let path = text.and_then(|text| scene.project.path(&text).map_err(|error| error.to_string()));
    match path {
        Ok(path) => {
            let document = Document::new(scene.project, path, scene.text_bytes_max);
            judge_rule(rule, scene, Some(&document), context)
        }
        Err(message) => Some(failed(rule.kind.name, None, Finding::of(rule.kind.name, message))),
    }
}

/// Judges one rule over one file; `None` where its `when` says no.
fn judge_rule(
    rule: &Rule,
    scene: &Scene<'_>,
    document: Option<&Document<'_>>,
    context: &Context,
) -> Option<Validation> {
    let path = document.map(|document| document.path.to_string());
    let findings = match applies(rule, context) {
        Ok(false) => return None,
        Ok(true) => match rule.build(context) {
            Ok(check) => check.judge(&Scene { document, ..scene.clone() }),
            Err(message) => vec![Finding::new(message)],
        },
        Err(message) => vec![Finding::new(message)],
    };
    // What a rule has to say presupposes a file; a missing one is told as such.
    let is_there = document.is_none_or(|document| scene.project.exists(&document.path));
    let message = rule.message.as_ref().filter(|_| is_there);
    let said = message.map(|message| in_words(message, context));
    let findings: Vec<Finding> = findings
        .into_iter()
        .map(|finding| {
            let check = rule.kind.name.to_owned();
            let path = finding.path.clone().or_else(|| path.clone());
            match finding.severity {
                // A check that was not made says so; nothing has failed.
                Severity::Info => Finding { check, path, ..finding },
                Severity::Error | Severity::Warning => Finding {
                    check,
                    path,
                    severity: rule.severity,
                    message: said.clone().unwrap_or(finding.message),
                    ..finding
                },
            }
        })
        .collect();
    let pass = findings.iter().all(|finding| finding.severity == Severity::Info);
    Some(Validation {
        check: rule.kind.name.to_owned(),
        path,
        pass,
        severity: rule.severity,
        is_decision: false,
        findings,
    })
}

/// What a rule says in place of its check; one that does not render says why.
fn in_words(message: &Template, context: &Context) -> String {
    message.render(context).unwrap_or_else(|error| format!("`message`: {error}"))
}

fn applies(rule: &Rule, context: &Context) -> Result<bool, String> {
    let Some(when) = &rule.when else { return Ok(true) };
    when.holds(context)
}

/// The `file_exists` of an output that does not state its own.
fn implied(output: &Output) -> Option<Rule> {
    let stated = output.checks.iter().any(|rule| (rule.kind.states_existence)());
    if stated { None } else { Rule::implied() }
}

fn failed(check: &str, path: Option<String>, finding: Finding) -> Validation {
    let check = check.to_owned();
    let (severity, findings) = (Severity::Error, vec![finding]);
    Validation { check, path, pass: false, severity, is_decision: false, findings }
}
