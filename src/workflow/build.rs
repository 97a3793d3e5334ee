//! Building a workflow from its file and its texts: everything that is wrong is told, and what only
//! follows from another error is not.

use super::Workflow;
use super::file::GateFile;
use super::gate;
use super::gate::Gate;
use super::input;
use super::input::Called;
use super::lint;
use super::looked_at;
use super::names;
use super::outputs;
use super::reading::Reading;
use super::since;
use super::single_braces;
use crate::definition::Definition;
use crate::definition::TextKind;
use crate::document::Placed;
use crate::id::GateId;
use crate::parallel;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Library;
use crate::template::Names;
use crate::template::Template;
use std::collections::BTreeMap;

/// How many tables of gates are built side by side.
const TABLES_AT_ONCE: usize = 64;

/// Builds the workflow, or tells everything that is wrong with it: at least one thing.
pub(super) fn build(
    source: &Source,
    reading: Reading,
    definition: &Definition,
    name: &str,
) -> Result<Workflow, Vec<Box<Unsound>>> {
    let Reading { file, gaps, mut errors } = reading;
    errors.extend(lint::all(&lint::Draft::new(source, &file, name, &definition.reserved), &gaps));
    let view = names::View::new(&file.inputs, &file.gate, &gaps);
    let key = match &file.key {
        Some(key) => Template::parse(key.get_ref(), source, key.span(), view.inputs()),
        None => Ok(Template::literal(name)),
    };
    if let Some(key) = &file.key {
        let inputs: Vec<&str> = file.inputs.keys().map(String::as_str).collect();
        errors.extend(single_braces::refuse(source, key.span(), &inputs).err());
    }
    let inputs = match input::build(source, Called::Input, file.inputs) {
        Ok(inputs) => inputs,
        Err(wrong) => {
            errors.extend(wrong.into_iter().filter(|it| !gaps.cover(it.span().start)));
            Vec::new()
        }
    };
    let prompts = build_prompts(&file.gate, definition, view.of_prompts(&gaps));
    let places = looked_at::places(&file.gate);
    let contracts = outputs::places(&file.gate);
    let around = gate::GateSurroundings {
        source,
        definition,
        view: &view,
        gaps: &gaps,
        permits: file.permits.as_ref(),
    };
    let gates = build_gates(file.gate, &around, &mut errors);
    let (key, prompts) = match (key, prompts) {
        (Ok(key), Ok(prompts)) if errors.is_empty() => (key, prompts),
        (key, prompts) => {
            errors.extend(key.err().into_iter().chain(prompts.err().into_iter().flatten()));
            return Err(errors);
        }
    };
    let (index, needs) = index(&gates);
    let errors = since::check(definition, &gates, &index);
    if !errors.is_empty() {
        return Err(errors);
    }
    let workflow = Workflow {
        name: name.to_owned(),
        version: file.version,
        description: file.description,
        key,
        inputs,
        budget: file.budget,
        must_ask: file.must_ask.clone(),
        checkpoint: file.checkpoint,
        gates,
        index,
        needs,
        prompts,
    };
    let mut errors = outputs::check(source, &workflow, &contracts);
    errors.extend(looked_at::check(source, &workflow, &places));
    if errors.is_empty() { Ok(workflow) } else { Err(errors) }
}

/// Builds the gates that are sound; what is wrong with the others is told.
fn build_gates(
    tables: Vec<GateFile>,
    around: &gate::GateSurroundings<'_>,
    errors: &mut Vec<Box<Unsound>>,
) -> Vec<Gate> {
    let mut gates: Vec<Gate> = Vec::with_capacity(tables.len());
    let mut tables = tables.into_iter().peekable();
    let mut last: Option<Placed<String>> = None;
    // A few at a time: a long workflow does not lie in memory twice.
    while tables.peek().is_some() {
        let some: Vec<GateFile> = tables.by_ref().take(TABLES_AT_ONCE).collect();
        // What runs at the end of the run is above nobody.
        let above = some.iter().scan(last.as_ref(), |last, table| {
            let above = *last;
            if !table.finally {
                *last = Some(&table.id);
            }
            Some(above)
        });
        let with_above: Vec<_> = some.iter().zip(above).collect();
        let built = parallel::map(&with_above, |(table, above)| gate::build(table, *above, around));
        for gate in built {
            match gate {
                Ok(gate) => gates.push(gate),
                Err(found) => errors.extend(found),
            }
        }
        let on_the_way = some.iter().rev().find(|table| !table.finally);
        last = on_the_way.map(|table| table.id.clone()).or(last);
    }
    gates
}

/// Where each gate stands, and where stands what it needs.
fn index(gates: &[Gate]) -> (BTreeMap<GateId, usize>, Vec<Vec<usize>>) {
    let index: BTreeMap<GateId, usize> =
        gates.iter().enumerate().map(|(at, gate)| (gate.id.clone(), at)).collect();
    let needs = gates
        .iter()
        .map(|gate| gate.needs.iter().filter_map(|need| index.get(need)).copied().collect())
        .collect();
    (index, needs)
}

/// All prompts are one library, so that they may include each other.
fn build_prompts(
    gates: &[GateFile],
    definition: &Definition,
    mut names: Names,
) -> Result<Library, Vec<Box<Unsound>>> {
    names.extend(gates.iter().filter_map(|gate| Some(gate.each.as_ref()?.name.get_ref().clone())));
    let prompts: Vec<(&str, &Source)> = definition
        .texts
        .values()
        .filter_map(|text| Some((TextKind::Prompt.name(&text.path)?, &text.source)))
        .collect();
    Library::parse(&prompts, &names)
}
