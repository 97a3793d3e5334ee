//! The runs that workers drive, and how each of them fares: whether it waits for a slot, is at work, is
//! silent, has lost its process, or rests for somebody.

mod heard;

use super::Error;
use super::Project;
use super::Suggestion;
use super::choose;
use super::note;
use super::run_phase;
use crate::clock::Moment;
use crate::event::ChildOrder;
use crate::event::Note;
use crate::event::PauseCause;
use crate::event::Question;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::files;
use crate::git::short_branch;
use crate::id::GateId;
use crate::id::RunId;
use crate::phase::Phase;
use crate::process::Life;
use crate::project::orphans;
use crate::project::worktree;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::spending::Cost;
use crate::store::pool;
use crate::store::pool::Errand;
use crate::store::pool::Ticket;
use crate::store::pool::Tickets;
use crate::store::pool::Until;
use crate::suggestion::Advice;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// How a run fares in the hands of workers.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Health {
    /// It waits for a slot.
    Queued,
    /// It waits for a moment, or for a slot of an agent: `reason` says which.
    Waiting,
    /// A process drives it.
    Working,
    /// A process drives it, and nothing was heard of its work for long.
    Stalled,
    /// Its process died, and with it all that it had started.
    Dead,
    /// Its process died, and a program that it had started is still at work.
    Orphaned,
    /// It could not start, or its process died too often.
    Stuck,
    /// Nothing is at work: its status says why.
    Resting,
}

impl Health {
    /// The name as it is written.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A run that workers drive.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct PooledRun {
    /// Its id.
    pub run_id: RunId,
    /// Its key.
    pub key: String,
    /// Its workflow.
    pub workflow: String,
    /// Its status; null where it has not begun.
    pub status: Option<RunStatus>,
    /// How it fares.
    pub health: Health,
    /// How far the work has come.
    pub phase: Phase,
    /// The gate that is at work or waits.
    pub gate: Option<GateId>,
    /// Who must act.
    pub waits_for: Option<WaitsFor>,
    /// What is asked.
    pub question: Option<Question>,
    /// Why it is stuck, why it was paused or failed, or what it waits for.
    pub reason: Option<String>,
    /// Its branch.
    pub branch: Option<String>,
    /// The folder where it works.
    pub folder: Option<PathBuf>,
    /// Whether that folder is gone.
    pub is_folder_gone: bool,
    /// Whether its worktree and its branch were deleted.
    pub is_deleted: bool,
    /// The git worktree that the folder is a part of.
    #[serde(skip)]
    pub worktree: Option<PathBuf>,
    /// Whether a signal or its parent paused it, and no person.
    #[serde(skip)]
    pub was_interrupted: bool,
    /// What it was to be; `None` where that is not known on this machine.
    #[serde(skip)]
    pub order: Option<Box<ChildOrder>>,
    /// The run that it is a part of.
    pub parent: Option<RunId>,
    /// When it was given to the pool.
    pub queued_at: Moment,
    /// When it began.
    pub started_at: Option<Moment>,
    /// When something was heard of its work last.
    pub heard_at: Option<Moment>,
    /// Known costs together; null where none is known.
    pub cost_usd: Option<f64>,
}

impl PooledRun {
    /// Whether it has not come to its end.
    pub fn is_open(&self) -> bool {
        self.status.is_none_or(|status| !status.is_end())
    }

    /// Whether its work failed, and it can be restarted.
    pub fn has_failed(&self) -> bool {
        self.status == Some(RunStatus::Failed) && !self.is_deleted
    }

    /// Whether it could go on in its worktree, which somebody removed.
    pub fn lacks_folder(&self) -> bool {
        self.is_folder_gone && (self.is_open() || self.has_failed())
    }

    /// The call of git that makes its worktree again. Git may still know of the one that is gone.
    pub fn remakes_folder(&self) -> Option<Advice> {
        let folder = self.worktree.as_ref()?.display().to_string();
        let branch = self.branch.as_deref().filter(|_| !self.is_deleted)?;
        Some(Advice::program(&["git", "worktree", "add", "-f", &folder, branch]))
    }
}

