//! Give a run for each key to the pool, each in a worktree of its own. A key whose run is
//! not over has it already: nothing is begun twice.

use super::Caller;
use super::Error;
use super::Project;
use super::current;
use super::pooled;
use super::pooled::PooledRun;
#[cfg(feature = "cli")]
use super::run::usd;
use super::start;
use crate::advance;
use crate::budget::Amount;
use crate::budget::Budget;
use crate::event::ChildOrder;
use crate::id::RunId;
use crate::project::supervisor;
use crate::project::worktree;
use crate::source::suggest;
use crate::store::pool::Errand;
use crate::store::pool::Ticket;
use crate::workflow::Input;
use crate::workflow::Isolation;
use crate::workflow::NoKeyInput;
use crate::workflow::Workflow;
use crate::workflow::WorktreeOrder;
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
    /// Workflow name; defaults to `spawn_workflow` in orch.toml, or to the one built in for it.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    #[serde(default)]
    pub workflow: Option<String>,
    /// Another input of the workflow, the same for all runs; repeatable.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME=VALUE"))]
    #[serde(default)]
    pub input: Vec<String>,
    /// Budget of each run, in US dollars.
    #[cfg_attr(feature = "cli", arg(long, value_name = "USD", value_parser = usd))]
    #[serde(default)]
    pub budget: Option<Amount>,
    /// Runs with a higher priority start first.
    #[cfg_attr(
        feature = "cli",
        arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)
    )]
    #[serde(default)]
    pub priority: i32,
    /// Labels that a worker must have to take the runs; repeatable.
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
    let workflow = workflow(project, request.workflow.as_deref())?;
    let input = key_input(&workflow)?;
    let given = given(project, &workflow, &request.input)?;
    if given.contains_key(&input.name) {
        let message = format!("input `{}` of each run is its key", input.name);
        return Err(Error::usage(message).advise("remove it from `input`"));
    }
    let parent = current::session_run(project, caller);
    advance::refuse_depth(project, parent.as_ref())?;
    let orders: Vec<ChildOrder> = request
        .keys
        .iter()
        .map(|key| {
            let mut inputs = given.clone();
            inputs.insert(input.name.clone(), input.accept(key, &project.folder)?);
            let budget = request.budget.map(Budget::of_usd).unwrap_or_default();
            let order = order(project, &workflow, inputs)?;
            Ok(ChildOrder { budget, labels: request.labels.clone(), ..order })
        })
        .collect::<Result<_, Error>>()?;
    give(project, parent, orders, Terms { priority: request.priority, again: None })
}

/// On what terms runs are given to the pool.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Terms {
    /// Runs with a higher one start first.
    pub(super) priority: i32,
    /// Whether one that is there and not over is given again, where the command can ask for that.
    pub(super) again: Option<bool>,
}

/// Gives runs to the pool.
pub(super) fn give(
    project: &Project,
    parent: Option<RunId>,
    orders: Vec<ChildOrder>,
    terms: Terms,
) -> Result<Vec<Spawned>, Error> {
    let again = terms.again.unwrap_or_default();
    #[cfg(feature = "engine")]
    if let Some(engine) = crate::engine::Engine::of(project)? {
        return super::shared_runs::give(
            project,
            &engine,
            (parent, orders),
            (terms.priority, again),
        );
    }
    let admission = project.store.pool().admit();
    let _admission = admission
        .map_err(|source| Error::environment(format!("cannot write to the pool: {source}")))?;
    let known = pooled::all(project)?;
    let mut spawned: Vec<Spawned> = Vec::new();
    let mut tickets = Vec::new();
    for order in orders {
        let is_same = |run: &&PooledRun| run.key == order.key && run.workflow == order.workflow;
        // One that is over and whose branch is there is the same as well: nothing is reused.
        let is_there = |run: &&PooledRun| run.is_open() || has_branch(project, run);
        let there = known.iter().filter(is_same).find(is_there);
        if let Some(run) = there.filter(|_| !again) {
            let (key, run_id) = (order.key, run.run_id.clone());
            spawned.push(Spawned { key, run_id, existed: true });
            continue;
        }
        if spawned.iter().any(|one| one.key == order.key) {
            continue;
        }
        if !again {
            start::refuse_unfinished(project, &order.key, parent.as_ref(), terms.again.is_some())?;
        }
        if order.isolation == Isolation::Worktree {
            worktree::refuse_existing(project, &order)?;
        }
        spawned.push(Spawned { key: order.key.clone(), run_id: order.run.clone(), existed: false });
        let (run_id, labels) = (order.run.clone(), order.labels.clone());
        let errand = Errand::Begin { order: Box::new(order), parent: parent.clone() };
        let folder = project.folder.root().to_owned();
        let ticket = advance::ticket(project, &run_id, folder, errand);
        tickets.push(Ticket { priority: terms.priority, labels, ..ticket });
    }
    for ticket in &tickets {
        advance::enqueue(project, ticket)?;
    }
    supervisor::hire(project)?;
    Ok(spawned)
}

