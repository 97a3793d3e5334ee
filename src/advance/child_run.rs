//! Following a child run: how it comes along, and what is taken from it when it is over. Another process
//! drives it; between the two there are the pool and the child run's own journal.

use super::child_order::enqueue;
use super::child_order::has_begun;
use super::child_order::put;
use super::child_order::ticket;
use super::child_others;
use super::judging;
use super::packet;
use super::settle;
use crate::event::Artifact;
use crate::event::ChildEnd;
use crate::event::ChildOrder;
use crate::event::Event;
use crate::event::Judged;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::files::Beneath;
use crate::files::ProjectFolder;
use crate::finding::Finding;
use crate::git::short_branch;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::run::GateState;
use crate::run::Run;
use crate::spending::Cost;
use crate::standing::Span;
use crate::store::pool::Errand;
use crate::work::WorkReport;
use crate::work::WorkResult;
use crate::workflow::CHILD;
use crate::workflow::Isolation;
use crate::workflow::Work;
use serde_json::json;

/// How a child run comes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// Somebody has it in hand, or will.
    Moves,
    /// It waits for somebody who is needed there.
    Rests,
    /// It is over, and so is the attempt that it did the work of.
    Ended,
}

/// Looks how the child run of a gate comes along; when it is over, takes in what it came to.
pub fn follow(driver: &mut Driver<'_>, gate: &GateId) -> Result<Followed, Error> {
    let state = driver.run().gate(gate).and_then(GateState::attempt);
    let Some((number, order)) = state.and_then(|it| Some((it.attempt, it.child.clone()?))) else {
        return Ok(Followed::Rests);
    };
    let project = driver.project;
    let attempt = AttemptId::new(gate, number);
    let pool = project.store.pool();
    let trouble = |source| Error::environment(format!("cannot read the pool: {source}"));
    if let Some(reason) = pool.refusal(&order.run).map_err(trouble)? {
        let reason = format!("run {} could not start: {reason}", order.run);
        let result = WorkResult::failed(Finding::of("child run", reason));
        settle::settle(driver, &WorkReport { attempt, invocation: None, result })?;
        pool.forget_refusal(&order.run).map_err(trouble)?;
        return Ok(Followed::Ended);
    }
    if project.store.is_held(&order.run) || pool.is_waiting(&order.run).map_err(trouble)? {
        return Ok(Followed::Moves);
    }
    // It moves between waiting and being at work while it is looked at.
    let seen = project.store.journal_bytes(&order.run);
    let is_at_work = pool.has(&order.run).map_err(trouble)?;
    if !has_begun(project, &order.run) {
        if !is_at_work {
            put(driver, &order)?;
        }
        return Ok(Followed::Moves);
    }
    let reading = project.store.read(&order.run)?;
    if reading.run.status.is_end() {
        take_in(driver, &attempt, &order, (&reading.run, reading.head))?;
        return Ok(Followed::Ended);
    }
    if is_at_work || child_others::waits_for_others(project, &reading.run) {
        return Ok(Followed::Moves);
    }
    if reading.run.pause == Some(PauseCause::Parent) || reading.run.status == RunStatus::Running {
        // It was paused with this run, which goes on, or its process died.
        let folder = project.workspace_of(&order.run);
        enqueue(project, &ticket(project, &order.run, folder, Errand::Continue))?;
        return Ok(Followed::Moves);
    }
    let has_moved = child_others::has_moved(project, &order.run, seen);
    Ok(if has_moved { Followed::Moves } else { Followed::Rests })
}

/// What the child run came to is what its gate comes to.
fn take_in(
    driver: &mut Driver<'_>,
    attempt: &AttemptId,
    order: &ChildOrder,
    (child, head): (&Run, crate::digest::Digest),
) -> Result<(), Error> {
    let branch = branch_of(order, child);
    let context = json!({ "key": order.key, "run": order.run, "branch": branch });
    let (taken, problems) = if child.status == RunStatus::Passed {
        take(driver, attempt, order, &context)
    } else {
        (Vec::new(), Vec::new())
    };
    let known = driver.run().gate(&attempt.gate).and_then(GateState::attempt);
    if known.is_none_or(|known| known.child_end.is_none()) {
        let child = Box::new(end_of(driver, (child, head), (branch, taken.clone()))?);
        let (gate, attempt) = (attempt.gate.clone(), attempt.number);
        driver.append(&[Event::ChildEnded { gate, attempt, child }])?;
    }
    let result = match child.status {
        RunStatus::Passed => {
            let mut judged = judging::judge_held(driver, &attempt.gate)?;
            let is_judged = |it: &Artifact| judged.artifacts.iter().any(|of| of.path == it.path);
            let more: Vec<Artifact> = taken.into_iter().filter(|it| !is_judged(it)).collect();
            judged.artifacts.extend(more);
            judged.findings.extend(problems);
            WorkResult::of(judged, crate::workflow::input::Values::new())
        }
        RunStatus::Running
        | RunStatus::Waiting
        | RunStatus::Paused
        | RunStatus::Failed
        | RunStatus::Canceled => {
            let reason = child.reason.as_ref().map(|reason| format!(": {reason}"));
            let words =
                format!("run {} ended {}{}", order.run, child.status, reason.unwrap_or_default());
            let mut findings = vec![Finding::of("child run", words.clone())];
            findings.extend(failures(child));
            WorkResult::Failed { reason: words, judged: Judged { findings, ..Judged::default() } }
        }
    };
    settle::settle(driver, &WorkReport { attempt: attempt.clone(), invocation: None, result })?;
    child_others::let_go(driver.project, &order.run)
}

