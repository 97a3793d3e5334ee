//! Fanning out: the items of a gate's `each`, found when the gate is ready.

use super::packet;
use super::settle;
use crate::document::Data;
use crate::event::Event;
use crate::event::Item;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
use crate::run::GateStatus;
use crate::template::Context;
use crate::template::Template;
use crate::work::WorkResult;
use crate::workflow::Each;
use crate::workflow::EachList;
use crate::workflow::Work;
use crate::workflow::input;
use crate::workflow::input::Values;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// More instances than any plan means.
const ITEMS_MAX: usize = 10_000;

/// Finds the items and writes them down; an empty list skips the gate.
pub fn expand(driver: &mut Driver<'_>, id: &GateId) -> Result<(), Error> {
    let Some(gate) = driver.workflow.gate(id).cloned() else { return Ok(()) };
    let Some(each) = &gate.each else { return Ok(()) };
    let context = packet::attempt_context(driver.run(), &gate, &AttemptId::new(id, 1));
    let mut values = match items(driver, each, &context) {
        Ok(values) => values,
        Err(finding) => return settle::refuse(driver, id, WorkResult::failed(finding)),
    };
    let added = driver.run().gate(id).map(|state| state.added.clone()).unwrap_or_default();
    let missing: Vec<Json> = added.into_iter().filter(|value| !values.contains(value)).collect();
    values.extend(missing);
    if values.is_empty() {
        let reason = "its list is empty".to_owned();
        return driver.append(&[Event::GateSkipped { gate: id.clone(), reason }]);
    }
    if values.iter().any(|value| driver.secrets.are_in(&input::as_text(value))) {
        let reason = "an item of its list contains a secret; items become names of gates, files \
                      and commits";
        return settle::refuse(driver, id, WorkResult::failed(gate_finding(reason)));
    }
    let items = named(id, Vec::new(), values);
    let jobs = match each.jobs.as_ref().map(|jobs| number(jobs, &context)).transpose() {
        Ok(jobs) => jobs.filter(|jobs| *jobs > 0),
        Err(finding) => return settle::refuse(driver, id, WorkResult::failed(finding)),
    };
    driver.append(&[Event::GateExpanded { gate: id.clone(), items, jobs, added_by: None }])
}

/// Items after those that are known, each with a name of its own.
fn named(id: &GateId, known: Vec<Item>, values: Vec<Json>) -> Vec<Item> {
    let mut names: BTreeSet<GateId> = known.iter().map(|item| item.gate.clone()).collect();
    let first = known.len();
    let more = values.into_iter().enumerate().map(|(offset, value)| {
        let index = first + offset;
        let mut instance = id.instance(&name(&value, index));
        if !names.insert(instance.clone()) {
            instance = id.instance(&format!("{}-{}", name(&value, index), index + 1));
        }
        Item { gate: instance, value }
    });
    let more: Vec<Item> = more.collect();
    [known, more].concat()
}

/// The fan-out of a run whose instances are child runs and that has not ended, with its items.
pub fn fan_out(driver: &Driver<'_>) -> Option<(GateId, Vec<Item>)> {
    let gates = driver.workflow.gates.iter();
    gates.filter(|gate| matches!(gate.work, Work::Workflow(_))).find_map(|gate| {
        let state = driver.run().gate(&gate.id)?;
        let items = state.items.clone()?;
        let is_over = state.status.satisfies() || state.status == GateStatus::Fail;
        (!is_over).then(|| (gate.id.clone(), items))
    })
}

/// Adds to the list of a fan-out that is known already.
pub fn add_items(
    driver: &mut Driver<'_>,
    id: &GateId,
    values: Vec<Json>,
    by: String,
) -> Result<(), Error> {
    let state = driver.run().gate(id);
    let known = state.and_then(|state| state.items.clone()).unwrap_or_default();
    if known.len() + values.len() > ITEMS_MAX {
        let message = format!("a fan-out has {ITEMS_MAX} items at most");
        return Err(Error::usage(message));
    }
    let jobs = state.and_then(|state| state.jobs);
    let items = named(id, known, values);
    let added_by = Some(by.into_boxed_str());
    driver.append(&[Event::GateExpanded { gate: id.clone(), items, jobs, added_by }])
}

