//! How a run stands: its status, what waits for whom, what can be done next, time and money. A view of
//! the fold, pure, for whoever shows or decides anything by it.

mod agent_wait;
mod gates;
mod lock_wait;
mod money;
mod state;
mod steps;
mod story;
mod tally;
#[cfg(test)]
mod tests;

pub use agent_wait::AgentWait;
pub use agent_wait::WaitReason;
pub use gates::GateLine;
pub use gates::gates;
pub use lock_wait::LockWait;
pub use lock_wait::LockedBy;
pub use money::Spending;
pub use money::spending;
pub use state::State;
pub use steps::NextStep;
pub use story::AttemptStory;
pub use story::GateStory;
pub use story::Story;
pub use story::Turn;
pub use story::gate_story;
pub use story::story;
pub use tally::Span;
pub use tally::Tally;
pub use tally::Variance;
pub use tally::cost_within;
pub use tally::estimate;

use crate::check::WorkRemark;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::NoteKind;
use crate::event::PauseCause;
use crate::event::Question;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
use crate::next;
use crate::next::Deadline;
use crate::next::Step;
use crate::run::Declined;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Workflow;
use serde::Serialize;
use std::time::Duration;

/// What belongs to the state of a run beside its events.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Around {
    /// The current time.
    pub now: Moment,
    /// The head of the run's hash chain.
    pub head: Digest,
    /// Who drives it.
    pub driver: DrivenBy,
    /// Whether a session keeper is alive.
    pub is_kept: bool,
    /// Whether its record is committed.
    pub is_committed: bool,
}

/// The state of a run, and problems with its record.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Standing {
    /// The run's id.
    pub run_id: RunId,
    /// Its status.
    pub status: RunStatus,
    /// The reason, if there is one.
    pub reason: Option<String>,
    /// The cause of the pause, if it is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<PauseCause>,
    /// The gates that wait for a person or an agent.
    pub waiting: Vec<Waiting>,
    /// The gates that wait for a lock of another run, where a process drives this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lock_waits: Vec<LockWait>,
    /// The head of the run's hash chain.
    pub head: Digest,
    /// Why records were not committed, if they were not.
    pub problems: Vec<String>,
    /// Why the end of the run is not signed, if it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsigned: Option<String>,
    /// The failed gates; ignored failures left out.
    pub failed: Vec<FailedGate>,
    /// Files that differ from the run's frozen definition, where a gate failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
    /// Whether they could be applied as they are.
    #[serde(skip)]
    pub can_amend: bool,
    /// Whether its record is all committed.
    pub committed: bool,
    /// More for a reminder.
    #[serde(skip)]
    pub here: Here,
}

/// A gate that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct FailedGate {
    /// The gate.
    pub gate: GateId,
    /// Why it failed.
    pub reason: String,
    /// How it said no, if not by its checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declined: Option<Declined>,
}

/// The current place in the run.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Here {
    /// The run's key.
    pub key: String,
    /// Whether orch drives it, or a person gate by gate.
    pub is_driven: bool,
    /// Who drives it now.
    pub driver: DrivenBy,
    /// The gate that waits, is running or comes next.
    pub gate: Option<GateId>,
    /// How long that gate has been open to this moment; without one, all gates together.
    pub elapsed: Duration,
    /// The gates that can start.
    pub ready: Vec<GateId>,
    /// The current session.
    pub session: Option<u32>,
    /// Whether it had a session, and has none now.
    pub was_left: bool,
    /// Whether a worker drove it last.
    pub is_pooled: bool,
    /// The run of the session whose budget binds this one, and its key, if it is paused for that.
    pub bound_by: Option<(RunId, String)>,
}

/// Who drives a run now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DrivenBy {
    /// No process does.
    #[default]
    Nobody,
    /// This process goes on with it.
    This,
    /// Another process does.
    Another,
}

impl Standing {
    /// Why the run does not continue, in words, where it was paused or has ended.
    pub fn stopped(&self) -> Option<String> {
        stopped(self.status, self.reason.as_deref())
    }

    /// Whether this gate is one of those that failed.
    pub fn has_failed(&self, gate: &GateId) -> bool {
        self.failed.iter().any(|failed| failed.gate == *gate)
    }
}

/// A gate that needs a person or an agent.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Waiting {
    /// The gate, or the instance of one.
    pub gate: GateId,
    /// Its name, as the workflow has it.
    pub name: String,
    /// The number of the attempt.
    pub attempt: u32,
    /// Who must act, if it waits.
    pub waits_for: WaitsFor,
    /// What cut its attempt short, where it waits for a decision on that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether that was a service that is out of reach, and was tried for as long as is allowed.
    #[serde(skip)]
    pub is_outage: bool,
    /// The packet, relative to the project.
    pub packet: Option<String>,
    /// The outputs that it names, for an approval.
    pub artifacts: Vec<String>,
    /// The files to show to the person who approves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<String>,
    /// Until when it is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// The questions that must be answered with it.
    pub asks: Vec<String>,
    /// Whether it is handed in with a summary of the work.
    #[serde(skip)]
    pub asks_for_summary: bool,
    /// Whether progress must be reported before that.
    #[serde(skip)]
    pub asks_for_update: bool,
    /// The child run that does the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<RunId>,
    /// What is asked, where it waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
}

