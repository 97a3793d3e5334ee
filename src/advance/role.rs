//! The role of an agent gate: as it is written, or as a template over inputs, items and answers chooses it. What
//! a template chooses is an agent that exists, so that a slip is told before anything is paid.

use super::expand;
use super::player;
use crate::config::Config;
use crate::config::NO_AGENT;
use crate::event::Item;
use crate::finding::Finding;
use crate::project::Error;
use crate::project::Project;
use crate::run::Run;
use crate::source;
use crate::template::Template;
use crate::workflow::Gate;
use crate::workflow::Role;
use crate::workflow::Work;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The role of a gate or of one instance of it, empty where it names none; `None` where no agent does
/// the work.
pub fn of(
    (project, run): (&Project, &Run),
    gate: &Gate,
    render: impl FnOnce(&Template) -> Result<String, String>,
) -> Result<Option<String>, Finding> {
    let Work::Agent(role) = &gate.work else { return Ok(None) };
    match role {
        Role::Any => Ok(Some(String::new())),
        Role::Named(name) => Ok(Some(name.clone())),
        Role::Chosen(template) => {
            let name = render(template).map_err(|message| Finding::of("agent", message))?;
            let names = player::names(project, run);
            if name == NO_AGENT || names.contains(&name) {
                return Ok(Some(name));
            }
            Err(Finding::of("agent", format!("agent `{name}` not found"))
                .expected(source::suggest(&name, names.iter().map(String::as_str))))
        }
    }
}

/// Every role of a gate that can be told by now.
pub fn all(run: &Run, gate: &Gate) -> Vec<String> {
    let items = run.gate(&gate.id).and_then(|state| state.items.as_deref());
    told(gate, &run.started.inputs, items).unwrap_or_default()
}

/// Every role of a gate that the inputs tell.
pub fn of_inputs(gate: &Gate, inputs: &Values) -> Vec<String> {
    told(gate, inputs, None).unwrap_or_default()
}

/// The agents that templates may choose in a run with these inputs: what they choose, where the inputs
/// alone tell it, else every one that there is. One that does not exist is refused.
pub fn chosen(
    config: &Config,
    workflow: &Workflow,
    inputs: &Values,
) -> Result<BTreeSet<String>, Error> {
    let mut chosen = BTreeSet::new();
    for gate in &workflow.gates {
        let Work::Agent(Role::Chosen(template)) = &gate.work else { continue };
        let Some(names) = told(gate, inputs, None) else {
            chosen.extend(config.names().map(str::to_owned));
            continue;
        };
        for name in names.into_iter().filter(|name| name != NO_AGENT) {
            if !config.names().any(|known| known == name) {
                return Err(Error::usage(format!(
                    "gate {}: agent = \"{}\" names `{name}`, which is not a known agent",
                    gate.id,
                    template.text()
                ))
                .advise(source::suggest(&name, config.names())));
            }
            chosen.insert(name);
        }
    }
    Ok(chosen)
}

/// The roles of a gate; `None` where a template asks for items or answers that are not known yet.
fn told(gate: &Gate, inputs: &Values, items: Option<&[Item]>) -> Option<Vec<String>> {
    let Work::Agent(role) = &gate.work else { return Some(Vec::new()) };
    let template = match role {
        Role::Any => return Some(vec![String::new()]),
        Role::Named(name) => return Some(vec![name.clone()]),
        Role::Chosen(template) => template,
    };
    let item = gate.each.as_ref().map(|each| &each.name);
    if template.names().iter().any(|name| !inputs.contains_key(name) && Some(name) != item) {
        return None;
    }
    let context = input::context(inputs);
    let Some(each) = gate.each.as_ref().filter(|each| template.names().contains(&each.name)) else {
        return Some(template.render(&context).into_iter().collect());
    };
    let values: Vec<Json> = match items {
        Some(items) => items.iter().map(|item| item.value.clone()).collect(),
        None => expand::known_items(each, inputs)?,
    };
    let of_item = |value: Json| {
        let mut context = context.clone();
        context.insert(each.name.clone(), &value);
        template.render(&context).ok()
    };
    Some(values.into_iter().filter_map(of_item).collect())
}
