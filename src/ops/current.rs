//! What is worked on in this worktree: a stack of runs, each with a gate, so that no
//! command needs an id.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::caller::asker;
use crate::files::Beneath;
use crate::id::GateId;
use crate::id::RunId;
use crate::run::Run;
use serde::Deserialize;
use serde::Serialize;

/// The longest way back.
const STACK_MAX: usize = 32;

/// The runs that were chosen, the last one first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Current {
    pub stack: Vec<ChosenRun>,
}

/// A run, and the gate of it that is worked on, where one was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChosenRun {
    pub run: RunId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
}

impl Current {
    pub fn read(project: &Project, caller: &Caller) -> Result<Self, Error> {
        let place = place(project, caller);
        let bytes = place.read().map_err(|source| Error::disk(&place, source))?;
        // A file that says nothing chooses nothing; the next choice writes it anew.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    pub fn write(&self, project: &Project, caller: &Caller) -> Result<(), Error> {
        let place = place(project, caller);
        let written = place.write_view(&serde_json::to_vec(self).unwrap_or_default());
        written.map_err(|source| Error::disk(&place, source))
    }

    /// Puts a run on top, and with it a gate.
    pub fn choose(&mut self, run: &RunId, gate: Option<GateId>) {
        self.leave(run);
        self.stack.insert(0, ChosenRun { run: run.clone(), gate });
        self.stack.truncate(STACK_MAX);
    }

    /// Takes a run off, wherever it lies.
    pub fn leave(&mut self, run: &RunId) {
        self.stack.retain(|place| place.run != *run);
    }

    /// The gate that was chosen in this run.
    pub fn gate_in(&self, run: &RunId) -> Option<&GateId> {
        self.stack.iter().find(|place| place.run == *run)?.gate.as_ref()
    }
}

fn place(project: &Project, caller: &Caller) -> Beneath {
    project.store.current(caller.session.as_deref())
}

/// The run that somebody sits at here: what is begun now is a part of it.
pub fn session_run(project: &Project, caller: &Caller) -> Option<RunId> {
    let chosen = caller.run.iter().filter_map(|name| {
        choose::run(project, caller, &RunChoice { run: Some(name.clone()) }).ok()
    });
    let chosen = chosen.chain(caller.session.iter().filter_map(|key| {
        choose::run(project, caller, &RunChoice { run: Some(key.clone()) }).ok()
    }));
    let stack =
        Current::read(project, caller).unwrap_or_default().stack.into_iter().map(|place| place.run);
    let mut all = chosen.chain(stack);
    let is_sat_at =
        |id: &RunId| project.store.glance(id).is_ok_and(|reading| reading.run.session().is_some());
    all.find(|id| !project.store.is_over(id) && is_sat_at(id))
}

/// A run that begins is the current one from then on, and takes the place of one that is over. What a
/// run has begun at one of its gates leaves the shells of the people alone. Where nothing can be
/// written the next command asks for an id: no reason to fail.
pub fn begin(project: &Project, caller: &Caller, run: &RunId) {
    if caller.session.is_none() && asker::is_executor(project) {
        return;
    }
    let mut current = Current::read(project, caller).unwrap_or_default();
    let is_final =
        |id: &RunId| project.store.glance(id).is_ok_and(|reading| reading.run.status.is_final());
    let is_over = |id: &RunId| project.store.is_over(id) || is_final(id);
    if let Some(last) = current.stack.first().map(|place| place.run.clone()).filter(is_over) {
        current.leave(&last);
    }
    current.choose(run, None);
    let _ = current.write(project, caller);
}

/// A run that is resumed leads back to what was at hand in it: a child run that is not over. Gives that.
pub fn resume(project: &Project, caller: &Caller, run: &RunId) -> Option<RunId> {
    let before = Current::read(project, caller).unwrap_or_default();
    begin(project, caller, run);
    let mut current = Current::read(project, caller).unwrap_or_default();
    let is_open_part = |place: &&ChosenRun| {
        let reading = project.store.glance(&place.run);
        reading.is_ok_and(|reading| {
            reading.run.started.parent.as_ref() == Some(run) && !reading.run.status.is_final()
        })
    };
    let above = before.stack.iter().take_while(|place| place.run != *run);
    let child = above.filter(|_| current.stack.first().is_some_and(|top| top.run == *run));
    let child = child.clone().find(is_open_part)?;
    current.choose(&child.run, child.gate.clone());
    current.write(project, caller).ok()?;
    Some(child.run.clone())
}

/// A run that has come to its end stays the current one until the next begins; a part of another one
/// leaves the place to that.
pub fn end(project: &Project, caller: &Caller, run: &Run) {
    let id = &run.started.run_id;
    let mut current = Current::read(project, caller).unwrap_or_default();
    let is_on_top = current.stack.first().is_some_and(|place| place.run == *id);
    let is_kept = is_on_top && run.started.parent.is_none();
    let is_chosen = current.stack.iter().any(|place| place.run == *id);
    if run.status.is_final() && is_chosen && !is_kept {
        current.leave(id);
        let _ = current.write(project, caller);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_lies_on_the_stack_once_the_last_chosen_one_on_top() {
        let id = |name: &str| RunId::new("20260119T143012Z", name, "ab12cd");
        let gate = GateId::parse("g").ok();
        let mut current = Current::default();
        for name in ["a", "b", "c"] {
            current.choose(&id(name), None);
        }
        current.choose(&id("a"), gate.clone());
        let order =
            |current: &Current| current.stack.iter().map(|it| it.run.clone()).collect::<Vec<_>>();
        assert_eq!(order(&current), ["a", "c", "b"].map(id));
        assert_eq!((current.gate_in(&id("a")), current.gate_in(&id("b"))), (gate.as_ref(), None));
        current.leave(&id("c"));
        assert_eq!(order(&current), ["a", "b"].map(id));
        // The oldest ones are forgotten.
        (0..STACK_MAX).for_each(|at| current.choose(&id(&at.to_string()), None));
        assert_eq!(current.stack.len(), STACK_MAX);
        assert!(!order(&current).contains(&id("b")));
    }
}
