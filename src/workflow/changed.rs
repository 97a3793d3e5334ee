//! What makes a gate another one than it was: its table, what it needs, its contract, and its
//! prompt and message with all that these include. How a file is written makes no difference to its tables.

use super::Workflow;
use super::reading;
use crate::definition::Definition;
use crate::definition::TextKind;
use crate::id::GateId;
use crate::template;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A plan, and the texts that it was made from.
pub type Plan<'p> = (&'p Workflow, &'p Definition);

/// The gates of `new` that `old` has not, or not so.
pub fn changed(old: Plan<'_>, new: Plan<'_>) -> Vec<GateId> {
    let (before, after) = (tables(old), tables(new));
    let is_changed = |id: &GateId| {
        before.get(id.as_str()) != after.get(id.as_str()) || made_of(old, id) != made_of(new, id)
    };
    new.0.gates.iter().map(|gate| &gate.id).filter(|id| is_changed(id)).cloned().collect()
}

/// The tables of the gates, by id.
fn tables((workflow, definition): Plan<'_>) -> BTreeMap<String, Json> {
    let source = definition.source(&TextKind::Workflow.path(&workflow.name));
    let json = source.and_then(reading::data);
    let gates = json.as_ref().and_then(|json| json.get("gate")?.as_array());
    let table = |gate: &Json| Some((gate.get("id")?.as_str()?.to_owned(), gate.clone()));
    gates.into_iter().flatten().filter_map(table).collect()
}

/// What a gate needs, and the texts that it is made of beside its table.
fn made_of<'p>(
    (workflow, definition): Plan<'p>,
    id: &GateId,
) -> Option<(&'p [GateId], BTreeMap<String, &'p str>)> {
    let gate = workflow.gate(id)?;
    let mut texts = BTreeMap::new();
    let prompts = gate.prompt.iter().chain(&gate.asking.message);
    let mut open: Vec<String> = gate.contract_path.iter().chain(prompts).cloned().collect();
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        let Some(source) = definition.source(&path).filter(|_| seen.insert(path.clone())) else {
            continue;
        };
        if TextKind::of(&path) == Some(TextKind::Prompt) {
            let included = template::included(&source.text).into_iter();
            open.extend(included.map(|name| TextKind::Prompt.path(&name)));
        }
        texts.insert(path, &*source.text);
    }
    Some((&gate.needs, texts))
}
