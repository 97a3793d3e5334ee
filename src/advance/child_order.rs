//! Child runs as gates ask for them: what one is to be, and its ticket in the pool, from which a worker
//! takes it.

use crate::event::ChildOrder;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::project::worktree;
use crate::run::GateState;
use crate::store::pool;
use crate::store::pool::Errand;
use crate::store::pool::Ticket;
use crate::store::pool::Until;
use crate::template::Context;
use crate::workflow::ChildWork;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use crate::workflow::input;
use std::path::PathBuf;

/// The most runs that are each the child of the next.
const DEPTH_MAX: usize = 8;

/// The child run that a gate asks for, or why there can be none.
pub fn order(
    project: &Project,
    gate: &Gate,
    work: &ChildWork,
    (context, attempt): (&Context, u32),
) -> Result<ChildOrder, String> {
    let name = work.workflow.render(context).map_err(|error| format!("`workflow`: {error}"))?;
    let (workflow, _) = Workflow::load(&name, &project.shelf).map_err(|error| error.to_string())?;
    let inputs = work.inputs(&workflow, context, &project.folder)?;
    let resolved = input::resolve(&workflow.inputs, &inputs, &project.folder);
    let resolved = resolved.map_err(|error| error.to_string())?;
    let key = workflow.key.render(&input::context(&resolved));
    let key = key.map_err(|error| format!("cannot render `key`: {error}"))?;
    let worktree = work.worktree.render(context, &worktree::name_of(&key, attempt))?;
    Ok(ChildOrder {
        run: project.new_run_id(project.clock.now(), &key),
        key,
        workflow: name,
        inputs,
        isolation: work.isolation,
        worktree,
        attempt,
        budget: gate.budget.narrowed(workflow.budget),
        labels: work.labels.clone(),
    })
}

/// Has the child run of an attempt wait for a worker.
pub fn put(driver: &Driver<'_>, order: &ChildOrder) -> Result<(), Error> {
    let parent = Some(driver.id().clone());
    let errand = Errand::Begin { order: Box::new(order.clone()), parent };
    let folder = driver.project.folder.root().to_owned();
    driver.project.note_workspace(driver.id())?;
    enqueue(
        driver.project,
        &Ticket {
            labels: order.labels.clone(),
            ..ticket(driver.project, &order.run, folder, errand)
        },
    )
}

/// The same of the child run that a gate has asked for.
pub fn put_ordered(driver: &Driver<'_>, gate: &GateId) -> Result<(), Error> {
    let attempt = driver.run().gate(gate).and_then(GateState::attempt);
    attempt.and_then(|attempt| attempt.child.as_deref()).map_or(Ok(()), |order| put(driver, order))
}

/// A ticket of a run: what it asks of a worker, and its priority, are those of its first one.
pub fn ticket(project: &Project, run: &RunId, folder: PathBuf, errand: Errand) -> Ticket {
    let first = pool::read::<Ticket>(&project.store.ticket(run)).ok().flatten();
    let (priority, labels) = first.map(|it| (it.priority, it.labels)).unwrap_or_default();
    let (run, queued_at) = (run.clone(), project.clock.now());
    let (restarts, until, grant) = (0, None, None);
    Ticket { run, folder, errand, queued_at, priority, labels, restarts, until, grant }
}

/// Has a run that is held wait in the pool until it can go on.
pub fn put_off(driver: &Driver<'_>, until: Until) -> Result<(), Error> {
    let (project, id) = (driver.project, driver.id());
    let ticket = ticket(project, id, project.workspace_of(id), Errand::Continue);
    enqueue(project, &Ticket { until: Some(until), ..ticket })
}

/// Has a run wait in the pool.
pub fn enqueue(project: &Project, ticket: &Ticket) -> Result<(), Error> {
    let put = project.store.pool().put(ticket);
    put.map_err(|source| Error::environment(format!("cannot write to the pool: {source}")))
}

/// Refuses a run that would be a child of too many others.
pub fn refuse_depth(project: &Project, parent: Option<&RunId>) -> Result<(), Error> {
    let mut depth = 0;
    let mut next = parent.cloned();
    while let Some(id) = next {
        depth += 1;
        if depth > DEPTH_MAX {
            return Err(Error::usage(format!("more than {DEPTH_MAX} runs inside each other"))
                .advise("a workflow must not start itself as a child run without an end"));
        }
        next = project.store.glance(&id).ok().and_then(|reading| reading.run.started.parent);
    }
    Ok(())
}

/// Whether the journal of a run is there.
pub fn has_begun(project: &Project, id: &RunId) -> bool {
    project.store.journal_bytes(id).is_some_and(|bytes| bytes > 0)
}
