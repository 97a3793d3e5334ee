//! What is signed: whether each approval is as the run's definition asks, by whom and for what
//! passed, and whether signed heads are.

use super::Verified;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::event::Event;
use crate::event::SignedHead;
use crate::event::digests_of;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::ops::Error;
use crate::project::proof;
use crate::project::signing;
use crate::project::signing::SignatureCheck;
use crate::project::signing::Trust;
use crate::run::AttemptStatus;
use crate::run::Run;
use crate::store::journal::Reading;
use crate::store::journal::Then;
use crate::store::record::Difference;
use crate::workflow;
use crate::workflow::Workflow;
use serde::Serialize;

/// An approval with a valid signature.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct SignedApproval {
    /// The gate that was approved.
    pub gate: GateId,
    /// The attempt whose outputs were approved.
    pub attempt: u32,
    /// The signer's name, or the key if the run has no list of signers.
    pub by: String,
}

/// Another decision with a valid signature.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct VerifiedDecision {
    /// The gate.
    pub gate: GateId,
    /// The number of its attempt; 0 if it has none.
    pub attempt: u32,
    /// What was decided, such as `rejection`.
    pub kind: &'static str,
    /// The signer's name.
    pub by: String,
}

/// Looks at every approval that was ever given and every head that was signed, each as the run
/// stood then; `told` says whose signatures count, where the run's own word is not enough.
pub fn look(
    reading: &Reading,
    (told, revoked): (Option<&str>, Option<&[u8]>),
    verified: &mut Verified,
) -> Result<(), Error> {
    let workflow = match workflow_of(&reading.run) {
        Ok(workflow) => workflow,
        Err(error) => {
            let message = format!("cannot read which approvals it requires: {error}");
            verified.differences.push(Difference::of("definition", message));
            return Ok(());
        }
    };
    let allowed = told.or_else(|| signing::allowed_in(&reading.run));
    let trust = Trust { allowed, revoked };
    let asks = |gate: &GateId| workflow.gate(gate).is_some_and(|it| signing::demand(it).is_some());
    // A long journal is not read once more for nothing.
    if has_any(&reading.run) {
        reading.retrace(|then, written, event| {
            if let Event::GateApproved { gate, attempt, approval } = event
                && (approval.signature.is_some() || asks(gate))
            {
                let id = AttemptId::new(gate, *attempt);
                // A run that was amended since had another one then.
                let earlier =
                    workflow_of(then.run).ok().filter(|_| !reading.run.amended.is_empty());
                let workflow = earlier.as_ref().unwrap_or(&workflow);
                let limits = (trust, written);
                match proof::check_approval(then, workflow, &id, approval, limits)? {
                    SignatureCheck::Good(by) => {
                        let (gate, attempt) = (id.gate, id.number);
                        verified.approvals.push(SignedApproval { gate, attempt, by });
                    }
                    SignatureCheck::Bad(problem) => {
                        verified.differences.push(of_approval(&id, &problem));
                    }
                }
            } else if let Event::DecisionSigned(decided) = event {
                match proof::check_decision(then, decided, (trust, written))? {
                    SignatureCheck::Good(by) => {
                        let (gate, attempt) = (decided.gate.clone(), decided.attempt);
                        let kind = decided.decision.kind();
                        verified.decisions.push(VerifiedDecision { gate, attempt, kind, by });
                    }
                    SignatureCheck::Bad(problem) => {
                        let id = AttemptId::new(&decided.gate, decided.attempt);
                        let kind = decided.decision.kind();
                        let message = format!("the signed {kind} is not valid: {problem}");
                        verified.differences.push(of_attempt(&id, &message));
                    }
                }
            } else if let Event::HeadSigned(head) = event {
                match check_head(then, head, (trust, written))? {
                    SignatureCheck::Good(by) => verified.head_signed_by = Some(by),
                    SignatureCheck::Bad(problem) => {
                        let message = format!("its signature is not valid: {problem}");
                        verified.differences.push(Difference::of("head", message));
                    }
                }
            }
            Ok::<(), Error>(())
        })?;
    }
    let unsigned = proof::unsigned_replies(reading, trust)?;
    verified.differences.extend(unsigned.iter().map(|(id, problem)| of_attempt(id, problem)));
    verified.differences.extend(of_passes(&reading.run, &workflow));
    Ok(())
}

pub(super) fn workflow_of(run: &Run) -> Result<Workflow, workflow::Error> {
    Workflow::parse(&run.started.workflow, &Definition::thaw(&run.started.definition))
}

/// Whether anything was ever approved or signed.
fn has_any(run: &Run) -> bool {
    let mut attempts = run.gates.values().flat_map(|state| &state.attempts);
    let is_signed = !run.signed_heads.is_empty() || !run.signed_decisions.is_empty();
    is_signed || attempts.any(|attempt| attempt.approval.is_some())
}

fn check_head(
    then: &Then<'_>,
    head: &SignedHead,
    (trust, written): (Trust<'_>, Moment),
) -> Result<SignatureCheck, Error> {
    match proof::misplaced(then, &head.signed, written) {
        Some(problem) => Ok(SignatureCheck::Bad(problem)),
        None if head.status != then.run.status => Ok(SignatureCheck::Bad(format!(
            "it says {}, but the run was {}",
            head.status, then.run.status
        ))),
        None => signing::check_head(then.run, head, trust),
    }
}

/// Gates that passed without the approval that they ask for, or with other bytes than it saw.
fn of_passes(run: &Run, workflow: &Workflow) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (id, state) in &run.gates {
        let is_demanded = workflow.gate(id).is_some_and(|gate| signing::demand(gate).is_some());
        let passed = |status| matches!(status, AttemptStatus::Pass);
        // What the last attempt lacks is told with it.
        let is_told = state.reused.is_none() && state.attempt().is_some_and(|it| passed(it.status));
        let claim = proof::claim(run, workflow, id).filter(|_| is_demanded && !is_told);
        differences.extend(claim.map(|claim| Difference::of(format!("gate {id}"), claim)));
        // What was made under an earlier definition of the gate was asked for no more than that did.
        let since = run.amended.get(id).copied().unwrap_or_default();
        for attempt in state.attempts.iter().skip(since).filter(|attempt| passed(attempt.status)) {
            let problem = match &attempt.approval {
                None if is_demanded => "it passed without the signed approval that it requires",
                Some(approval) if approval.seen != digests_of(&attempt.artifacts) => {
                    "it passed with content that was not approved"
                }
                Some(_) | None => continue,
            };
            differences.push(of_attempt(&AttemptId::new(id, attempt.attempt), problem));
        }
    }
    differences
}

fn of_approval(attempt: &AttemptId, problem: &str) -> Difference {
    of_attempt(attempt, &format!("its approval is not valid: {problem}"))
}

fn of_attempt(attempt: &AttemptId, problem: &str) -> Difference {
    let AttemptId { gate, number } = attempt;
    Difference::of(format!("gate {gate} attempt {number}"), problem)
}
