//! Whether an agent's program may stop, for its stop hook. Only its own
//! gate keeps it from stopping, as long as the gate's form checks fail.

use super::Caller;
use super::Error;
use super::GateChoice;
use super::Project;
use super::choose;
use super::gate_check;
use crate::definition::Definition;
use crate::digest::Digest;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::run::GateStatus;
use crate::run::Run;
use crate::work;
use crate::workflow::Work;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The file in an attempt's logs with a digest of what was found the time before.
const FOUND: &str = "hook.sha256";

/// Arguments of a stop hook.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Which gate.
    #[serde(flatten)]
    pub gate: GateChoice,
    /// Whether the agent is already continuing because of a stop hook.
    #[serde(default)]
    pub stop_hook_active: bool,
}

/// What keeps an agent from stopping.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The agent's own gate.
    pub gate: GateId,
    /// The findings of its form checks.
    pub findings: Vec<Finding>,
}

/// Judges the agent's own gate; `None` where nothing keeps it from stopping.
pub fn gate_hook(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Option<Reply>, Error> {
    let is_named = request.gate.run.run.is_some() || caller.run.is_some();
    if !is_named && caller.session.is_none() {
        return Ok(None);
    }
    let id = choose::run(project, caller, &request.gate.run)?;
    let run = project.store.read(&id)?.run;
    let workflow =
        Workflow::parse(&run.started.workflow, &Definition::thaw(&run.started.definition))?;
    let Some(gate) = own_gate(project, caller, request, &workflow, &run)? else { return Ok(None) };
    let choice = GateChoice { gate: Some(gate.to_string()), ..request.gate.clone() };
    let judged = gate_check::gate_check(project, caller, &gate_check::Request { gate: choice })?;
    // A refusal is an answer: nobody is kept from ending with it.
    if judged.passed || judged.refused {
        return Ok(None);
    }
    let text = serde_json::to_vec(&judged.findings).unwrap_or_default();
    let found = Digest::of(text).to_string();
    let number = run.gate(&gate).and_then(|state| state.attempt()).map_or(0, |open| open.attempt);
    let attempt = AttemptId::new(&gate, number);
    let place = work::attempt_folder(&project.store.logs(&id), &attempt).join(FOUND);
    let before = place.read().ok().flatten();
    let is_same = before.is_some_and(|before| before == found.as_bytes());
    if request.stop_hook_active && is_same {
        return Ok(None);
    }
    place.write_view(found.as_bytes()).map_err(|source| Error::disk(&place, source))?;
    Ok(Some(Reply { gate, findings: judged.findings }))
}

/// The gate that an agent works on: the one that is named, else the only one that waits for an agent.
fn own_gate(
    project: &Project,
    caller: &Caller,
    request: &Request,
    workflow: &Workflow,
    run: &Run,
) -> Result<Option<GateId>, Error> {
    let is_own_run = caller.run.as_deref() == Some(run.started.run_id.as_str());
    let own = caller.gate.as_ref().filter(|_| is_own_run);
    let waiting = || {
        let mut waiting =
            run.gates_in(GateStatus::Waiting).filter(|gate| waits_for_agent(run, gate));
        waiting.next().filter(|_| waiting.next().is_none()).cloned()
    };
    let named = request.gate.gate.as_ref().or(own);
    let named = named.map(|name| choose::gate_of(project, caller, run, Some(name))).transpose()?;
    let Some(gate) = named.or_else(waiting) else { return Ok(None) };
    let is_agents = workflow.gate(&gate).is_some_and(|gate| matches!(gate.work, Work::Agent(_)));
    let is_open = match run.status_of(&gate) {
        GateStatus::Running => true,
        GateStatus::Waiting => waits_for_agent(run, &gate),
        GateStatus::NotStarted
        | GateStatus::Pass
        | GateStatus::Fail
        | GateStatus::Skipped
        | GateStatus::Stale
        | GateStatus::Waived => false,
    };
    let goes_on = matches!(run.status, RunStatus::Running | RunStatus::Waiting);
    Ok((is_agents && is_open && goes_on).then_some(gate))
}

fn waits_for_agent(run: &Run, gate: &GateId) -> bool {
    run.gate(gate).and_then(|state| state.waits_for) == Some(WaitsFor::Agent)
}
