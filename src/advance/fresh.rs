//! What the outputs of a gate's round are compared with: the files that lay there when it began, or
//! what was refused. It is kept beside the journal, since it says nothing on another machine.

use crate::contract::Contract;
use crate::id::AttemptId;
use crate::judge::Freshness;
use crate::judge::fresh;
use crate::project::Error;
use crate::project::Project;
use crate::run::Run;
use crate::template::Context;
use crate::workflow::Gate;

/// Notes down what lies there when a round begins, before anybody works on it.
pub fn record(
    project: &Project,
    run: &Run,
    gate: &Gate,
    attempt: &AttemptId,
    context: &Context,
) -> Result<(), Error> {
    let Some(contract) = contract(gate) else { return Ok(()) };
    let round = run.gate(&attempt.gate).map_or(1, crate::run::GateState::round);
    if round != attempt.number {
        return Ok(());
    }
    let stamps = fresh::stamps(contract, gate.writes_anew(), &project.folder, context);
    let path = project.store.round(&run.started.run_id, attempt);
    let bytes = serde_json::to_vec(&stamps).unwrap_or_default();
    path.write(&bytes).map_err(|source| Error::disk(&path, source))
}

/// What an open attempt's outputs are compared with; `None` where they may be of any age.
pub fn of_attempt(
    project: &Project,
    run: &Run,
    gate: &Gate,
    attempt: &AttemptId,
) -> Option<Freshness> {
    contract(gate)?;
    let state = run.gate(&attempt.gate)?;
    // What stood before is judged as it stands.
    if state.is_kept || run.range.adopts(&attempt.gate) {
        return None;
    }
    state.attempt().filter(|open| open.finished_at.is_none())?;
    // An auditor answers nobody's refusal.
    if let Some(refused) = state.refused.as_ref().filter(|_| gate.audits.is_none()) {
        return Some(Freshness::Differs(refused.clone()));
    }
    let first = AttemptId::new(&attempt.gate, state.round());
    let bytes = project.store.round(&run.started.run_id, &first).read().ok()??;
    serde_json::from_slice(&bytes).ok().map(Freshness::Written)
}

/// The contract, where any of its outputs must be fresh.
fn contract(gate: &Gate) -> Option<&Contract> {
    let by_default = gate.writes_anew();
    let contract = gate.contract.as_ref()?;
    contract.outputs.iter().any(|output| output.is_fresh(by_default)).then_some(contract)
}
