//! Approvals: whether each is signed as the run's definition asks, by whom, and for what passed.

use super::Verified;
use crate::definition::Definition;
use crate::event::Approved;
use crate::event::Event;
use crate::id::GateId;
use crate::journal;
use crate::journal::Reading;
use crate::ops::Error;
use crate::ops::gate_approve::digests_of;
use crate::ops::signing;
use crate::ops::signing::Verdict;
use crate::record::Difference;
use crate::run::AttemptStatus;
use crate::run::Run;
use crate::workflow::Workflow;
use serde::Serialize;
use std::path::Path;

/// An approval that is proved.
#[derive(Debug, Clone, Serialize)]
pub struct SignedApproval {
    pub gate: GateId,
    pub attempt: u32,
    /// A name of the allowed signers, or a key where the run keeps none.
    pub by: String,
}

/// Looks at every approval that was ever given, each as the run stood then.
pub fn look(reading: &Reading, verified: &mut Verified) -> Result<(), Error> {
    let started = &reading.run.started;
    let definition = Definition::thaw(&started.definition);
    let workflow = match Workflow::parse(&started.workflow, &definition) {
        Ok(workflow) => workflow,
        Err(error) => {
            let message = format!("what approvals it asks for is not to be read: {error}");
            verified.differences.push(Difference::of("definition", message));
            return Ok(());
        }
    };
    let bytes = reading.bytes();
    for (before, event) in reading.events() {
        let Event::GateApproved { gate, attempt, approval } = event else { continue };
        let is_demanded = workflow.gate(&gate).is_some_and(|gate| signing::demand(gate).is_some());
        if approval.signature.is_none() && !is_demanded {
            continue;
        }
        let then = journal::fold(Path::new(journal::FILE), &bytes[..before])?;
        match verdict(&then, &workflow, (&gate, attempt), &approval)? {
            Verdict::Good(by) => verified.approvals.push(SignedApproval { gate, attempt, by }),
            Verdict::Bad(problem) => {
                verified.differences.push(of_approval(&gate, attempt, &problem));
            }
        }
    }
    verified.differences.extend(of_passes(&reading.run, &workflow));
    Ok(())
}

fn verdict(
    then: &Reading,
    workflow: &Workflow,
    (gate, attempt): (&GateId, u32),
    approval: &Approved,
) -> Result<Verdict, Error> {
    match &approval.signature {
        Some(signed) if signed.chain != then.head => Ok(Verdict::Bad(format!(
            "it was signed where the chain stood at {}, and stands behind {}",
            signed.chain, then.head
        ))),
        Some(_) | None => signing::verdict(&then.run, workflow, (gate, attempt), approval),
    }
}

/// Gates that passed without the approval that they ask for, or with other bytes than it saw.
fn of_passes(run: &Run, workflow: &Workflow) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (id, state) in &run.gates {
        let is_demanded = workflow.gate(id).is_some_and(|gate| signing::demand(gate).is_some());
        if state.reused.is_some() && is_demanded {
            let problem = "it was taken over from another run, and asks for a signed approval";
            differences.push(Difference::of(format!("gate {id}"), problem));
        }
        let passed = |status| matches!(status, AttemptStatus::Pass);
        for attempt in state.attempts.iter().filter(|attempt| passed(attempt.status)) {
            let problem = match &attempt.approval {
                None if is_demanded => "it passed without the signed approval that it asks for",
                Some(approval) if approval.seen != digests_of(&attempt.artifacts) => {
                    "it passed with other bytes than were approved"
                }
                Some(_) | None => continue,
            };
            differences.push(of_attempt(id, attempt.attempt, problem));
        }
    }
    differences
}

fn of_approval(gate: &GateId, attempt: u32, problem: &str) -> Difference {
    of_attempt(gate, attempt, &format!("its approval is not proved: {problem}"))
}

fn of_attempt(gate: &GateId, attempt: u32, problem: &str) -> Difference {
    Difference::of(format!("gate {gate} attempt {attempt}"), problem)
}
