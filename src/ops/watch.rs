//! What changes in a run, as it changes, by whatever process.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::clock::Moment;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::runs;
use crate::run::GateStatus;
use crate::run::Run;
use crate::standing;
use crate::standing::GateLine;
use crate::standing::State;
use crate::store::journal::Follow;
use crate::store::journal::FollowFrom;
use std::collections::BTreeMap;
use std::time::Duration;

/// A run that is watched.
#[derive(Debug)]
pub struct Watch<'p> {
    project: &'p Project,
    run: Run,
    follow: Follow,
    state: State,
    gates: BTreeMap<GateId, (GateStatus, usize)>,
}

/// Something that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// When.
    pub at: Moment,
    /// The gate; `None` for the run itself.
    pub gate: Option<GateId>,
    /// The number of the gate's attempt, where it has more than one.
    pub attempt: Option<usize>,
    /// How the run or the gate stands now.
    pub status: &'static str,
    /// Why, where that is known.
    pub reason: Option<String>,
}

/// Watches a run from where it stands now.
pub fn watch<'p>(
    project: &'p Project,
    caller: &Caller,
    choice: &RunChoice,
) -> Result<Watch<'p>, Error> {
    let id = choose::run(project, caller, choice)?;
    let reading = project.store.read(&id)?;
    let (seq, head) = (reading.count, reading.head);
    let follow = project.store.follow(&id, FollowFrom::After { seq, head })?;
    let run = reading.run;
    let state = runs::state(project, &run);
    let gates = standing::gates(&run).into_iter().map(|line| (line.gate.clone(), seen(&line)));
    Ok(Watch { project, follow, state, gates: gates.collect(), run })
}

impl Watch<'_> {
    /// The run's id.
    pub fn run_id(&self) -> &RunId {
        &self.run.started.run_id
    }

    /// Whether the run has ended.
    pub fn is_over(&self) -> bool {
        self.run.status.is_end()
    }

    /// Waits for something that this process does, or for so long.
    pub fn wait(&self, most: Duration) {
        self.follow.wait(most);
    }

    /// What has changed since this was asked last.
    pub fn news(&mut self) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        let entries = self.follow.news()?;
        for entry in &entries {
            let applied = self.run.apply(entry.at, &entry.event);
            applied.map_err(|error| Error::environment(error.to_string()))?;
            self.note_gates(entry.at, &mut changes);
            self.note_run(State::Recorded(self.run.status), entry.at, &mut changes);
        }
        // That a driver has died stands in no journal.
        let now = runs::state(self.project, &self.run);
        self.note_run(now, self.project.clock.now(), &mut changes);
        Ok(changes)
    }

    fn note_gates(&mut self, at: Moment, changes: &mut Vec<Change>) {
        for line in standing::gates(&self.run) {
            let seen = seen(&line);
            let before = self.gates.insert(line.gate.clone(), seen);
            if before == Some(seen) || before.is_none() && line.status == GateStatus::NotStarted {
                continue;
            }
            let waits = line.waits_for.map(|who| format!("waits for {who}"));
            changes.push(Change {
                at,
                attempt: (line.attempts > 1).then_some(line.attempts),
                status: line.status.as_str(),
                reason: waits.or(line.reason),
                gate: Some(line.gate),
            });
        }
    }

    fn note_run(&mut self, state: State, at: Moment, changes: &mut Vec<Change>) {
        if state == self.state {
            return;
        }
        self.state = state;
        let (status, reason) = (state.as_str(), self.run.reason.clone());
        changes.push(Change { at, gate: None, attempt: None, status, reason });
    }
}

fn seen(line: &GateLine) -> (GateStatus, usize) {
    (line.status, line.attempts)
}
