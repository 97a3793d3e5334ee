//! What a run's inputs make of its contracts and child runs: a path or a name that no contract takes as it stands
//! is refused when a template renders it, before any gate starts.

use super::Gate;
use super::Work;
use super::Workflow;
use super::child_inputs;
use super::input;
use super::input::Values;
use super::since;
use crate::check::Since;
use crate::contract::Output;
use crate::contract::OutputFiles;
use crate::contract::Rule;
use crate::definition::Definition;
use crate::definition::Shelf;
use crate::definition::TextKind;
use crate::files::Globs;
use crate::files::ProjectPath;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Context;
use crate::template::Template;
use std::ops::Range;

/// Refuses what the inputs alone decide; the rest is judged when it renders.
pub fn refuse_unfit(
    workflow: &Workflow,
    definition: &Definition,
    inputs: &Values,
    shelf: &Shelf,
) -> Result<(), Box<Unsound>> {
    let given = Given { workflow, inputs, shelf, context: input::context(inputs) };
    let own = definition.source(&TextKind::Workflow.path(&workflow.name));
    for (at, gate) in workflow.gates.iter().enumerate() {
        if gate.when.as_ref().is_some_and(|when| given.is_false(when)) {
            continue;
        }
        if let Some(own) = own {
            given.refuse_unfit_child(gate, own)?;
        }
        let path = gate.contract_path.as_deref().unwrap_or_default();
        let Some(source) = definition.source(path) else { continue };
        given.refuse_unfit_gate(at, gate, source)?;
    }
    Ok(())
}

struct Given<'g> {
    workflow: &'g Workflow,
    inputs: &'g Values,
    shelf: &'g Shelf,
    context: Context,
}

impl Given<'_> {
    fn refuse_unfit_child(&self, gate: &Gate, source: &Source) -> Result<(), Box<Unsound>> {
        let Work::Workflow(work) = &gate.work else { return Ok(()) };
        if work.workflow.is_literal() || !self.decides(work.workflow.names()) {
            return Ok(());
        }
        let Ok(name) = work.workflow.render(&self.context) else { return Ok(()) };
        let span = place(source, "workflow", work.workflow.text());
        child_inputs::refuse_chosen(self.shelf, (source, span), (work, &name))
    }

    fn refuse_unfit_gate(
        &self,
        at: usize,
        gate: &Gate,
        source: &Source,
    ) -> Result<(), Box<Unsound>> {
        let Some(contract) = &gate.contract else { return Ok(()) };
        for output in &contract.outputs {
            self.refuse_unfit_output(output, source)?;
        }
        for rule in contract.rules() {
            if rule.when.as_ref().is_some_and(|when| self.is_false(when)) {
                continue;
            }
            if let Some(path) = &rule.path {
                self.refuse_unfit_path("path", path, source)?;
            }
            self.refuse_unfit_parameters(at, rule, source)?;
        }
        Ok(())
    }

    fn refuse_unfit_output(&self, output: &Output, source: &Source) -> Result<(), Box<Unsound>> {
        match &output.target {
            OutputFiles::Path(path) => self.refuse_unfit_path("path", path, source),
            OutputFiles::AnyOf(paths) => self.refuse_unfit_paths("any_of", paths, source),
            OutputFiles::FirstOf(paths) => self.refuse_unfit_paths("first_of", paths, source),
            OutputFiles::Glob(glob) if !self.decides(glob.names()) || glob.is_literal() => Ok(()),
            OutputFiles::Glob(glob) => {
                let Ok(rendered) = glob.render_glob(&self.context) else { return Ok(()) };
                let flaw = ProjectPath::folder_flaw(&rendered)
                    .map(|flaw| flaw.to_string())
                    .or_else(|| Globs::flaw(&rendered));
                refuse(source, "glob", (glob.text(), &rendered), flaw)
            }
        }
    }

    fn refuse_unfit_paths(
        &self,
        key: &str,
        paths: &[Template],
        source: &Source,
    ) -> Result<(), Box<Unsound>> {
        paths.iter().try_for_each(|path| self.refuse_unfit_path(key, path, source))
    }

    fn refuse_unfit_path(
        &self,
        key: &str,
        path: &Template,
        source: &Source,
    ) -> Result<(), Box<Unsound>> {
        if path.is_literal() || !self.decides(path.names()) {
            return Ok(());
        }
        let Ok(rendered) = path.render(&self.context) else { return Ok(()) };
        let outside = || ProjectPath::parse(&rendered).err().map(|error| error.to_string());
        let flaw =
            ProjectPath::folder_flaw(&rendered).map(|flaw| flaw.to_string()).or_else(outside);
        refuse(source, key, (path.text(), &rendered), flaw)
    }

    fn refuse_unfit_parameters(
        &self,
        at: usize,
        rule: &Rule,
        source: &Source,
    ) -> Result<(), Box<Unsound>> {
        let mut templates: Vec<Template> = Vec::new();
        rule.each_parameter(&mut |text| templates.extend(Template::try_from(text.to_owned())));
        templates.retain(|template| !template.is_literal());
        let Some(first) = templates.first() else { return Ok(()) };
        if !templates.iter().all(|template| self.decides(template.names())) {
            return Ok(());
        }
        let renders = |template: &Template| template.render(&self.context).is_ok();
        if !templates.iter().all(renders) {
            return Ok(());
        }
        let check = match rule.build(&self.context) {
            Ok(check) => check,
            Err(flaw) => {
                let message = format!("with these inputs: {flaw}");
                return Err(unsound(source, ("", first.text()), &message));
            }
        };
        let Some(Since::Gate(name)) = check.baseline().map(|request| request.since) else {
            return Ok(());
        };
        let Some((flaw, help)) = since::flaw(self.workflow, at, &name) else { return Ok(()) };
        let is_since = |template: &&Template| {
            template.render(&self.context).is_ok_and(|rendered| rendered == name)
        };
        let written = templates.iter().find(is_since).unwrap_or(first);
        let message = format!("with these inputs: invalid `since`: {flaw}");
        Err(unsound(source, ("", written.text()), &message).advise(help))
    }

    /// Whether a template sees nothing but inputs.
    fn decides(&self, names: &[String]) -> bool {
        names.iter().all(|name| self.inputs.contains_key(name))
    }

    /// Whether the inputs say that this is left out.
    fn is_false(&self, when: &Template) -> bool {
        self.decides(when.names()) && when.holds(&self.context) == Ok(false)
    }
}

fn refuse(
    source: &Source,
    key: &str,
    (written, rendered): (&str, &str),
    flaw: Option<String>,
) -> Result<(), Box<Unsound>> {
    match flaw {
        None => Ok(()),
        Some(flaw) => {
            let message = format!("`{key}` renders \"{rendered}\" with these inputs: {flaw}");
            Err(unsound(source, (key, written), &message))
        }
    }
}

/// An error where the template is written; one with escapes is not found, and told by its file alone.
fn unsound(source: &Source, (key, written): (&str, &str), message: &str) -> Box<Unsound> {
    source.unsound(place(source, key, written), message)
}

/// The same may be written for other keys too.
fn place(source: &Source, key: &str, written: &str) -> Range<usize> {
    let is_of_key = |at: &usize| {
        let before = source.text[..*at].trim_end_matches(['"', '\'']).trim_end();
        before.strip_suffix('=').is_some_and(|before| before.trim_end().ends_with(key))
    };
    let mut places = source.text.match_indices(written).map(|(at, _)| at);
    let at = places.clone().find(is_of_key).or_else(|| places.next());
    at.map_or(0..0, |at| at..at + written.len())
}
