//! Judging the outputs of a gate: what the run says of it, put together for the hands.

use super::adopted;
use super::baselines;
use super::fresh;
use super::granted;
use super::packet;
use super::player;
use super::rewriting;
use crate::check;
use crate::check::WorkItem;
use crate::contract::Contract;
use crate::event::Judged;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::project::runs;
use crate::run::GateState;
use crate::run::Run;
use crate::secret::Secrets;
use crate::standing;
use crate::work::Judging;
use crate::work::Worked;
use crate::work::Workspace;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use crate::workflow::input;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// The variables of the run, the gate and its attempt.
fn environment(run: &Run, gate: &Gate, attempt: &AttemptId) -> BTreeMap<String, String> {
    let AttemptId { gate: id, number } = attempt;
    let context = packet::attempt_context(run, gate, attempt);
    let mut variables = BTreeMap::from([
        ("ORCH_RUN".to_owned(), run.started.run_id.to_string()),
        ("ORCH_GATE".to_owned(), id.to_string()),
        ("ORCH_ATTEMPT".to_owned(), number.to_string()),
    ]);
    let mut set = |name: &str, value: &serde_json::Value| {
        variables.insert(input::variable(name), input::as_text(value));
    };
    for (name, value) in gate.takes(&run.started.inputs) {
        set(&name, &value);
    }
    let items = run.gate(&gate.id).and_then(|state| state.items.as_ref());
    let item = items.and_then(|items| items.iter().find(|item| item.gate == *id));
    if let (Some(each), Some(item)) = (&gate.each, item) {
        set(&each.name, &item.value);
    }
    for (name, template) in &gate.environment {
        // A template that does not render was refused when the recipe or packet was made.
        variables.insert(name.clone(), template.render(&context).unwrap_or_default());
    }
    variables
}

/// What judging a gate's outputs takes.
pub fn judging(
    project: &Project,
    (workflow, run): (&Workflow, &Run),
    gate: &Gate,
    attempt: AttemptId,
) -> Judging {
    Judging {
        contract: gate.contract.clone(),
        context: packet::attempt_context(run, gate, &attempt),
        baselines: baselines::of_attempt(project, run, &attempt),
        environment: environment(run, gate, &attempt),
        allowed: player::allowed(project, run),
        secrets: gate.secrets.clone(),
        text_bytes_max: project.config.limits.text_bytes,
        worked: worked(project, workflow, run, gate, &attempt.gate),
        freshness: fresh::of_attempt(project, run, gate, &attempt),
        is_fresh: gate.writes_anew(),
        granted: granted::granted(project, run, gate, &attempt),
        superseded: adopted::superseded(workflow, run, &attempt.gate),
        attempt,
    }
}

/// The project as the workspace of a run that is only read: what its checks run is named nowhere.
pub fn workspace(project: &Project, run: &RunId, secrets: Secrets) -> Workspace {
    Workspace {
        secrets,
        nested: project.nested.clone(),
        stop: project.stop.clone(),
        git_folder: project.store.git_folder(),
        user_folder: project.surroundings.settings.clone(),
        variables: project.surroundings.variables.clone(),
        program: project.surroundings.program.clone(),
        said: Some((project.store.clone(), run.clone())),
        ..Workspace::new(project.folder.clone(), project.store.logs(run))
    }
}

/// The same of a run that is held.
pub fn workspace_held(driver: &Driver<'_>) -> Workspace {
    let meter = driver.meter.clone();
    Workspace {
        at_work: Some(driver.project.store.at_work(driver.id())),
        follow: Some(Arc::new(move |id, used, took| meter.tell(id, used, took))),
        ..workspace(driver.project, driver.id(), driver.secrets.clone())
    }
}

/// Judges the outputs of a gate as they are now, outside of an attempt's work. `contract` stands for
/// the gate's own. [`Error::Interrupted`] where the process was asked to stop: what is cut off is no
/// verdict.
pub fn judge_now(
    project: &Project,
    workflow: &Workflow,
    run: &Run,
    id: &GateId,
    contract: Option<&Contract>,
) -> Result<Judged, Error> {
    // A secret that is not set here was never seen here either.
    let secrets = Secrets::of_those_set(workflow.secrets(), &project.surroundings.variables)
        .unwrap_or_default();
    let workspace = workspace(project, &run.started.run_id, secrets);
    judge_in(&workspace, (project, workflow, run), id, contract)
}

/// The same in a run that is held: what it runs is named there.
pub fn judge_held(driver: &Driver<'_>, id: &GateId) -> Result<Judged, Error> {
    let run = (driver.project, &driver.workflow, driver.run());
    judge_in(&workspace_held(driver), run, id, None)
}

fn judge_in(
    workspace: &Workspace,
    (project, workflow, run): (&Project, &Workflow, &Run),
    id: &GateId,
    contract: Option<&Contract>,
) -> Result<Judged, Error> {
    let Some(gate) = workflow.gate(id) else { return Ok(Judged::default()) };
    let attempts = run.gate(id).map_or(0, |state| state.attempts.len());
    let attempt = u32::try_from(attempts).unwrap_or(u32::MAX).max(1);
    let own = judging(project, (workflow, run), gate, AttemptId::new(id, attempt));
    let judging = Judging { contract: contract.cloned().or(own.contract.clone()), ..own };
    let mut judged = judging.judge(workspace, Instant::now());
    if project.stop.is_raised() {
        return Err(Error::Interrupted);
    }
    let edited = rewriting::edited(&project.folder, run, id).into_iter();
    let is_judged = |path: &str| judged.artifacts.iter().any(|known| known.path == path);
    let edited = edited.filter(|edited| !is_judged(&edited.path)).collect::<Vec<_>>();
    judged.artifacts.extend(edited);
    Ok(judged)
}

/// What the checks of this gate may look at of the work; `None` where none of them does.
fn worked(
    project: &Project,
    workflow: &Workflow,
    run: &Run,
    gate: &Gate,
    id: &GateId,
) -> Option<Worked> {
    let contract = gate.contract.as_ref()?;
    if !contract.rules().any(|rule| (rule.kind.looks_at_work)()) {
        return None;
    }
    let state = run.gate(id);
    Some(Worked {
        work: check::WorkLog {
            summary: None,
            updates: 0,
            items: items(project, run),
            active: run.spent(project.clock.now()).active,
            estimate: standing::estimate(workflow, run),
        },
        gate: id.clone(),
        notes: run.notes.clone(),
        since: state.and_then(GateState::round_began),
        is_timed: state.is_some_and(|state| {
            state.attempts.iter().any(|attempt| attempt.finished_at.is_none())
        }),
    })
}

/// The runs that were begun as a part of this one.
fn items(project: &Project, run: &Run) -> Vec<WorkItem> {
    let entries = runs::runs(project).unwrap_or_default();
    let parts =
        entries.into_iter().filter(|entry| entry.parent.as_ref() == Some(&run.started.run_id));
    parts
        .map(|entry| WorkItem {
            is_closed: entry.status.is_final(),
            name: format!("{} ({})", entry.key, entry.run_id),
            status: entry.status.to_string(),
        })
        .collect()
}
