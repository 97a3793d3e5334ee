//! Building inputs from what is written of them: every one is judged, whatever is wrong with others.

use super::Called;
use super::DefaultValue;
use super::Input;
use super::required::Conditions;
use super::written;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Names;
use crate::template::Template;
use crate::workflow::file::InputFile;
use crate::workflow::file::InputType;
use indexmap::IndexMap;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

/// Builds the inputs of a table, in its order.
pub fn build(
    source: &Source,
    called: Called,
    files: IndexMap<String, InputFile>,
) -> Result<Vec<Input>, Vec<Box<Unsound>>> {
    let names: Names = files.keys().cloned().collect();
    let place =
        |(name, file): (&String, &InputFile)| Some((name.clone(), file.default.as_ref()?.span()));
    let places: BTreeMap<_, _> = files.iter().filter_map(place).collect();
    let conditions = Conditions::take(source, &files);
    let built =
        files.into_iter().map(|(name, file)| build_one(source, (called, name), file, &names));
    let (inputs, errors): (Vec<_>, Vec<_>) = built.partition(Result::is_ok);
    let mut inputs: Vec<Input> = inputs.into_iter().flatten().collect();
    let mut errors: Vec<_> = errors.into_iter().filter_map(Result::err).collect();
    match conditions {
        Ok(conditions) if errors.is_empty() => {
            let given = conditions.give(source, &mut inputs);
            let circular = given.and_then(|()| refuse_circular_defaults(source, &inputs, &places));
            circular.map(|()| inputs).map_err(|error| vec![error])
        }
        conditions => {
            errors.extend(conditions.err());
            Err(errors)
        }
    }
}

fn build_one(
    source: &Source,
    (called, name): (Called, String),
    file: InputFile,
    names: &Names,
) -> Result<Input, Box<Unsound>> {
    let span = file.kind.span();
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(word) {
        // The key has no place of its own; it stands before its table.
        let place = source.key_before(&name, span.start).unwrap_or(span);
        return Err(source
            .unsound(place, format!("`{name}` is not a valid {called} name"))
            .advise("use a-z, 0-9 and `_`, starting with a letter"));
    }
    let kind = *file.kind.get_ref();
    if (kind == InputType::Choice) == file.choices.is_empty() {
        let message = if kind == InputType::Choice {
            format!("{called} `{name}`: type \"choice\" requires `choices`")
        } else {
            format!("{called} `{name}`: `choices` requires type \"choice\"")
        };
        return Err(source
            .unsound(span, message)
            .advise("write type = \"choice\", choices = [\"a\", \"b\"]"));
    }
    let mut input = Input {
        name,
        kind,
        choices: file.choices,
        help: file.help,
        default: None,
        optional: file.optional || file.required_if.is_some() || file.required_unless.is_some(),
        required: None,
        called,
    };
    let Some(default) = file.default else { return Ok(input) };
    let value = default.get_ref().clone();
    input.default = Some(match value.as_str() {
        Some(text) if crate::template::has_expressions(text) => {
            DefaultValue::Template(Template::parse(text, source, default.span(), names)?)
        }
        Some(_) | None => {
            // Whether a default file is there is known when a run starts, not when a workflow is read.
            if kind != InputType::File || !value.is_string() {
                written::check(source, default.span(), &input, &value)?;
            }
            DefaultValue::Value(value)
        }
    });
    Ok(input)
}

/// Refuses defaults that refer to each other in a circle; `places` are those of the defaults.
fn refuse_circular_defaults(
    source: &Source,
    inputs: &[Input],
    places: &BTreeMap<String, Range<usize>>,
) -> Result<(), Box<Unsound>> {
    let refers_to = |input: &Input| match &input.default {
        Some(DefaultValue::Template(template)) => template.names().to_vec(),
        Some(DefaultValue::Value(_)) | None => Vec::new(),
    };
    // Take away what refers to nothing that is left, and what nothing that is left refers to.
    let mut open: Vec<&Input> = inputs.iter().collect();
    loop {
        let before = open.len();
        let left: BTreeSet<String> = open.iter().map(|input| input.name.clone()).collect();
        let used: BTreeSet<String> = open.iter().flat_map(|input| refers_to(input)).collect();
        open.retain(|input| {
            used.contains(&input.name) && refers_to(input).iter().any(|name| left.contains(name))
        });
        let Some(first) = open.first() else { return Ok(()) };
        if open.len() == before {
            let place = places.get(&first.name).cloned().unwrap_or_default();
            let names: Vec<&str> = open.iter().map(|input| input.name.as_str()).collect();
            let message = match names.as_slice() {
                [only] => format!("the default of {only} refers to itself"),
                names => {
                    format!("the defaults of {} refer to each other in a cycle", names.join(", "))
                }
            };
            return Err(source.unsound(place, message).advise("give one of them a fixed default"));
        }
    }
}
