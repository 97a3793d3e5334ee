//! The recipe of a gate: everything that decides what its work comes to, as one
//! digest, and what it reads, file by file.

use super::super::Site;
use super::packet;
use crate::digest::Digest;
use crate::event::Recipe;
use crate::files::Globs;
use crate::id::GateId;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::Work;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
struct Ingredients<'r> {
    gate: &'r str,
    executor: &'r str,
    agent: Option<&'r str>,
    work: Vec<String>,
    environment: BTreeMap<&'r str, String>,
    inputs: &'r crate::workflow::input::Values,
    item: Option<&'r serde_json::Value>,
    texts: Vec<(&'r str, Digest)>,
}

/// The recipe as it stands now, or why it cannot be told.
pub fn recipe(
    site: &Site,
    run: &Run,
    gate: &Gate,
    id: &GateId,
    agent: Option<&str>,
) -> Result<Recipe, String> {
    let context = packet::attempt_context(run, gate, id, 1);
    let render = |template: &crate::template::Template| {
        template.render(&context).map_err(|error| error.to_string())
    };
    let work = match &gate.work {
        Work::Command(argv) => argv.iter().map(render).collect::<Result<_, _>>()?,
        Work::Shell(script) => vec![script.clone()],
        Work::Workflow(name) => vec![name.clone()],
        Work::Human | Work::Agent(_) => Vec::new(),
    };
    let environment =
        gate.environment.iter().map(|(name, text)| Ok((name.as_str(), render(text)?)));
    let base = run.gate(&gate.id).and_then(|state| state.items.as_ref());
    let item = base.and_then(|items| items.iter().find(|item| item.gate == *id));
    let ingredients = Ingredients {
        gate: id.as_str(),
        executor: gate.work.executor(),
        agent,
        work,
        environment: environment.collect::<Result<_, String>>()?,
        inputs: &run.started.inputs,
        item: item.map(|item| &item.value),
        texts: texts(run, gate),
    };
    let bytes = serde_json::to_vec(&ingredients).map_err(|error| error.to_string())?;
    Ok(Recipe { sha256: Digest::of(bytes), reads: reads(site, gate, &context)? })
}

/// The gate's contract, and its prompt with all that it may include.
fn texts<'r>(run: &'r Run, gate: &'r Gate) -> Vec<(&'r str, Digest)> {
    let texts = run.started.definition.iter().filter(|text| {
        let is_contract = gate.contract_path.as_deref() == Some(text.path.as_str());
        is_contract || (gate.prompt.is_some() && text.path.starts_with("prompts/"))
    });
    texts.map(|text| (text.path.as_str(), text.sha256)).collect()
}

fn reads(
    site: &Site,
    gate: &Gate,
    context: &crate::template::Context,
) -> Result<BTreeMap<String, Digest>, String> {
    if gate.reads.is_empty() {
        return Ok(BTreeMap::new());
    }
    let globs: Result<Vec<String>, String> = gate
        .reads
        .iter()
        .map(|template| template.render(context).map_err(|error| error.to_string()))
        .collect();
    let globs = Globs::new(&globs?, &site.project)?;
    let paths = globs.files(&site.project).map_err(|error| error.to_string())?;
    let prints = site.project.hash_all(&paths);
    paths
        .iter()
        .zip(prints)
        .map(|(path, print)| match print {
            Ok(print) => Ok((path.to_string(), print.digest)),
            Err(error) => Err(error.to_string()),
        })
        .collect()
}
