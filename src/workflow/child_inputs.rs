//! Whether the workflow of a child run is there, and takes what its gate gives it: told where the gate
//! names it, or, where inputs choose it, when the run begins.

use super::ChildWork;
use super::Error;
use super::file::GateFile;
use super::file::WorkflowFile;
use super::find;
use super::reading;
use crate::definition::Shelf;
use crate::document::Placed;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest;
use crate::suggestion::Advice;
use crate::template::Template;
use std::ops::Range;

/// A workflow whose key is not the value of one of its inputs.
#[derive(Debug, thiserror::Error)]
#[error("the `key` of workflow `{0}` is not made of one input, so keys do not tell its runs apart")]
pub struct NoKeyInput(pub(super) String);

impl NoKeyInput {
    /// What to write.
    pub const HELP: &str = "write key = \"{{ INPUT }}\" in the workflow";
}

/// What a gate gives its child run.
struct Given<'g> {
    workflow: &'g str,
    inputs: Vec<&'g str>,
    has_key: bool,
}

/// Why a workflow does not take it.
struct Misfit<'g> {
    /// The input that is wrong, where one is.
    input: Option<&'g str>,
    message: String,
    help: Advice,
}

/// The input that alone makes up a key.
pub(super) fn sole<'n>(key: &Template, inputs: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut of_key = inputs.filter(|name| key.names().iter().any(|named| named == name));
    of_key.next().filter(|_| of_key.next().is_none())
}

/// Refuses a workflow that a gate names and that is not there, or does not take what it gives.
pub(super) fn check(shelf: &Shelf, source: &Source, gate: &GateFile) -> Result<(), Box<Unsound>> {
    let Some(name) = &gate.workflow else { return Ok(()) };
    let template = Template::try_from(name.get_ref().clone());
    if !template.is_ok_and(|template| template.is_literal()) {
        return Ok(());
    }
    let child = read(name.get_ref(), shelf, (source, name.span()))?;
    let inputs = gate.with.keys().map(String::as_str).collect();
    let given = Given { workflow: name.get_ref(), inputs, has_key: gate.key.is_some() };
    let Some(misfit) = misfit(&child, &given) else { return Ok(()) };
    let place = misfit.input.and_then(|input| gate.with.get(input));
    let span = place.map_or_else(|| name.span(), Placed::span);
    Err(source.unsound(span, misfit.message).advise(misfit.help))
}

/// The same of a workflow that the inputs of a run choose.
pub(super) fn refuse_chosen(
    shelf: &Shelf,
    (source, span): (&Source, Range<usize>),
    (work, name): (&ChildWork, &str),
) -> Result<(), Box<Unsound>> {
    let child = read(name, shelf, (source, span.clone()))?;
    let inputs = work.with.iter().map(|(name, _)| name.as_str()).collect();
    let given = Given { workflow: name, inputs, has_key: work.key.is_some() };
    match misfit(&child, &given) {
        None => Ok(()),
        Some(misfit) => Err(source.unsound(span, misfit.message).advise(misfit.help)),
    }
}

fn read(
    name: &str,
    shelf: &Shelf,
    (source, span): (&Source, Range<usize>),
) -> Result<WorkflowFile, Box<Unsound>> {
    let text = find(name, shelf).map_err(|error| match error {
        Error::Unsound(unsound) => unsound,
        Error::Unreadable(message) => source.unsound(span, message),
        Error::Unknown { name: unknown, help } | Error::NoName { name: unknown, help } => {
            source.unsound(span, format!("workflow `{unknown}` not found")).advise(help)
        }
    })?;
    reading::read_whole(&text.source, name)
}

fn misfit<'g>(child: &WorkflowFile, given: &Given<'g>) -> Option<Misfit<'g>> {
    let Given { workflow, inputs, has_key } = given;
    let names = || child.inputs.keys().map(String::as_str);
    if let Some(unknown) = inputs.iter().find(|name| !child.inputs.contains_key(**name)) {
        let message = format!("workflow `{workflow}` has no input `{unknown}`");
        return Some(Misfit {
            input: Some(unknown),
            message,
            help: suggest(unknown, names()).into(),
        });
    }
    let template =
        child.key.as_ref().and_then(|key| Template::try_from(key.get_ref().clone()).ok());
    let key = template.and_then(|key| sole(&key, names())).filter(|_| *has_key);
    if *has_key && key.is_none() {
        let message = NoKeyInput((*workflow).to_owned()).to_string();
        return Some(Misfit { input: None, message, help: NoKeyInput::HELP.into() });
    }
    if let Some(twice) = inputs.iter().find(|name| key == Some(**name)) {
        let message = format!("`key` and `with` both give input `{twice}`");
        let help = format!("remove `{twice}` from `with`").into();
        return Some(Misfit { input: Some(twice), message, help });
    }
    let (missing, _) = child.inputs.iter().find(|(name, input)| {
        let is_needed = input.default.is_none() && !input.optional;
        let has_condition = input.required_if.is_some() || input.required_unless.is_some();
        let is_given = inputs.contains(&name.as_str()) || key == Some(name.as_str());
        is_needed && !has_condition && !is_given
    })?;
    let message = format!("workflow `{workflow}`: input `{missing}` is required");
    let help = format!("write with = {{ {missing} = \"…\" }}").into();
    Some(Misfit { input: None, message, help })
}
