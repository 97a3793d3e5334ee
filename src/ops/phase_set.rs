//! Say how far the work has come, apart from the run's own status.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use super::note;
use crate::caller::asker;
use crate::event::NoteKind;
use crate::id::RunId;
use crate::phase::Phase;
use crate::source::suggest;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `phase_set`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The phase, such as `working` or `pr_ready`.
    pub phase: String,
    /// Run id, a unique part of it, or key; defaults to the current run.
    #[serde(default)]
    pub run: Option<String>,
}

/// The phase as it is now.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct PhaseReply {
    /// The run's id.
    pub run_id: RunId,
    /// The phase.
    pub phase: Phase,
    /// Whether it was passed to the process that holds the run, which will record it.
    pub handed_over: bool,
}

/// Sets the phase. The same one again changes nothing.
pub fn phase_set(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<PhaseReply, Error> {
    let Some(phase) = Phase::parse(&request.phase) else {
        return Err(Error::usage(format!("unknown phase `{}`", request.phase))
            .advise(suggest(&request.phase, Phase::names())));
    };
    let run_id = choose::open_run(project, caller, &RunChoice { run: request.run.clone() })?;
    asker::refuse_workers_of_others(project, caller, &run_id)?;
    let run = project.store.read(&run_id)?.run;
    if run.phase == Some(phase) {
        return Ok(PhaseReply { run_id, phase, handed_over: false });
    }
    let note = note::said(project, caller, &run, (NoteKind::Phase, None), phase.as_str())?;
    let handed_over = note::leave(project, caller, &run_id, &note)?;
    Ok(PhaseReply { run_id, phase, handed_over })
}