fn number(template: &Template, context: &Context) -> Result<u32, Finding> {
    let text = template.render(context).map_err(|error| gate_finding(error.to_string()))?;
    let unfit = |_| gate_finding(format!("`each.jobs` renders `{text}`, not a whole number"));
    text.trim().parse().map_err(unfit)
}

/// The items of a fan-out that the inputs alone decide.
pub fn known_items(each: &Each, inputs: &Values) -> Option<Vec<Json>> {
    let EachList::Expression(template) = &each.list else { return None };
    if !template.names().iter().all(|name| inputs.contains_key(name)) {
        return None;
    }
    match of_expression(inputs, template, &input::context(inputs)) {
        Ok(Json::Array(items)) => Some(items),
        Ok(_) | Err(_) => None,
    }
}

fn gate_finding(message: impl Into<String>) -> Finding {
    Finding::of("gate", message)
}

fn items(driver: &Driver<'_>, each: &Each, context: &Context) -> Result<Vec<Json>, Finding> {
    let items = match &each.list {
        EachList::Expression(template) => {
            let list = of_expression(&driver.run().started.inputs, template, context);
            match list.map_err(gate_finding)? {
                Json::Array(items) => items,
                other @ (Json::Null
                | Json::Bool(_)
                | Json::Number(_)
                | Json::String(_)
                | Json::Object(_)) => {
                    let message = format!("`each.in` renders {}, not a list", called(&other));
                    return Err(gate_finding(message));
                }
            }
        }
        EachList::File { path, pointer } => {
            let path = path.render(context).map_err(|error| gate_finding(error.to_string()))?;
            of_file(driver, &path, pointer)?
        }
    };
    if items.len() > ITEMS_MAX {
        let message = format!("`each` gives {} items; the limit is {ITEMS_MAX}", items.len());
        return Err(gate_finding(message));
    }
    Ok(items)
}

/// A lone input stays the list that it is; any other expression renders one as JSON or by lines.
fn of_expression(inputs: &Values, template: &Template, context: &Context) -> Result<Json, String> {
    let name = template.text().trim_matches(['{', '}', ' ']);
    if let Some(value) = inputs.get(name) {
        return Ok(value.clone());
    }
    let text = template.render(context).map_err(|error| error.to_string())?;
    if let Ok(list) = serde_json::from_str::<Json>(&text) {
        return Ok(list);
    }
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Json::from).collect())
}

fn of_file(driver: &Driver<'_>, path: &str, pointer: &str) -> Result<Vec<Json>, Finding> {
    let project = driver.project;
    let path = project.folder.path(path).map_err(|error| gate_finding(error.to_string()))?;
    let text = project.folder.read_text(&path, project.config.limits.text_bytes);
    let text = text.map_err(|error| gate_finding(error.to_string()))?;
    let document = crate::check::parse_document(&path, &text)
        .map_err(|finding| Finding { check: "gate".to_owned(), ..finding.path(&path) })?;
    let unfit = |message: String| gate_finding(format!("{path}: {message}"));
    match document.pointer(pointer).cloned().map(Data::into_json) {
        Some(Json::Array(items)) => Ok(items),
        Some(other) => {
            let place = if pointer.is_empty() { "the document" } else { pointer };
            let list = list_in(&other).map_or_else(String::new, |key| {
                format!(
                    "; write pointer = \"{pointer}/{}\"",
                    key.replace('~', "~0").replace('/', "~1")
                )
            });
            let message =
                format!("{place} is {}, and `each` requires a list{list}", called(&other));
            Err(unfit(message))
        }
        None => Err(unfit(format!("nothing at `{pointer}`, where `each` requires a list"))),
    }
}

/// The first member that is a list.
fn list_in(value: &Json) -> Option<&str> {
    let (key, _) = value.as_object()?.iter().find(|(_, member)| member.is_array())?;
    Some(key)
}

fn called(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// What to call an item: its own text, its `id`, `slug` or `name`, else its number.
fn name(value: &Json, index: usize) -> String {
    let named = ["id", "slug", "name"].iter().find_map(|key| value.get(key));
    match named.unwrap_or(value) {
        Json::Object(_) | Json::Array(_) | Json::Null => (index + 1).to_string(),
        scalar @ (Json::String(_) | Json::Number(_) | Json::Bool(_)) => input::as_text(scalar),
    }
}
