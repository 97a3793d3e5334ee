//! `orch run WORKFLOW --detach`: give the run to the pool, and go on without it.

use super::Caller;
use super::Error;
use super::Project;
use super::current;
use super::pooled;
use super::pooled::PooledRun;
use super::run;
use super::spawn::Spawned;
use super::start;
use crate::advance;
use crate::budget::Budget;
use crate::event::ChildOrder;
use crate::project::supervisor;
use crate::store::pool::Errand;
use crate::workflow::Isolation;
use crate::workflow::Workflow;
use crate::workflow::input;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// How a run is left to workers.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default, deny_unknown_fields)]
pub struct DetachRequest {
    /// Have a worker drive the run, and return at once.
    #[cfg_attr(feature = "cli", arg(long, conflicts_with_all = ["agent", "jobs", "until", "start_from", "answers"]))]
    pub detach: bool,
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
    let resolved = input::resolve(&workflow.inputs, &request.run.inputs, &project.folder)?;
    let key = start::key(&workflow, &resolved)?;
    let is_same = |run: &&PooledRun| run.key == key && run.workflow == workflow.name;
    let is_open = |run: &&PooledRun| run.status.is_none_or(|status| !status.is_end());
    let known = pooled::all(project)?;
    let open = known.iter().filter(is_same).find(is_open);
    if let Some(run) = open.filter(|_| !request.run.begin.again) {
        return Ok(Spawned { key, run_id: run.run_id.clone(), existed: true });
    }
    let parent = current::session_run(project, caller);
    advance::refuse_depth(project, parent.as_ref())?;
    let run_id = project.new_run_id(project.clock.now(), &key);
    let order = ChildOrder {
        run: run_id.clone(),
        key: key.clone(),
        workflow: workflow.name.clone(),
        inputs: request.run.inputs.clone(),
        isolation: if request.worktree { Isolation::Worktree } else { Isolation::Shared },
        budget: request.run.budget.budget.map(Budget::of_usd).unwrap_or_default(),
        labels: Vec::new(),
    };
    let folder = project.folder.root().to_owned();
    let errand = Errand::Begin { order: Box::new(order), parent };
    advance::enqueue(project, &advance::ticket(project, &run_id, folder, errand))?;
    supervisor::hire(project)?;
    Ok(Spawned { key, run_id, existed: false })
}
