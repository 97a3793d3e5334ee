//! Runs that the engine hands to workers of many machines: given to it, listed and told what is wanted,
//! as the pool of one machine does it.

use super::Error;
use super::Project;
use super::pooled::Health;
use super::pooled::PooledRun;
use super::spawn::Spawned;
use crate::dispatch::WaitingRun;
use crate::dispatch::Wish;
use crate::engine;
use crate::engine::Engine;
use crate::engine::RunView;
use crate::engine::Submission;
use crate::engine::Submitted;
use crate::engine::Submitting;
use crate::engine::Unanswered;
use crate::event::ChildOrder;
use crate::id::RunId;
use crate::phase::Phase;
use crate::project::worktree;
use crate::store::pool::Errand;
use crate::store::pool::Ticket;
use crate::workflow::Isolation;
use std::path::PathBuf;

/// Gives runs to the engine; one of whose key another is open is given `again` only where that is asked.
pub(super) fn give(
    project: &Project,
    engine: &Engine,
    (parent, orders): (Option<RunId>, Vec<ChildOrder>),
    (priority, again): (i32, bool),
) -> Result<Vec<Spawned>, Error> {
    let Some(mut repository) = project.repository()? else { return Ok(Vec::new()) };
    let mut tickets: Vec<Ticket> = Vec::new();
    for mut order in orders {
        let is_same = |ticket: &Ticket| ticket.order().is_some_and(|it| it.key == order.key);
        if tickets.iter().any(is_same) {
            continue;
        }
        // On another machine there is no folder to share.
        order.isolation = Isolation::Worktree;
        order.worktree.base = Some(worktree::base(project, &repository, &order)?);
        order.worktree.fetch = Some(false);
        let (run, labels) = (order.run.clone(), order.labels.clone());
        let errand = Errand::Begin { order: Box::new(order), parent: parent.clone() };
        let folder = PathBuf::from(".");
        let ticket = crate::advance::ticket(project, &run, folder, errand);
        tickets.push(Ticket { priority, labels, ..ticket });
    }
    engine::send_orders(engine, &mut repository, &tickets, &project.stop)?;
    let submissions: Vec<Submission> =
        tickets.iter().filter_map(|ticket| submission(ticket, again)).collect();
    let answers = engine.client.submit(&submissions).map_err(unanswered)?;
    let mut unwanted = Vec::new();
    let given = tickets.iter().zip(answers).filter_map(|(ticket, answer)| {
        let (key, own) = (ticket.order()?.key.clone(), ticket.run.clone());
        Some(match answer {
            Submitted::Open(run_id) if run_id != own => {
                unwanted.push(own);
                Spawned { key, run_id, existed: true }
            }
            Submitted::Accepted | Submitted::Open(_) | Submitted::Unknown => {
                Spawned { key, run_id: own, existed: false }
            }
        })
    });
    let given: Vec<Spawned> = given.collect();
    engine::withdraw_orders(engine, &repository, &unwanted, &project.stop)?;
    Ok(given)
}

fn submission(ticket: &Ticket, again: bool) -> Option<Submission> {
    let view = Box::new(RunView::of_order(ticket)?);
    Some(Submission { run: ticket.run.clone(), what: Submitting::New { view, again } })
}

/// All runs that the engine knows of, the newest first.
pub(super) fn all(engine: &Engine) -> Result<Vec<PooledRun>, Error> {
    let view = engine.client.view().map_err(unanswered)?;
    let pool = &view.dispatch;
    let mut found: Vec<PooledRun> = view
        .runs
        .iter()
        .map(|run| {
            let granted = pool.granted.iter().find(|grant| grant.waited.run == run.run);
            let of = |all: &[WaitingRun]| all.iter().find(|it| it.run == run.run).cloned();
            let (waiting, refused) = (of(&pool.waiting), of(&pool.refused));
            pooled(run, (granted.map(|grant| grant.worker.as_str()), waiting, refused))
        })
        .collect();
    found.sort_by(|one, other| other.run_id.cmp(&one.run_id));
    Ok(found)
}

fn pooled(
    run: &RunView,
    (worker, waiting, refused): (Option<&str>, Option<WaitingRun>, Option<WaitingRun>),
) -> PooledRun {
    let (health, reason) = match (worker, &waiting, refused) {
        (Some(worker), _, _) => (Health::Working, Some(format!("on {worker}"))),
        (None, Some(WaitingRun { not_before: Some(at), .. }), _) => {
            (Health::Waiting, Some(format!("waits until {at}")))
        }
        (None, Some(_), _) => match labels(run) {
            Some(reason) => (Health::Waiting, Some(reason)),
            None => (Health::Queued, None),
        },
        (None, None, Some(refused)) => (Health::Stuck, refused.reason),
        (None, None, None) => (Health::Resting, run.reason.clone()),
    };
    let phase = if health == Health::Stuck { Some(Phase::Stuck) } else { run.phase };
    PooledRun {
        run_id: run.run.clone(),
        key: run.key.clone(),
        workflow: run.workflow.clone(),
        status: run.status,
        health,
        phase: phase.unwrap_or(Phase::Registered),
        gate: run.gate.clone(),
        waits_for: run.waits_for,
        question: None,
        reason,
        branch: None,
        folder: None,
        is_folder_gone: false,
        is_deleted: false,
        worktree: None,
        was_interrupted: false,
        order: None,
        parent: run.parent.clone(),
        queued_at: waiting.map_or(run.seen_at, |waiting| waiting.queued_at),
        started_at: None,
        heard_at: Some(run.seen_at),
        cost_usd: run.cost_usd,
    }
}

fn labels(run: &RunView) -> Option<String> {
    let labels = run.labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>();
    (!labels.is_empty()).then(|| format!("waits for a worker with {}", labels.join(" and ")))
}

/// Tells the engine what is wanted of a run that it knows; `false` where the project uses none.
pub(super) fn tell(
    project: &Project,
    run: &PooledRun,
    (wish, reason): (Wish, Option<String>),
) -> Result<bool, Error> {
    let Some(engine) = Engine::of(project)? else { return Ok(false) };
    if ask(&engine, &run.run_id, (wish, reason))? {
        return Ok(true);
    }
    Err(Error::usage(format!("run {} is over", run.run_id)))
}

/// The same; `false` where the engine does not know the run, or it is over.
pub(super) fn ask(
    engine: &Engine,
    run: &RunId,
    (wish, reason): (Wish, Option<String>),
) -> Result<bool, Error> {
    let submission = Submission { run: run.clone(), what: Submitting::Known { wish, reason } };
    let answers = engine.client.submit(&[submission]).map_err(unanswered)?;
    Ok(answers.first().is_some_and(|answer| !matches!(answer, Submitted::Unknown)))
}

pub(super) fn unanswered(error: Unanswered) -> Error {
    Error::environment(error.to_string())
}