/// Why the gates of a child run failed.
fn failures(child: &Run) -> impl Iterator<Item = Finding> {
    let failed = child.gates_in(crate::run::GateStatus::Fail);
    failed.filter_map(|id| {
        let state = child.gate(id).filter(|state| state.items.is_none())?;
        let reason = state.why_it_failed().unwrap_or("it failed");
        Some(Finding::of("child run", format!("gate {id}: {reason}")))
    })
}

fn branch_of(order: &ChildOrder, child: &Run) -> Option<String> {
    let branch = child.started.git.as_ref()?.branch.as_deref()?;
    let is_own = order.isolation == Isolation::Worktree;
    is_own.then(|| short_branch(branch).to_owned())
}

fn end_of(
    driver: &Driver<'_>,
    (child, head): (&Run, crate::digest::Digest),
    (branch, taken): (Option<String>, Vec<Artifact>),
) -> Result<ChildEnd, Error> {
    let commit = match (&branch, driver.project.repository()?) {
        (Some(branch), Some(repository)) => {
            let target = Project::target(Some(&format!("refs/heads/{branch}")));
            repository.find(&target)?.map(|found| found.id())
        }
        (_, _) => None,
    };
    let artifacts = child.gates.values().flat_map(GateState::artifacts);
    let outputs: std::collections::BTreeSet<String> =
        artifacts.filter(|it| it.exists).map(|it| it.path.clone()).collect();
    let took = Span::of_run(child).took().unwrap_or_default();
    Ok(ChildEnd {
        run: child.started.run_id.clone(),
        status: child.status,
        reason: child.reason.clone(),
        cost_usd: Cost::of_run(child).cost_usd,
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        head,
        branch,
        commit,
        outputs: outputs.into_iter().collect(),
        taken,
    })
}

/// Copies the files that the gate takes from the child run's workspace; one that is here and differs
/// stays, and is told.
fn take(
    driver: &Driver<'_>,
    attempt: &AttemptId,
    order: &ChildOrder,
    child: &serde_json::Value,
) -> (Vec<Artifact>, Vec<Finding>) {
    let (mut taken, mut problems) = (Vec::new(), Vec::new());
    let Some(gate) = driver.workflow.gate(&attempt.gate) else { return (taken, problems) };
    let Work::Workflow(work) = &gate.work else { return (taken, problems) };
    let context = packet::attempt_context(driver.run(), gate, attempt).with(CHILD, child);
    let from = ProjectFolder::new(&driver.project.workspace_of(&order.run), Vec::new());
    let before = taken_before(driver.run(), &attempt.gate);
    for template in &work.takes {
        let copied =
            template.render(&context).map_err(|error| error.to_string()).and_then(|path| {
                let from = from.as_ref().map_err(ToString::to_string)?;
                copy((from, &driver.project.folder), &path, &before)
            });
        match copied {
            Ok(artifact) => taken.push(artifact),
            Err(message) => problems.push(Finding::of("takes", message)),
        }
    }
    (taken, problems)
}

/// What earlier attempts of a gate took from their child runs: that is the gate's own, and no one else's.
fn taken_before<'r>(run: &'r Run, gate: &GateId) -> Vec<&'r Artifact> {
    let attempts = run.gate(gate).into_iter().flat_map(|state| &state.attempts);
    attempts.filter_map(|it| it.child_end.as_deref()).flat_map(|end| &end.taken).collect()
}

fn copy(
    (from, to): (&ProjectFolder, &ProjectFolder),
    path: &str,
    before: &[&Artifact],
) -> Result<Artifact, String> {
    let path = to.path(path).map_err(|error| error.to_string())?;
    let source = from.hash(&path).map_err(|error| format!("in the child run's folder: {error}"))?;
    let place = Beneath::new(to.root()).join(path.as_str());
    let own = place.exists().then(|| to.hash(&path)).transpose();
    let own = own.map_err(|error| error.to_string())?.map(|own| own.digest);
    let is_same = |it: &&Artifact| it.path == path.as_str() && it.sha256 == own;
    if own.is_some_and(|own| own != source.digest) && !before.iter().any(is_same) {
        return Err(format!("{path} is already here and differs; it was not replaced"));
    }
    if own != Some(source.digest) {
        let there = Beneath::new(from.root()).join(path.as_str());
        place.copy_from(&there).map_err(|error| format!("cannot copy {path}: {error}"))?;
    }
    Ok(Artifact {
        path: path.to_string(),
        sha256: Some(source.digest),
        exists: true,
        bytes: Some(source.bytes),
    })
}
