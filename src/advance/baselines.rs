//! What files were when a run, an attempt or a gate's pass began: recorded at that
//! moment, for the checks that compare with it later.

use super::packet;
use crate::check;
use crate::check::Baseline;
use crate::check::BaselineRequest;
use crate::check::Since;
use crate::contract::Contract;
use crate::files::ProjectFolder;
use crate::id::AttemptId;
use crate::id::RunId;
use crate::project::Error;
use crate::project::Project;
use crate::run::Run;
use crate::template::Context;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use crate::workflow::input;
use std::collections::BTreeMap;

/// What every contract of the workflow wants recorded at this moment.
pub fn record(
    project: &Project,
    workflow: &Workflow,
    run: Option<&Run>,
    inputs: &input::Values,
    moment: &Since,
) -> Result<BTreeMap<String, Baseline>, String> {
    let mut recorded = BTreeMap::new();
    for gate in &workflow.gates {
        let Some(contract) = gate.contract.as_ref().filter(|contract| compares(contract)) else {
            continue;
        };
        let context = context(run, gate, inputs);
        for request in requests(contract, &context) {
            if request.since == *moment && !recorded.contains_key(&request.key()) {
                let baseline = check::record_baseline(&project.folder, &request)?;
                recorded.insert(request.key(), baseline);
            }
        }
    }
    Ok(recorded)
}

/// What a contract compares with the beginning of its own attempt, kept beside the journal: it is
/// needed until the attempt is judged and never again.
pub fn record_attempt(
    project: &Project,
    run: &RunId,
    attempt: &AttemptId,
    (contract, context): (&Contract, &Context),
) -> Result<(), Error> {
    let mut recorded = BTreeMap::new();
    for request in requests(contract, context) {
        if request.since == Since::Attempt {
            let baseline = check::record_baseline(&project.folder, &request);
            recorded.insert(request.key(), baseline.map_err(Error::environment)?);
        }
    }
    if recorded.is_empty() {
        return Ok(());
    }
    let path = project.store.baselines(run, attempt);
    let bytes = serde_json::to_vec(&recorded).unwrap_or_default();
    path.write(&bytes).map_err(|source| Error::disk(&path, source))
}

/// All that the checks of an attempt compare with.
pub fn of_attempt(project: &Project, run: &Run, attempt: &AttemptId) -> BTreeMap<String, Baseline> {
    let mut baselines = run.baselines.clone();
    let path = project.store.baselines(&run.started.run_id, attempt);
    if let Ok(Some(bytes)) = path.read()
        && let Ok(own) = serde_json::from_slice::<BTreeMap<String, Baseline>>(&bytes)
    {
        baselines.extend(own);
    }
    baselines
}

/// All that a contract compares with, as if every moment were now.
pub fn baselines_of(
    folder: &ProjectFolder,
    contract: &Contract,
    context: &Context,
) -> Result<BTreeMap<String, Baseline>, String> {
    let record =
        |request: BaselineRequest| Ok((request.key(), check::record_baseline(folder, &request)?));
    requests(contract, context).into_iter().map(record).collect()
}

/// Whether a contract has any check that compares with something.
fn compares(contract: &Contract) -> bool {
    contract.rules().any(|rule| (rule.kind.compares)())
}

fn requests(contract: &Contract, context: &Context) -> Vec<BaselineRequest> {
    let rules = contract.rules().filter(|rule| (rule.kind.compares)());
    rules.filter_map(|rule| rule.build(context).ok()?.baseline()).collect()
}

fn context(run: Option<&Run>, gate: &Gate, inputs: &input::Values) -> Context {
    match run {
        Some(run) => packet::attempt_context(run, gate, &AttemptId::new(&gate.id, 1)),
        None => input::context(inputs),
    }
}