impl Waiting {
    /// Whether the time is over that a person was given.
    pub fn is_overdue(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline.is_over())
    }
}

impl Standing {
    /// How a run stands; `packet` gives where the packet of a gate lies, relative to the project.
    pub fn of(
        workflow: &Workflow,
        run: &Run,
        around: &Around,
        packet: impl Fn(&GateId) -> Option<String>,
    ) -> Self {
        let waiting = run.gates_in(GateStatus::Waiting).filter_map(|gate| {
            let state = run.gate(gate)?;
            let attempt = state.attempt()?;
            Some(Waiting {
                gate: gate.clone(),
                name: workflow.gate(gate)?.name.clone(),
                attempt: attempt.attempt,
                waits_for: state.waits_for?,
                reason: state.why_it_was_cut().map(str::to_owned),
                is_outage: state.outage.is_some(),
                packet: packet(gate),
                artifacts: attempt.artifacts.iter().map(|artifact| artifact.path.clone()).collect(),
                shows: Vec::new(),
                deadline: Deadline::of(workflow.gate(gate)?, state, || around.now),
                asks: asks(workflow, gate),
                asks_for_summary: asks_for(workflow, run, (gate, WorkRemark::Summary)),
                asks_for_update: asks_for(workflow, run, (gate, WorkRemark::Update)),
                child: attempt.child.as_ref().map(|child| child.run.clone()),
                question: attempt.question.as_deref().cloned(),
            })
        });
        let failed = run.gates_in(GateStatus::Fail).filter_map(|id| {
            let state = run.gate(id)?;
            // A failure that is ignored is nothing to put right.
            if workflow.gate(id).is_some_and(|gate| next::is_satisfied(gate, state)) {
                return None;
            }
            let reason = state.attempt()?.failure_reason.clone()?;
            Some(FailedGate { gate: id.clone(), reason, declined: state.declined })
        });
        Self {
            run_id: run.started.run_id.clone(),
            status: run.status,
            reason: run.reason.clone(),
            pause: run.pause,
            waiting: waiting.collect(),
            lock_waits: Vec::new(),
            head: around.head,
            problems: Vec::new(),
            unsigned: None,
            failed: failed.collect(),
            differs: Vec::new(),
            can_amend: false,
            committed: around.is_committed,
            here: here(workflow, run, around),
        }
    }
}

/// Why a run of this status does not continue, in words, where it was paused or has ended.
pub fn stopped(status: RunStatus, reason: Option<&str>) -> Option<String> {
    let what = match status {
        RunStatus::Running | RunStatus::Waiting => return None,
        RunStatus::Paused => "was paused",
        RunStatus::Canceled => "was canceled",
        RunStatus::Passed => "has passed",
        RunStatus::Failed => "has failed",
    };
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    Some(format!("the run {what}{reason}"))
}

/// The questions of a gate's form that have no answer of their own.
fn asks(workflow: &Workflow, gate: &GateId) -> Vec<String> {
    let form = workflow.gate(gate).map(|gate| gate.answers.as_slice()).unwrap_or_default();
    form.iter().filter(|input| input.is_required()).map(|input| input.name.clone()).collect()
}

/// Whether a gate is handed in with something said about the work, which its round does not have.
fn asks_for(workflow: &Workflow, run: &Run, (gate, remark): (&GateId, WorkRemark)) -> bool {
    let contract = workflow.gate(gate).and_then(|gate| gate.contract.as_ref());
    let since = run.gate(gate).and_then(GateState::round_began);
    let kind = match remark {
        WorkRemark::Summary => NoteKind::Summary,
        WorkRemark::Update => NoteKind::Update,
    };
    let is_given = run.notes.iter().any(|(at, note)| {
        note.kind == kind
            && note.gate.as_ref() == Some(gate)
            && since.is_none_or(|since| *at >= since)
    });
    !is_given && contract.is_some_and(|contract| contract.asks_for(remark))
}

fn here(workflow: &Workflow, run: &Run, around: &Around) -> Here {
    let mut ready = Vec::new();
    for step in next::next(workflow, run) {
        match step {
            Step::Start { gate, .. } | Step::Expand(gate) => ready.push(gate),
            Step::Poll { .. }
            | Step::Skip { .. }
            | Step::Follow(_)
            | Step::Jump { .. }
            | Step::Gather { .. }
            | Step::Refuse { .. }
            | Step::Reopen { .. }
            | Step::End { .. }
            | Step::Finish(_) => {}
        }
    }
    let mut at_work =
        [GateStatus::Waiting, GateStatus::Running].into_iter().flat_map(|is| run.gates_in(is));
    let gate = at_work.next().or(ready.first()).cloned();
    let now = around.now;
    let spent = match gate.as_ref().and_then(|gate| run.gate(gate)) {
        Some(state) => state.time.until(now),
        None => run.spent(now),
    };
    Here {
        key: run.started.key.clone(),
        is_driven: run.started.driven,
        driver: around.driver,
        gate,
        elapsed: spent.active + spent.waiting,
        ready,
        session: run.session().map(|session| session.number),
        was_left: !run.sessions.is_empty() && !around.is_kept,
        is_pooled: false,
        bound_by: None,
    }
}
