//! Inputs: no flag that `orch run` has already, no name that templates have
//! already, no default that goes in a circle.

use super::Draft;
use crate::source::Source;
use crate::source::Unsound;
use crate::workflow::gate::GATE_NAMES;
use crate::workflow::input::DefaultValue;
use crate::workflow::input::Input;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

/// The flags that `orch run WORKFLOW` has itself. A plan knows no face: a test there holds this
/// against the command.
pub const RESERVED_FLAGS: [&str; 13] = [
    "agent",
    "answers",
    "budget",
    "ci",
    "help",
    "jobs",
    "json",
    "junit",
    "now",
    "project",
    "seed",
    "start-from",
    "until",
];

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    first(draft).err().into_iter().collect()
}

fn first(draft: &Draft<'_>) -> Result<(), Box<Unsound>> {
    for (name, input) in &draft.file.inputs {
        let flag = name.replace('_', "-");
        if RESERVED_FLAGS.contains(&flag.as_str()) {
            return Err(draft
                .source
                .unsound(
                    input.kind.span(),
                    format!("input `{name}` meets the flag --{flag} of `orch run`"),
                )
                .advise("give it another name"));
        }
        if GATE_NAMES.contains(&name.as_str()) {
            return Err(draft
                .source
                .unsound(
                    input.kind.span(),
                    format!("input `{name}` meets the template name `{name}`"),
                )
                .advise("give it another name"));
        }
    }
    for gate in &draft.file.gate {
        let Some(each) = &gate.each else { continue };
        let name = each.name.get_ref();
        if draft.file.inputs.contains_key(name) || GATE_NAMES.contains(&name.as_str()) {
            return Err(draft
                .source
                .unsound(each.name.span(), format!("`{name}` is taken: an input or template name"))
                .advise("give the item another name"));
        }
    }
    Ok(())
}

/// Refuses defaults that refer to each other in a circle; `places` are those of the defaults.
pub(in crate::workflow) fn refuse_circular_defaults(
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
                [only] => format!("the default of {only} goes in a circle: it refers to itself"),
                names => {
                    format!("the defaults of {} refer to each other in a circle", names.join(", "))
                }
            };
            return Err(source.unsound(place, message).advise("give one of them a fixed default"));
        }
    }
}
