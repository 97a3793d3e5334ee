//! Inputs: no flag that starting a run has already, no name that templates have already.

use super::Draft;
use crate::source::Unsound;
use crate::workflow::names::GATE_NAMES;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let inputs = draft.file.inputs.iter().filter_map(|(name, input)| {
        let flag = name.replace('_', "-");
        let taken = if draft.reserved.flags.contains(&flag) {
            format!("the option `{flag}` of every run")
        } else if GATE_NAMES.contains(&name.as_str()) {
            format!("the template name `{name}`")
        } else {
            return None;
        };
        let message = format!("input `{name}` conflicts with {taken}");
        // The key has no place of its own; it stands before its type.
        let place = draft.source.key_before(name, input.kind.span().start);
        let place = place.unwrap_or_else(|| input.kind.span());
        Some(draft.source.unsound(place, message).advise("rename the input"))
    });
    let items = draft.each_gate(|gate| {
        let Some(each) = &gate.each else { return Ok(()) };
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
        Ok(())
    });
    inputs.chain(items).collect()
}
