//! One run that has a workflow run for each key, as child runs. What follows the
//! keys is a workflow itself: the one that `convoy_workflow` names.

use super::Caller;
use super::Error;
use super::Project;
use super::convoy_status;
use super::current;
use super::pooled;
use super::pooled::PooledRun;
#[cfg(feature = "cli")]
use super::run::usd;
use super::spawn;
use super::spawn::Spawned;
use crate::advance;
use crate::budget::Amount;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::event::ChildOrder;
use crate::project::worktree;
use crate::suggestion::Advice;
use crate::suggestion::Argument;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;

/// Arguments of `convoy_start`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What each run is about; the value of the input that the workflow's `key` names.
    #[cfg_attr(feature = "cli", arg(value_name = "KEY", required = true, num_args = 1..))]
    pub keys: Vec<String>,
    /// Workflow to run for each key; defaults to `spawn_workflow` in orch.toml, or to
    /// the one built in for it.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    #[serde(default)]
    pub workflow: Option<String>,
    /// Name of the convoy; defaults to one made of the keys.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    #[serde(default)]
    pub name: Option<String>,
    /// Maximum number of its runs at the same time; defaults to the number of slots of the pool.
    #[cfg_attr(feature = "cli", arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..)))]
    #[schemars(range(min = 1))]
    #[serde(default)]
    pub jobs: Option<u16>,
    /// Budget of the convoy in US dollars, shared by its runs.
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
    let mut keys = request.keys.clone();
    let mut seen = BTreeSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    let legs = keys.iter().map(|key| {
        let inputs = Values::from([(input.name.clone(), input.accept(key, &project.folder)?)]);
        spawn::order(project, &workflow, inputs)
    });
    let legs = legs.collect::<Result<Vec<ChildOrder>, Error>>()?;
    refuse_small(&workflow, request.budget)?;
    let mut inputs = Values::from([
        ("workflow".to_owned(), workflow.name.into()),
        ("keys".to_owned(), keys.into()),
    ]);
    if let Some(jobs) = request.jobs {
        inputs.insert("at_once".to_owned(), jobs.into());
    }
    if let Some(name) = &request.name {
        let input = spawn::key_input(&convoy)?;
        inputs.insert(input.name.clone(), input.accept(name, &project.folder)?);
    }
    let budget = request.budget.map(Budget::of_usd).unwrap_or_default();
    let order = ChildOrder { budget, ..spawn::order(project, &convoy, inputs)? };
    if !is_open(project, &order)? {
        legs.iter().try_for_each(|leg| worktree::refuse_existing(project, leg))?;
    }
    let parent = current::session_run(project, caller);
    advance::refuse_depth(project, parent.as_ref())?;
    let mut started = spawn::give(project, parent, vec![order], spawn::Terms::default())?;
    Ok(started.swap_remove(0))
}

/// A budget that does not carry what one run may spend by its own workflow begins nothing.
fn refuse_small(workflow: &Workflow, budget: Option<Amount>) -> Result<(), Error> {
    let one = workflow.budget.bound(Measure::Usd);
    match (budget.map(Amount::value), one) {
        (Some(all), Some(one)) if one > all => {
            let (all, one) = (Measure::Usd.show(all), Measure::Usd.show(one));
            let name = &workflow.name;
            let message = format!("the budget of {all} does not carry one run of `{name}`");
            Err(Error::usage(message).advise(format!("its own budget is {one}")))
        }
        (_, _) => Ok(()),
    }
}

/// Whether this convoy was started and is not over; one of this name with other keys or another workflow
/// is refused.
fn is_open(project: &Project, order: &ChildOrder) -> Result<bool, Error> {
    let all = pooled::all(project)?;
    let is_same =
        |run: &&PooledRun| run.key == order.key && run.workflow == order.workflow && run.is_open();
    let same: Vec<&PooledRun> = all.iter().filter(is_same).collect();
    let differs = |run: &&&PooledRun| {
        let begun = project.store.glance(&run.run_id).map(|begun| begun.run.started.inputs.clone());
        let inputs = begun.ok().or_else(|| Some(run.order.as_ref()?.inputs.clone()));
        let known = inputs.unwrap_or_default();
        order.inputs.iter().any(|(name, value)| known.get(name) != Some(value))
    };
    let Some(other) = same.iter().find(differs) else { return Ok(!same.is_empty()) };
    let message =
        format!("run {} of `{}` has other keys or another workflow", other.run_id, other.key);
    Err(Error::usage(message).advise(
        Advice::from("give this one another name: ").then(Argument::option("name", "NAME")),
    ))
}
