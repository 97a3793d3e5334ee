//! Give the run to the pool, and go on without it.

use super::Caller;
use super::Error;
use super::Project;
use super::current;
use super::run;
use super::spawn;
use super::spawn::Spawned;
use crate::advance;
use crate::budget::Budget;
use crate::event::ChildOrder;
use crate::workflow::Isolation;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// How a run is left to workers.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default, deny_unknown_fields)]
pub struct DetachRequest {
    /// Run in a git worktree of its own.
    #[cfg_attr(feature = "cli", arg(long, requires = "detach"))]
    pub worktree: bool,
}

/// The run to leave to workers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// The run.
    #[serde(flatten)]
    pub run: run::Request,
    /// Whether it runs in a git worktree of its own.
    #[serde(default)]
    pub worktree: bool,
}

/// Gives the run to the pool. A key whose run is not over has it already.
pub fn run_detach(project: &Project, caller: &Caller, request: &Request) -> Result<Spawned, Error> {
    let (workflow, _) = Workflow::load(&request.run.workflow, &project.shelf)?;
    let parent = current::session_run(project, caller);
    advance::refuse_depth(project, parent.as_ref())?;
    let order = ChildOrder {
        isolation: if request.worktree { Isolation::Worktree } else { Isolation::Shared },
        budget: request.run.budget.budget.map(Budget::of_usd).unwrap_or_default(),
        ..spawn::order(project, &workflow, request.run.inputs.clone())?
    };
    let terms = spawn::Terms { priority: 0, again: Some(request.run.begin.again) };
    let mut given = spawn::give(project, parent, vec![order], terms)?;
    Ok(given.swap_remove(0))
}