fn has_branch(project: &Project, run: &PooledRun) -> bool {
    let is_own = worktree::is_own(run.order.as_deref()) && !run.is_deleted;
    let Some(branch) = run.branch.as_deref().filter(|_| is_own) else { return false };
    let repository = project.repository().ok().flatten();
    repository.is_some_and(|repository| repository.has_branch(branch).unwrap_or_default())
}

/// The workflow of this name, else of spawned runs.
pub(super) fn workflow(project: &Project, name: Option<&str>) -> Result<Workflow, Error> {
    let stated = project.config.defaults.spawn_workflow.as_ref().map(|stated| stated.text.clone());
    let Some(name) = name.map(str::to_owned).or(stated) else {
        return Err(Error::usage("no workflow is given").advise(
            "name one with `workflow`, or write [defaults] spawn_workflow = \"…\" in orch.toml",
        ));
    };
    Ok(Workflow::load(&name, &project.shelf)?.0)
}

/// `NAME=VALUE`, as typed.
fn given(project: &Project, workflow: &Workflow, pairs: &[String]) -> Result<Values, Error> {
    let pair = |text: &String| {
        let Some((name, value)) = text.split_once('=') else {
            let error = Error::usage(format!("`{text}` is not an input"));
            return Err(error.advise("write NAME=VALUE"));
        };
        let name = name.replace('-', "_");
        let input = workflow.inputs.iter().find(|input| input.name == name);
        let accepted = input.map(|input| input.accept(value, &project.folder)).transpose()?;
        Ok((name, accepted.unwrap_or_else(|| value.into())))
    };
    pairs.iter().map(pair).collect()
}

/// The input that the keys are values of.
pub(super) fn key_input(workflow: &Workflow) -> Result<&Input, Error> {
    let input = workflow.key_input();
    input.map_err(|error| Error::usage(error.to_string()).advise(NoKeyInput::HELP))
}

/// A run of this workflow with these inputs.
pub(super) fn order(
    project: &Project,
    workflow: &Workflow,
    inputs: Values,
) -> Result<ChildOrder, Error> {
    let known = || workflow.inputs.iter().map(|input| input.name.as_str());
    if let Some(unknown) = inputs.keys().find(|name| !known().any(|known| known == *name)) {
        let message = format!("workflow `{}` has no input `{unknown}`", workflow.name);
        return Err(Error::usage(message).advise(suggest(unknown, known())));
    }
    let resolved = input::resolve(&workflow.inputs, &inputs, &project.folder)?;
    let key = super::start::key(workflow, &resolved)?;
    Ok(ChildOrder {
        worktree: WorktreeOrder::default(),
        run: project.new_run_id(project.clock.now(), &key),
        key,
        workflow: workflow.name.clone(),
        inputs,
        attempt: 1,
        isolation: Isolation::Worktree,
        budget: Budget::default(),
        labels: Vec::new(),
    })
}
