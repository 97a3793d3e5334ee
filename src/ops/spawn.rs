//! `orch spawn`: give a run for each key to the pool, each in a worktree of its own. A key whose run is
//! not over has it already: nothing is begun twice.

use super::Caller;
use super::Error;
use super::Project;
use super::current;
use super::pooled;
use super::pooled::PooledRun;
#[cfg(feature = "cli")]
use super::run::usd;
use crate::advance;
use crate::budget::Amount;
use crate::budget::Budget;
use crate::event::ChildOrder;
use crate::id::RunId;
use crate::project::supervisor;
use crate::source::suggest;
use crate::store::pool::Errand;
use crate::store::pool::Ticket;
use crate::workflow::Isolation;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `spawn`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What each run is about; the value of the input that the workflow's `key` names.
    #[cfg_attr(feature = "cli", arg(value_name = "KEY", required = true, num_args = 1..))]
    pub keys: Vec<String>,
    /// Workflow name; `spawn_workflow` in orch.toml by default.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    #[serde(default)]
    pub workflow: Option<String>,
    /// Another input of the workflow, for all of the runs.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME=VALUE"))]
    #[serde(default)]
    pub input: Vec<String>,
    /// Budget of each run, in US dollars.
    #[cfg_attr(feature = "cli", arg(long, value_name = "USD", value_parser = usd))]
    #[serde(default)]
    pub budget: Option<Amount>,
    /// Runs with a higher priority start first; 0 by default.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)
    )]
    #[serde(default)]
    pub priority: i32,
    /// Labels that a worker must have to take the runs.
    #[cfg_attr(feature = "cli", arg(long, value_name = "LABEL", value_delimiter = ','))]
    #[serde(default)]
    pub labels: Vec<String>,
}

/// A run that was spawned.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Spawned {
    /// Its key.
    pub key: String,
    /// Its id.
    pub run_id: RunId,
    /// Whether it was there before.
    pub existed: bool,
}

/// Gives the runs to the pool; nothing is given where one of them cannot be.
pub fn spawn(project: &Project, caller: &Caller, request: &Request) -> Result<Vec<Spawned>, Error> {
    let workflow = workflow(project, request)?;
    let input = key_input(&workflow)?;
    let given = given(&request.input)?;
    let parent = current::session_run(project, caller);
    advance::refuse_depth(project, parent.as_ref())?;
    let orders: Vec<ChildOrder> = request
        .keys
        .iter()
        .map(|key| order(project, &workflow, (input, key), &given, request))
        .collect::<Result<_, Error>>()?;
    let known = pooled::all(project)?;
    let mut spawned: Vec<Spawned> = Vec::new();
    for order in orders {
        let is_same = |run: &&PooledRun| run.key == order.key && run.workflow == order.workflow;
        let is_open = |run: &&PooledRun| run.status.is_none_or(|status| !status.is_end());
        if let Some(run) = known.iter().filter(is_same).find(is_open) {
            let (key, run_id) = (order.key, run.run_id.clone());
            spawned.push(Spawned { key, run_id, existed: true });
            continue;
        }
        if spawned.iter().any(|one| one.key == order.key) {
            continue;
        }
        let (key, run_id) = (order.key.clone(), order.run.clone());
        let folder = project.folder.root().to_owned();
        let errand = Errand::Begin { order: Box::new(order), parent: parent.clone() };
        let ticket = advance::ticket(project, &run_id, folder, errand);
        let (priority, labels) = (request.priority, request.labels.clone());
        advance::enqueue(project, &Ticket { priority, labels, ..ticket })?;
        spawned.push(Spawned { key, run_id, existed: false });
    }
    supervisor::hire(project)?;
    Ok(spawned)
}

fn workflow(project: &Project, request: &Request) -> Result<Workflow, Error> {
    let stated = project.config.defaults.spawn_workflow.as_ref().map(|stated| stated.text.clone());
    let Some(name) = request.workflow.clone().or(stated) else {
        return Err(Error::usage("no workflow is given").advise(
            "name one with `workflow`, or write [defaults] spawn_workflow = \"…\" in orch.toml",
        ));
    };
    Ok(Workflow::load(&name, &project.shelf)?.0)
}

/// The input that alone is the key.
fn key_input(workflow: &Workflow) -> Result<&str, Error> {
    let names = workflow.key.names();
    let mut inputs = workflow.inputs.iter().filter(|input| names.contains(&input.name));
    match (inputs.next(), inputs.next()) {
        (Some(only), None) => Ok(&only.name),
        (None | Some(_), _) => Err(Error::usage(format!(
            "the `key` of workflow `{}` is not made of one input, so keys do not tell its runs apart",
            workflow.name
        ))
        .advise("write key = \"{{ INPUT }}\" in the workflow")),
    }
}

/// `NAME=VALUE`, as typed.
fn given(pairs: &[String]) -> Result<Values, Error> {
    let pair = |text: &String| match text.split_once('=') {
        Some((name, value)) => Ok((name.replace('-', "_"), value.into())),
        None => Err(Error::usage(format!("`{text}` is not an input")).advise("write NAME=VALUE")),
    };
    pairs.iter().map(pair).collect()
}

fn order(
    project: &Project,
    workflow: &Workflow,
    (input, key): (&str, &str),
    given: &Values,
    request: &Request,
) -> Result<ChildOrder, Error> {
    let known = || workflow.inputs.iter().map(|input| input.name.as_str());
    if let Some(unknown) = given.keys().find(|name| !known().any(|known| known == *name)) {
        let message = format!("workflow `{}` has no input `{unknown}`", workflow.name);
        return Err(Error::usage(message).advise(suggest(unknown, known())));
    }
    let mut inputs = given.clone();
    inputs.insert(input.to_owned(), key.into());
    let resolved = input::resolve(&workflow.inputs, &inputs, &project.folder)?;
    let key = super::start::key(workflow, &resolved)?;
    Ok(ChildOrder {
        run: project.new_run_id(project.clock.now(), &key),
        key,
        workflow: workflow.name.clone(),
        inputs,
        isolation: Isolation::Worktree,
        budget: request.budget.map(Budget::of_usd).unwrap_or_default(),
        labels: request.labels.clone(),
    })
}
