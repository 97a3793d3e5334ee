//! Inputs: no flag that `orch run` has already, no name that templates have
//! already, no default that goes in a circle.

use super::Draft;
use crate::source::Source;
use crate::source::Unsound;
use crate::workflow::gate::GATE_NAMES;
use crate::workflow::input::DefaultValue;
use crate::workflow::input::Input;
use std::collections::BTreeSet;

/// The flags that `orch run WORKFLOW` has itself.
pub const RESERVED_FLAGS: [&str; 21] = [
    "agent",
    "answers",
    "budget",
    "ci",
    "detach",
    "from",
    "help",
    "jobs",
    "json",
    "junit",
    "no-color",
    "now",
    "offline",
    "project",
    "quiet",
    "run",
    "seed",
    "start-from",
    "until",
    "version",
    "worktree",
];

pub(super) fn check(draft: &Draft<'_>) -> Result<(), Box<Unsound>> {
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

/// Refuses defaults that refer to each other in a circle.
pub(in crate::workflow) fn refuse_circular_defaults(
    source: &Source,
    inputs: &[Input],
) -> Result<(), Box<Unsound>> {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    loop {
        let before = known.len();
        for input in inputs {
            let ready = match &input.default {
                Some(DefaultValue::Template(template)) => {
                    template.names().iter().all(|name| known.contains(name.as_str()))
                }
                Some(DefaultValue::Value(_)) | None => true,
            };
            if ready {
                known.insert(&input.name);
            }
        }
        if known.len() == inputs.len() {
            return Ok(());
        }
        if known.len() == before {
            break;
        }
    }
    let open: Vec<&str> = inputs
        .iter()
        .map(|input| input.name.as_str())
        .filter(|name| !known.contains(name))
        .collect();
    let at = open.first().and_then(|name| source.text.find(name)).unwrap_or_default();
    Err(source.unsound(
        at..at + open.first().map_or(0, |name| name.len()),
        format!("the defaults of {} refer to each other in a circle", open.join(", ")),
    ))
}
