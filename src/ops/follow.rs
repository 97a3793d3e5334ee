//! Following a run: a face shows what happens by the events appended to its journal.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::check::plain_text;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::executor;
use crate::files::Beneath;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::next;
use crate::next::Step;
use crate::run::Run;
use crate::store::journal::Follow;
use crate::store::journal::JournalEntry;
use crate::work;
use crate::workflow::Workflow;
use std::collections::BTreeSet;

/// The most of what a command printed that a person is shown.
const SHOWN_BYTES: u64 = 64 * 1024;

/// Follows a run from where it stands now; whoever asks [`Follow::news`] gets what was appended since,
/// by this process or another one.
pub fn follow(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<Follow, Error> {
    let id = choose::run(project, caller, choice)?;
    Ok(project.store.follow(&id)?)
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
}

/// What is waited for before a gate goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl Shown {
    /// The same where the run is at hand; `seq` is the number of its last event.
    pub(super) fn of(project: &Project, workflow: &Workflow, (run, seq): (&Run, u64)) -> Self {
        let shows = workflow.gates.iter().filter(|gate| gate.printing.is_shown);
        let gates = shows.map(|gate| gate.id.to_string()).collect();
        let logs = project.store.logs(&run.started.run_id);
        let waits = workflow.gates.iter().any(|gate| {
            gate.poll.is_some() || gate.retry.attempts > 1 && !gate.retry.pause(1).is_zero()
        });
        let ahead = || Ahead { workflow: workflow.clone(), run: run.clone(), seq };
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

    /// When a gate is tried or asked again, where that is waited for.
    pub fn due(&self, id: &GateId) -> Option<Due> {
        let ahead = self.ahead.as_ref()?;
        let steps = next::next(&ahead.workflow, &ahead.run).into_iter();
        let mut due = steps.filter_map(|step| match step {
            Step::Start { gate, not_before: Some(at) } => (gate == *id).then_some(Due::Retry(at)),
            Step::Poll { gate, not_before, .. } => (gate == *id).then_some(Due::Poll(not_before)),
            Step::Start { not_before: None, .. }
            | Step::Expand(_)
            | Step::Skip { .. }
            | Step::Jump { .. }
            | Step::Gather { .. }
            | Step::Refuse { .. }
            | Step::Reopen { .. }
            | Step::End { .. }
            | Step::Finish(_) => None,
        });
        due.next()
    }

    /// The last of what a gate printed in an attempt, where it is to be shown.
    pub fn printed(&self, gate: &GateId, attempt: u32) -> Option<String> {
        if !self.gates.contains(gate.base()) {
            return None;
        }
        let folder = work::attempt_folder(&self.logs, &AttemptId::new(gate, attempt));
        let printed = folder.join(executor::STDOUT).read_tail(SHOWN_BYTES).ok()?;
        let text = plain_text(printed.trim_end());
        (!text.is_empty()).then_some(text)
    }
}
