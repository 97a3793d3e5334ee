//! How the other gates stand, as the templates of one see them: `gates.<id>`.

use crate::event::Artifact;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::run::Attempt;
use crate::run::AttemptStatus;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::SeenGate;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// The gates that the templates of one look at, and their instances.
pub(super) fn gates(run: &Run, gate: &Gate) -> Json {
    let mut gates = Map::new();
    for seen in gate.sees.iter() {
        let state = run.gate(&seen.gate);
        gates.insert(seen.gate.to_string(), one(run, seen, &seen.gate));
        for item in state.and_then(|state| state.items.as_ref()).into_iter().flatten() {
            gates.insert(item.gate.to_string(), one(run, seen, &item.gate));
        }
    }
    Json::Object(gates)
}

/// One gate: an answer that was not given is there, and null.
fn one(run: &Run, seen: &SeenGate, id: &GateId) -> Json {
    let state = run.gate(id);
    let answer = |name: &String| {
        let value = state.and_then(|state| state.answers.get(name)).cloned();
        (name.clone(), value.unwrap_or_default())
    };
    json!({
        "status": run.status_of(id).as_str(),
        "reason": state.and_then(reason),
        "attempts": state.map_or(0, |state| state.attempts.len()),
        "outputs": state.map(|state| outputs(run, state)).unwrap_or_default(),
        "children": state.map(|state| children(run, state)).unwrap_or_default(),
        "answers": seen.answers.iter().map(answer).collect::<Map<_, _>>(),
    })
}

/// Why it stands so, where something was said.
fn reason(state: &GateState) -> Option<&str> {
    match state.status {
        GateStatus::Fail => state.why_it_failed(),
        GateStatus::NotStarted
        | GateStatus::Running
        | GateStatus::Waiting
        | GateStatus::Pass
        | GateStatus::Skipped
        | GateStatus::Stale
        | GateStatus::Waived => state.reason.as_deref(),
    }
}

/// The files that it left behind, those of its instances among them.
fn outputs<'r>(run: &'r Run, state: &'r GateState) -> Vec<&'r str> {
    let items = state.items.as_ref().into_iter().flatten();
    let instances = items.filter_map(|item| run.gate(&item.gate));
    let artifacts = std::iter::once(state).chain(instances).flat_map(GateState::artifacts);
    let there = artifacts.filter(|artifact: &&Artifact| artifact.exists);
    there.map(|artifact| artifact.path.as_str()).collect()
}

/// Its child runs, those of its instances among them: one of each, the last one.
fn children(run: &Run, state: &GateState) -> Vec<Json> {
    let items = state.items.as_ref().into_iter().flatten();
    let instances = items.filter_map(|item| run.gate(&item.gate));
    let attempts = std::iter::once(state).chain(instances).filter_map(GateState::attempt);
    attempts.filter_map(child).collect()
}

/// A child run; until it is over only who it is can be told. One that could not start has failed.
fn child(attempt: &Attempt) -> Option<Json> {
    let (order, end) = (attempt.child.as_deref()?, attempt.child_end.as_deref());
    let has_failed = attempt.status == AttemptStatus::Fail;
    let without = if has_failed { RunStatus::Failed } else { RunStatus::Running };
    let why = attempt.failure_reason.as_deref().filter(|_| has_failed);
    Some(json!({
        "key": order.key,
        "run": order.run,
        "workflow": order.workflow,
        "status": end.map_or(without, |end| end.status).as_str(),
        "reason": end.map_or(why, |end| end.reason.as_deref()),
        "branch": end.and_then(|end| end.branch.as_deref()),
        "commit": end.and_then(|end| end.commit.as_deref()),
        "outputs": end.map(|end| end.outputs.as_slice()).unwrap_or_default(),
        "cost_usd": end.and_then(|end| end.cost_usd),
    }))
}
