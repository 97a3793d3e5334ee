//! Inputs: no flag that `orch run` has already, no name that templates have already.

use super::Draft;
use crate::source::Unsound;
use crate::workflow::names::GATE_NAMES;

/// The flags that `orch run WORKFLOW` has itself. A plan knows no face: a test there holds this
/// against the command.
pub const RESERVED_FLAGS: [&str; 14] = [
    "again",
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
                    format!("input `{name}` conflicts with the flag --{flag} of `orch run`"),
                )
                .advise("rename the input"));
        }
        if GATE_NAMES.contains(&name.as_str()) {
            return Err(draft
                .source
                .unsound(
                    input.kind.span(),
                    format!("input `{name}` conflicts with the template name `{name}`"),
                )
                .advise("rename the input"));
        }
    }
    for gate in &draft.file.gate {
        let Some(each) = &gate.each else { continue };
        let name = each.name.get_ref();
        if draft.file.inputs.contains_key(name) || GATE_NAMES.contains(&name.as_str()) {
            return Err(draft
                .source
                .unsound(
                    each.name.span(),
                    format!("`{name}` is already the name of an input or a template value"),
                )
                .advise("rename the item"));
        }
    }
    Ok(())
}
