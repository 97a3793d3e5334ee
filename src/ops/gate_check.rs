//! Judge the outputs of a gate as they are now, and change nothing.

use super::Caller;
use super::Error;
use super::GateChoice;
use super::Project;
use super::amendment;
use super::choose;
use crate::advance;
use crate::definition::Definition;
use crate::event::WaitsFor;
use crate::finding::Finding;
use crate::finding::Validation;
use crate::id::GateId;
use crate::id::RunId;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `gate_check`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
}

/// What judging found.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The gate that was judged.
    pub gate: GateId,
    /// Whether the outputs fulfil the contract.
    pub passed: bool,
    /// Whether only the gate's own verdict fails: a well-formed refusal.
    pub refused: bool,
    /// Every check, with its result.
    pub validations: Vec<Validation>,
    /// The findings, in the order of the contract.
    pub findings: Vec<Finding>,
    /// The questions that have to be answered when the work is handed in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unanswered: Vec<String>,
    /// Files that differ from the run's frozen definition, where it fails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
}

impl Reply {
    /// What becomes of the gate when it is handed in as it is, in words.
    pub fn outlook(&self) -> String {
        match (self.passed, self.refused) {
            (true, _) if self.unanswered.is_empty() => "would pass".to_owned(),
            (true, _) => {
                let names: Vec<String> =
                    self.unanswered.iter().map(|name| format!("`{name}`")).collect();
                let answers = if names.len() == 1 { "an answer" } else { "answers" };
                format!("would pass with {answers} to {}", names.join(", "))
            }
            (false, true) => "would refuse".to_owned(),
            (false, false) => "would fail".to_owned(),
        }
    }
}

/// Judges; takes no lock and writes nothing but what commands print into the run's logs.
pub fn gate_check(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let id = choose::run(project, caller, &request.gate.run)?;
    let run = project.store.read(&id)?.run;
    let definition = Definition::thaw(&run.started.definition);
    let workflow = Workflow::parse(&run.started.workflow, &definition)?;
    let named = request.gate.gate.clone().or_else(|| caller.gate.clone());
    let gate = choose::gate_of(project, caller, &run, named.as_deref())?;
    let judged = advance::judge_now(project, &workflow, &run, &gate, None)?;
    let passed = judged.passes();
    let waits_for = run.gate(&gate).and_then(|state| state.waits_for);
    let form = match waits_for {
        Some(WaitsFor::Person | WaitsFor::Agent) => workflow.gate(&gate),
        Some(WaitsFor::Approval | WaitsFor::Decision | WaitsFor::ChildRun | WaitsFor::Answer)
        | None => None,
    };
    let questions = form.iter().flat_map(|gate| &gate.answers);
    let unanswered = questions.filter(|input| input.is_required()).map(|it| it.name.clone());
    Ok(Reply {
        run_id: id,
        gate,
        passed,
        unanswered: unanswered.collect(),
        differs: if passed { Vec::new() } else { amendment::differs(project, &run) },
        refused: judged.is_refusal(),
        findings: judged.all_findings().cloned().collect(),
        validations: judged.validations,
    })
}