/// All runs that workers drive, the newest first.
pub fn all(project: &Project) -> Result<Vec<PooledRun>, Error> {
    #[cfg(feature = "engine")]
    if let Some(engine) = crate::engine::Engine::of(project)? {
        return super::shared_runs::all(&engine);
    }
    #[cfg(not(feature = "engine"))]
    super::missing_engine::refuse(project)?;
    let trouble = |source| Error::environment(format!("cannot read the pool: {source}"));
    let pool = project.store.pool();
    // Before the runs are listed: one that begins meanwhile is then seen twice, not missed.
    let Tickets { waiting, at_work, refused, alive } = pool.tickets().map_err(trouble)?;
    let ids =
        project.store.runs().map_err(|source| Error::disk(&project.store.runs_folder(), source))?;
    let mut found: Vec<PooledRun> = ids
        .iter()
        .filter_map(|id| {
            let ticket = pool::read::<Ticket>(&project.store.ticket(id)).ok().flatten()?;
            let queued = waiting.iter().find(|waiting| waiting.run == *id);
            let pending = note::pending(project, id);
            let run = project.store.glance(id).ok()?.run;
            Some(begun(project, (&run, &pending), &ticket, (queued, &alive)))
        })
        .collect();
    let is_known = |ticket: &&Ticket| found.iter().all(|known| known.run_id != ticket.run);
    let health = |ticket: &Ticket| {
        if alive.contains(ticket.run.as_str()) { Health::Working } else { Health::Dead }
    };
    let mut new: BTreeMap<RunId, PooledRun> = BTreeMap::new();
    let refused = refused.iter().map(|it| (&it.ticket, Health::Stuck, Some(&it.reason)));
    let at_work = at_work.iter().map(|ticket| (ticket, health(ticket), None));
    let unfit: Vec<Option<String>> = waiting.iter().map(|ticket| waits(project, ticket)).collect();
    let waiting = waiting.iter().zip(&unfit).map(|(ticket, waits)| match waits {
        Some(words) => (ticket, Health::Waiting, Some(words)),
        None => (ticket, Health::Queued, None),
    });
    for (ticket, health, reason) in refused.chain(at_work).chain(waiting) {
        if let Some(run) = Some(ticket).filter(is_known).and_then(queued) {
            let phase = if health == Health::Stuck { Phase::Stuck } else { run.phase };
            let run = PooledRun { health, phase, reason: reason.cloned(), ..run };
            new.insert(ticket.run.clone(), run);
        }
    }
    found.extend(new.into_values());
    found.sort_by(|one, other| other.run_id.cmp(&one.run_id));
    Ok(found)
}

/// The shortest part of an id that names a run: a shorter one is a key, and many ids hold it by chance.
const PART_BYTES_MIN: usize = 6;

/// The run of this key, the newest that is not over before the others; or of this id or a unique part
/// of it. `instead` is the command for a run that no worker drives.
pub fn find(project: &Project, name: &str, instead: Suggestion) -> Result<PooledRun, Error> {
    let all = all(project)?;
    let is_open = |run: &&PooledRun| run.status.is_none_or(|status| !status.is_final());
    let of_key = || all.iter().filter(|run| run.key == name);
    if let Some(run) = of_key().find(is_open).or_else(|| of_key().next()) {
        return Ok(run.clone());
    }
    let parts: Vec<&PooledRun> = all
        .iter()
        .filter(|run| run.run_id.has_part(name) && name.len() >= PART_BYTES_MIN)
        .collect();
    match parts.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let ids = project.store.runs().unwrap_or_default();
            if choose::named(project, name, &ids).is_ok() {
                return Err(Error::not_found(format!("no worker drives run `{name}`"))
                    .advise(Advice::from("for runs without a worker: ").then(instead)));
            }
            let error = Error::not_found(format!("no worker drives a run of `{name}`"));
            if all.is_empty() {
                let others = Suggestion::new("run list");
                return Err(error.advise(Advice::from("for all runs: ").then(others)));
            }
            let keys = all.iter().map(|run| run.key.as_str());
            Err(error.advise(crate::source::suggest(name, keys)))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|run| run.run_id.as_str()).collect();
            Err(Error::usage(format!("`{name}` matches several runs"))
                .advise(format!("name one of {}", ids.join(", "))))
        }
    }
}

/// What a run waits for beside a slot, in words.
fn waits(project: &Project, ticket: &Ticket) -> Option<String> {
    let known = &project.config.pool.labels;
    let mut missing = ticket.labels.iter().filter(|label| !known.contains(label));
    let missing = missing.next().map(|label| format!("waits for a worker with label `{label}`"));
    missing.or_else(|| ticket.until.as_ref().map(Until::words))
}

/// The branch that is this run's own: one made for it, which no later run of the same name has.
pub fn own_branch<'r>(all: &[PooledRun], run: &'r PooledRun) -> Option<&'r str> {
    let branch = run.branch.as_deref().filter(|_| !run.is_deleted)?;
    let has_own = |run: &PooledRun| worktree::is_own(run.order.as_deref());
    let is_later = |other: &&PooledRun| {
        (other.queued_at, &other.run_id) > (run.queued_at, &run.run_id)
            && has_own(other)
            && other.branch.as_deref() == Some(branch)
    };
    (has_own(run) && !all.iter().any(|other| is_later(&other))).then_some(branch)
}

/// A run that has a ticket and no journal, as one that waits.
fn queued(ticket: &Ticket) -> Option<PooledRun> {
    let Errand::Begin { order, parent } = &ticket.errand else { return None };
    let ChildOrder { key, workflow, .. } = &**order;
    Some(PooledRun {
        run_id: ticket.run.clone(),
        key: key.clone(),
        workflow: workflow.clone(),
        status: None,
        health: Health::Queued,
        phase: Phase::Registered,
        gate: None,
        waits_for: None,
        question: None,
        reason: None,
        branch: None,
        folder: None,
        is_folder_gone: false,
        is_deleted: false,
        worktree: None,
        was_interrupted: false,
        order: Some(order.clone()),
        parent: parent.clone(),
        queued_at: ticket.queued_at,
        started_at: None,
        heard_at: None,
        cost_usd: None,
    })
}

