//! The recipe of a gate: everything that decides what its work comes to, as one
//! digest, and what it reads, file by file.

use super::packet;
use crate::digest::Digest;
use crate::event::Recipe;
use crate::executor::ExecutorKind;
use crate::files::Globs;
use crate::files::OpenError;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::run::Run;
use crate::site::Driver;
use crate::template::Template;
use crate::workflow::Gate;
use crate::workflow::Work;
use serde::Serialize;
use std::cell::LazyCell;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
struct Ingredients<'r> {
    gate: &'r str,
    executor: ExecutorKind,
    agent: Option<&'r str>,
    work: Vec<String>,
    environment: BTreeMap<&'r str, String>,
    inputs: &'r crate::workflow::input::Values,
    item: Option<&'r serde_json::Value>,
    texts: Vec<(&'r str, Digest)>,
}

/// The recipe as it stands now, or why it cannot be told.
pub fn recipe(
    driver: &Driver<'_>,
    run: &Run,
    gate: &Gate,
    id: &GateId,
    agent: Option<&str>,
) -> Result<Recipe, String> {
    // Most gates of a long workflow name no value, and all of them are asked for their recipe.
    let context = LazyCell::new(|| packet::attempt_context(run, gate, &AttemptId::new(id, 1)));
    let render = |template: &Template| {
        if template.is_literal() {
            return Ok(template.text().to_owned());
        }
        template.render(&context).map_err(|error| error.to_string())
    };
    let render_glob = |template: &Template| {
        if template.is_literal() {
            return Ok(template.text().to_owned());
        }
        template.render_glob(&context).map_err(|error| error.to_string())
    };
    let work = match &gate.work {
        Work::Command(argv) => argv.iter().map(render).collect::<Result<_, _>>()?,
        Work::Shell { script, with } => with.iter().chain([script]).cloned().collect(),
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
    Ok(Recipe { sha256: Digest::of(bytes), reads: reads(driver, gate, render_glob)? })
}

/// The gate's contract, and its prompt with all that it may include.
fn texts<'r>(run: &'r Run, gate: &'r Gate) -> Vec<(&'r str, Digest)> {
    let definition = &run.started.definition;
    // A workflow's own texts are sorted, so that a long one finds a contract at once; inputs and
    // signers come behind them.
    let find = |path: &str| {
        let at = definition.binary_search_by(|text| text.path.as_str().cmp(path)).ok();
        at.or_else(|| definition.iter().position(|text| text.path == path))
    };
    let contract = gate.contract_path.as_deref().and_then(find).map(|at| &definition[at]);
    let prompts = gate.prompt.iter().flat_map(|_| definition);
    let prompts = prompts.filter(|text| text.path.starts_with("prompts/"));
    contract.into_iter().chain(prompts).map(|text| (text.path.as_str(), text.sha256)).collect()
}

fn reads(
    driver: &Driver<'_>,
    gate: &Gate,
    render_glob: impl Fn(&Template) -> Result<String, String>,
) -> Result<BTreeMap<String, Digest>, String> {
    if gate.reads.is_empty() {
        return Ok(BTreeMap::new());
    }
    let project = &driver.site.project;
    let globs: Result<Vec<String>, String> = gate.reads.iter().map(render_glob).collect();
    let globs = Globs::new(&globs?, project)?;
    let paths = globs.files(project).map_err(|error| error.to_string())?;
    let digests = driver.seen.prints.borrow_mut().digests(project, &paths);
    let told = paths.iter().zip(digests).map(|(path, digest)| Ok((path.to_string(), digest?)));
    told.collect::<Result<_, OpenError>>().map_err(|error| error.to_string())
}
