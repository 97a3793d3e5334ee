//! `orch convoy start`: one run that has a workflow run for each key, as child runs. What follows the
//! keys is a workflow itself: the one that `convoy_workflow` names.

use super::Caller;
use super::Error;
use super::Project;
use super::convoy_status;
use super::current;
use super::pooled;
#[cfg(feature = "cli")]
use super::run::usd;
use super::spawn;
use super::spawn::Spawned;
use crate::advance;
use crate::budget::Amount;
use crate::budget::Budget;
use crate::event::ChildOrder;
use crate::suggestion::Advice;
use crate::suggestion::Argument;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `convoy_start`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What each run is about; the value of the input that the workflow's `key` names.
    #[cfg_attr(feature = "cli", arg(value_name = "KEY", required = true, num_args = 1..))]
    pub keys: Vec<String>,
    /// Workflow to run for each key; `spawn_workflow` in orch.toml by default.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    #[serde(default)]
    pub workflow: Option<String>,
    /// Name of the convoy; made of the keys by default.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    #[serde(default)]
    pub name: Option<String>,
    /// Budget of the convoy, in US dollars, on which its runs draw together.
    #[cfg_attr(feature = "cli", arg(long, value_name = "USD", value_parser = usd))]
    #[serde(default)]
    pub budget: Option<Amount>,
}

/// Gives the convoy to the pool; nothing is given where a run for one of the keys could not begin.
pub fn convoy_start(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Spawned, Error> {
    let convoy = Workflow::load(convoy_status::workflow(project)?, &project.shelf)?.0;
    let workflow = spawn::workflow(project, request.workflow.as_deref())?;
    let input = spawn::key_input(&workflow)?;
    for key in &request.keys {
        let inputs = Values::from([(input.name.clone(), input.accept(key, &project.folder)?)]);
        spawn::order(project, &workflow, inputs)?;
    }
    let mut inputs = Values::from([
        ("workflow".to_owned(), workflow.name.into()),
        ("keys".to_owned(), request.keys.clone().into()),
    ]);
    if let Some(name) = &request.name {
        let input = spawn::key_input(&convoy)?;
        inputs.insert(input.name.clone(), input.accept(name, &project.folder)?);
    }
    let budget = request.budget.map(Budget::of_usd).unwrap_or_default();
    let order = ChildOrder { budget, ..spawn::order(project, &convoy, inputs)? };
    refuse_other(project, &order)?;
    let parent = current::session_run(project, caller);
    advance::refuse_depth(project, parent.as_ref())?;
    let mut started = spawn::give(project, parent, vec![order], (0, false))?;
    Ok(started.swap_remove(0))
}

/// A convoy of this name that is not over has the same keys and workflow.
fn refuse_other(project: &Project, order: &ChildOrder) -> Result<(), Error> {
    let all = pooled::all(project)?;
    let mut same = all
        .iter()
        .filter(|run| run.key == order.key && run.workflow == order.workflow && run.is_open());
    let Some(run) = same.find(|run| {
        let begun = project.store.glance(&run.run_id);
        begun.is_ok_and(|begun| {
            order
                .inputs
                .iter()
                .any(|(name, value)| begun.run.started.inputs.get(name) != Some(value))
        })
    }) else {
        return Ok(());
    };
    let message = format!("run {} of `{}` has other keys or another workflow", run.run_id, run.key);
    Err(Error::usage(message).advise(
        Advice::from("give this one another name: ").then(Argument::option("name", "NAME")),
    ))
}
