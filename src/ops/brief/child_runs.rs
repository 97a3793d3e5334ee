//! The child runs of a run that are not over: what a session has still to see to, each with the last
//! words said about it.

use super::content::Remark;
use super::content::said;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::Project;
use crate::project::runs;
use crate::run::GateStatus;
use crate::run::Run;
use crate::standing::State;
use serde::Serialize;

/// A child run that is not over.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ChildRun {
    /// The run's id.
    pub run_id: RunId,
    /// The run's key.
    pub key: String,
    /// The workflow's name.
    pub workflow: String,
    /// The status of the run.
    pub status: State,
    /// Its gates that wait, with who must act.
    pub waiting: Vec<WaitingGate>,
    /// What was said last about it.
    pub last: Option<Remark>,
}

/// A gate that waits.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct WaitingGate {
    /// The gate.
    pub gate: GateId,
    /// Who must act.
    pub waits_for: WaitsFor,
}

/// The open child runs of a run, the oldest first. Only what begins in a session has a parent.
pub(super) fn open(project: &Project, run: &Run) -> Result<Vec<ChildRun>, Error> {
    if run.sessions.is_empty() {
        return Ok(Vec::new());
    }
    let own = &run.started.run_id;
    let later = project.store.runs().map(|mut ids| {
        ids.retain(|id| id != own && id.second() >= own.second());
        ids
    });
    let mut open = Vec::new();
    for entry in runs::entries(project, later)?.into_iter().rev() {
        if entry.parent.as_ref() != Some(own) || entry.status.is_final() {
            continue;
        }
        // One that cannot be read tells nothing; whoever asks for it is told why.
        let Ok(reading) = project.store.read(&entry.run_id) else { continue };
        let child = &reading.run;
        let waiting = child.gates_in(GateStatus::Waiting).filter_map(|gate| {
            let waits_for = child.gate(gate)?.waits_for?;
            Some(WaitingGate { gate: gate.clone(), waits_for })
        });
        open.push(ChildRun {
            waiting: waiting.collect(),
            last: said(child).pop(),
            run_id: entry.run_id,
            key: entry.key,
            workflow: entry.workflow,
            status: entry.status,
        });
    }
    Ok(open)
}
