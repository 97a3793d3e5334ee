//! What a person is shown before they approve: the message, and the files that `show` names.

use super::packet;
use crate::event::WaitsFor;
use crate::files::Globs;
use crate::files::ProjectPath;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::project::Error;
use crate::project::Project;
use crate::run::Run;
use crate::template::Context;
use crate::workflow::Gate;
use crate::workflow::Workflow;

/// The message to whoever approves an attempt, where the gate has one.
pub fn message(
    workflow: &Workflow,
    run: &Run,
    attempt: &AttemptId,
) -> Result<Option<String>, Error> {
    let Some((gate, context)) = gate_of(workflow, run, attempt) else { return Ok(None) };
    let Some(path) = &gate.asking.message else { return Ok(None) };
    packet::prompt(workflow, path, &context).map(Some).map_err(Error::usage)
}

/// The files that an approval of an attempt shows, as they are on the disk now.
pub fn files(
    project: &Project,
    (workflow, run): (&Workflow, &Run),
    attempt: &AttemptId,
) -> Result<Vec<ProjectPath>, Error> {
    let Some((gate, context)) = gate_of(workflow, run, attempt) else { return Ok(Vec::new()) };
    let globs = gate.asking.show.iter().map(|glob| glob.render_glob(&context));
    let globs = globs.collect::<Result<Vec<String>, _>>();
    let globs = globs.map_err(|error| error.to_string());
    let globs = globs.and_then(|globs| Globs::new(&globs, &project.folder));
    let found =
        globs.and_then(|globs| globs.files(&project.folder).map_err(|error| error.to_string()));
    found.map_err(|message| {
        Error::usage(format!("gate {}: approval: show: {message}", attempt.gate))
    })
}

/// The names of the files that a gate shows while it waits for an approval; none while they cannot be
/// told.
pub fn names_of_files(
    project: &Project,
    workflow: &Workflow,
    run: &Run,
    gate: &GateId,
) -> Vec<String> {
    let state = run.gate(gate).filter(|state| state.waits_for == Some(WaitsFor::Approval));
    let Some(attempt) = state.and_then(|state| state.attempt()) else { return Vec::new() };
    let attempt = AttemptId::new(gate, attempt.attempt);
    let files = files(project, (workflow, run), &attempt).unwrap_or_default();
    files.iter().map(ToString::to_string).collect()
}

fn gate_of<'w>(
    workflow: &'w Workflow,
    run: &Run,
    attempt: &AttemptId,
) -> Option<(&'w Gate, Context)> {
    let gate = workflow.gate(&attempt.gate)?;
    Some((gate, packet::attempt_context(run, gate, attempt)))
}
