//! Names: the workflow's is its file's, each gate's is its own.

use super::Draft;
use crate::definition::Reserved;
use crate::id;
use crate::source::Unsound;
use crate::workflow::file::GateFile;
use crate::workflow::gate_id::gate_id;
use std::collections::BTreeSet;

/// What `until` takes instead of a gate, to lift the bound.
pub const TO_THE_END: &str = "end";

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let mut seen = BTreeSet::new();
    let ids = draft.file.gate.iter().filter_map(|gate| check_id(draft, gate, &mut seen).err());
    check_name(draft).err().into_iter().chain(ids).collect()
}

fn check_name(draft: &Draft<'_>) -> Result<(), Box<Unsound>> {
    let name = &draft.file.name;
    if name.get_ref() != draft.name {
        return Err(draft
            .source
            .unsound(name.span(), format!("`{}` is not the name of the file", name.get_ref()))
            .advise(format!("write name = \"{0}\"", draft.name)));
    }
    if !is_name(draft.name, draft.reserved) {
        return Err(draft
            .source
            .unsound(name.span(), format!("`{}` is not a valid workflow name", draft.name))
            .advise(name_rule(draft.name, draft.reserved)));
    }
    if draft.file.gate.is_empty() {
        return Err(draft
            .source
            .unsound(name.span(), "a workflow requires at least one gate")
            .advise("write [[gate]] with `id` and `executor`"));
    }
    Ok(())
}

/// Whether a workflow can have this name.
pub fn is_name(name: &str, reserved: &Reserved) -> bool {
    id::is_slug(name) && !reserved.names.iter().any(|taken| taken == name)
}

/// What a name must be that is not valid.
pub fn name_rule(name: &str, reserved: &Reserved) -> String {
    if id::is_slug(name) {
        return format!("use a name other than {}", reserved.names.join(", "));
    }
    "use a-z, 0-9, `-` and `_`".to_owned()
}

fn check_id<'d>(
    draft: &Draft<'d>,
    gate: &'d GateFile,
    seen: &mut BTreeSet<&'d str>,
) -> Result<(), Box<Unsound>> {
    let id = gate_id(draft.source, &gate.id)?;
    if id.as_str().contains('[') {
        return Err(draft
            .source
            .unsound(gate.id.span(), "a gate id must not contain brackets")
            .advise("use letters, digits, `.`, `_` and `-`"));
    }
    if !seen.insert(gate.id.get_ref()) {
        return Err(draft
            .source
            .unsound(gate.id.span(), format!("duplicate gate id `{}`", gate.id.get_ref()))
            .advise("rename one of the gates"));
    }
    Ok(())
}
