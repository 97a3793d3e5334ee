//! Following a run: a face shows what happens by the events appended to its journal.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::advance;
use crate::check::plain_text;
use crate::clock::Clock;
use crate::clock::Moment;
use crate::config::PoolSettings;
use crate::definition::Definition;
use crate::executor;
use crate::files::Beneath;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::next;
use crate::next::Step;
use crate::run::Run;
use crate::store::Store;
use crate::store::journal::Follow;
pub use crate::store::journal::FollowFrom;
use crate::store::journal::JournalEntry;
use crate::work;
use crate::workflow::Gate;
use crate::workflow::OnInterrupt;
use crate::workflow::Work;
use crate::workflow::Workflow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The most of what a command printed that a person is shown.
const SHOWN_BYTES: u64 = 64 * 1024;

/// Follows a run; whoever asks [`Follow::news`] gets what was appended since, by this process or another
/// one. Who was away goes on behind the last event that they have.
pub fn follow(
    project: &Project,
    caller: &Caller,
    choice: &RunChoice,
    from: FollowFrom,
) -> Result<Follow, Error> {
    let id = choose::run(project, caller, choice)?;
    if let FollowFrom::Event(seq) = from {
        let last = project.store.glance(&id)?.count;
        if seq > last {
            return Err(Error::usage(format!(
                "run {id} has no event {seq}; its last one is {last}"
            )));
        }
    }
    Ok(project.store.follow(&id, from)?)
}

/// What a person is shown of a run beside its events.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The gates whose commands print for the person.
    gates: BTreeSet<String>,
    logs: Beneath,
    ahead: Option<Box<Ahead>>,
}

/// A run that is folded on by its events, where what comes next may be waited for.
#[derive(Debug, Clone)]
struct Ahead {
    workflow: Workflow,
    run: Run,
    /// The number of the last event that it knows.
    seq: u64,
    /// Where the locks lie that its gates may wait for.
    store: Store,
    /// How many processes an agent may have.
    pool: PoolSettings,
}

/// What is waited for before a gate goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Due {
    /// Its next attempt.
    Retry(Moment),
    /// The next time that its command is asked.
    Poll(Moment),
}

/// What is shown of a run as it stands now.
pub fn shown(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<Shown, Error> {
    let id = choose::run(project, caller, choice)?;
    let reading = project.store.glance(&id)?;
    let (run, seq) = (reading.run, reading.count);
    let workflow =
        Workflow::parse(&run.started.workflow, &Definition::thaw(&run.started.definition))?;
    Ok(Shown::of(project, &workflow, (&run, seq)))
}

/// Whether a gate may be waited for before an attempt of it, or between two looks of its command.
fn may_wait(gate: &Gate) -> bool {
    let pauses = gate.retry.attempts > 1 && !gate.retry.pause(1).is_zero();
    // After an outage it is tried again unasked.
    pauses
        || gate.poll.is_some()
        || gate.on_interrupt == OnInterrupt::Rerun
        || !gate.locks.is_empty()
        || matches!(gate.work, Work::Agent(_))
}

impl Shown {
    /// The same where the run is at hand; `seq` is the number of its last event.
    pub(super) fn of(project: &Project, workflow: &Workflow, (run, seq): (&Run, u64)) -> Self {
        let shows = workflow.gates.iter().filter(|gate| gate.printing.is_shown);
        let gates = shows.map(|gate| gate.id.to_string()).collect();
        let logs = project.store.logs(&run.started.run_id);
        let waits = workflow.gates.iter().any(may_wait);
        let ahead = || Ahead {
            workflow: workflow.clone(),
            run: run.clone(),
            seq,
            store: project.store.clone(),
            pool: project.config.pool.clone(),
        };
        Self { gates, logs, ahead: waits.then(|| Box::new(ahead())) }
    }

    /// Takes in what happened.
    pub fn note(&mut self, entry: &JournalEntry) {
        let Some(ahead) = self.ahead.as_mut().filter(|ahead| entry.seq > ahead.seq) else { return };
        ahead.seq = entry.seq;
        // What does not fit is for whoever drives the run to tell.
        if ahead.run.apply(entry.at, &entry.event).is_err() {
            self.ahead = None;
        }
    }

    /// When gates are tried or asked again, where that is waited for.
    pub fn due(&self) -> BTreeMap<GateId, Due> {
        let steps = self.ahead.iter().flat_map(|it| next::next(&it.workflow, &it.run));
        let due = steps.filter_map(|step| match step {
            Step::Start { gate, not_before: Some(at) } => Some((gate, Due::Retry(at))),
            Step::Poll { gate, not_before, .. } => Some((gate, Due::Poll(not_before))),
            Step::Start { not_before: None, .. }
            | Step::Expand(_)
            | Step::Skip { .. }
            | Step::Follow(_)
            | Step::Jump { .. }
            | Step::Gather { .. }
            | Step::Refuse { .. }
            | Step::Reopen { .. }
            | Step::End { .. }
            | Step::Finish(_) => None,
        });
        due.collect()
    }

    /// The gates that wait for a lock of another run, or will once their own time has come, and those
    /// that wait for their agent, each with what it waits for in words. No event tells that: it is
    /// looked at.
    pub fn waits(&self) -> Vec<(GateId, String)> {
        let Some(ahead) = self.ahead.as_deref() else { return Vec::new() };
        let (workflow, run) = (&ahead.workflow, &ahead.run);
        let locks = advance::lock_waits(&ahead.store, (workflow, run), |_| true);
        // Each reading of a fixed clock moves it: what is only shown goes by the system's.
        let (around, now) = ((&ahead.store, &ahead.pool), Clock::System.now());
        let agents = advance::agent_waits(around, (workflow, run), || now);
        let locks = locks.into_iter().map(|wait| (wait.gate.clone(), wait.words()));
        locks.chain(agents.into_iter().map(|wait| (wait.gate.clone(), wait.words()))).collect()
    }

    /// When the run started, where what comes next may be waited for.
    pub fn started_at(&self) -> Option<Moment> {
        self.ahead.as_ref().map(|ahead| ahead.run.started_at)
    }

    /// The last of what a gate printed in an attempt, where it is to be shown.
    pub fn printed(&self, attempt: &AttemptId) -> Option<String> {
        if !self.gates.contains(attempt.gate.base()) {
            return None;
        }
        let folder = work::attempt_folder(&self.logs, attempt);
        let printed = folder.join(executor::STDOUT).read_tail(SHOWN_BYTES).ok()?;
        let text = plain_text(printed.trim_end());
        (!text.is_empty()).then_some(text)
    }
}