fn begun(
    project: &Project,
    (run, pending): (&Run, &[(Moment, Note)]),
    ticket: &Ticket,
    (queued, alive): (Option<&Ticket>, &BTreeSet<String>),
) -> PooledRun {
    let id = &run.started.run_id;
    let pool = project.store.pool();
    let folder = project.workspace_of(id);
    let gate = current_gate(run);
    let state = gate.as_ref().and_then(|gate| run.gate(gate));
    let said_at = pending.iter().map(|(at, _)| *at).max();
    let heard_at = heard::heard_at(project, &folder, run).max(said_at);
    let refusal = pool.refusal(id).ok().flatten().filter(|_| !run.status.is_final());
    let is_held = project.store.is_held(id);
    let waits = queued.and_then(|queued| waits(project, queued));
    let health = if waits.is_some() {
        Health::Waiting
    } else if queued.is_some() {
        Health::Queued
    } else if is_held || alive.contains(id.as_str()) {
        let is_silent = is_at_work(run) && heard::is_silent(project, heard_at);
        if is_silent { Health::Stalled } else { Health::Working }
    } else if refusal.is_some() {
        Health::Stuck
    } else if pool.is_at_work(id) || run.status == RunStatus::Running {
        if has_orphans(project, id) { Health::Orphaned } else { Health::Dead }
    } else {
        Health::Resting
    };
    let branch = run
        .started
        .git
        .as_ref()
        .and_then(|git| git.branch.as_deref())
        .map(|branch| short_branch(branch).to_owned());
    let is_folder_gone = !files::exists(&folder);
    PooledRun {
        run_id: id.clone(),
        key: run.started.key.clone(),
        workflow: run.started.workflow.clone(),
        status: Some(run.status),
        health,
        phase: run_phase::phase(project, run, pending),
        waits_for: state.and_then(|state| state.waits_for),
        question: state.and_then(open_question),
        reason: refusal
            .or(waits)
            .or_else(|| run.reason.clone())
            .or_else(|| failure(run, gate.as_ref())),
        gate,
        is_folder_gone,
        is_deleted: project.store.deleted_mark(id).exists()
            || is_folder_gone && !has_branch(project, branch.as_deref()),
        branch,
        worktree: Some(worktree::root_of(project, &folder)),
        was_interrupted: matches!(run.pause, Some(PauseCause::Signal | PauseCause::Parent)),
        folder: Some(folder),
        order: ticket.order().cloned().map(Box::new),
        parent: run.started.parent.clone(),
        queued_at: ticket.queued_at,
        started_at: Some(run.started_at),
        heard_at,
        cost_usd: Cost::of_run(run).cost_usd,
    }
}

/// The gate that asks, else the one that is at work, else the one that waits, else the one that failed.
pub(super) fn current_gate(run: &Run) -> Option<GateId> {
    let asks = |gate: &&GateId| run.gate(gate).is_some_and(|state| open_question(state).is_some());
    if let Some(asking) = run.gates_in(GateStatus::Waiting).find(asks) {
        return Some(asking.clone());
    }
    let mut found = [GateStatus::Running, GateStatus::Waiting, GateStatus::Fail]
        .into_iter()
        .flat_map(|status| run.gates_in(status));
    found.find(|gate| run.gate(gate).is_some_and(|state| state.items.is_none())).cloned()
}

/// Why a run failed that says nothing of it itself.
fn failure(run: &Run, gate: Option<&GateId>) -> Option<String> {
    let gate = gate.filter(|_| run.status == RunStatus::Failed)?;
    Some(format!("{gate}: {}", run.gate(gate)?.why_it_failed()?))
}

/// Whether a branch is there, as far as that can be told.
fn has_branch(project: &Project, branch: Option<&str>) -> bool {
    let repository = project.repository().ok().flatten();
    let has = |branch: &str| repository.map(|own| own.has_branch(branch).unwrap_or(true));
    branch.and_then(has).unwrap_or(false)
}

/// Whether the work of a gate is being done; what is polled or tried again later is silent meanwhile.
fn is_at_work(run: &Run) -> bool {
    run.gates_in(GateStatus::Running).next().is_some()
}

/// Whether a program of a run that lost its process lives on.
fn has_orphans(project: &Project, id: &RunId) -> bool {
    let mut left = orphans::find(project, id).unwrap_or_default().into_iter();
    left.any(|orphan| matches!(orphan.life, Life::AtWork(_)))
}

fn open_question(state: &GateState) -> Option<Question> {
    let asks = state.waits_for == Some(WaitsFor::Answer);
    state.attempt().filter(|_| asks)?.question.as_deref().cloned()
}
