//! Answers to questions that ask for somebody by name: each stands on a decision that they signed.

use super::approval::misplaced;
use crate::clock::Moment;
use crate::event::Decision;
use crate::event::Event;
use crate::event::Reply;
use crate::event::SignedDecision;
use crate::id::AttemptId;
use crate::project::Error;
use crate::project::signing;
use crate::project::signing::SignatureCheck;
use crate::project::signing::Trust;
use crate::run::Run;
use crate::store::journal::Reading;
use crate::store::journal::Then;

/// What there is to say of a decision that the journal took in at `written`, as the run stood `then`.
pub fn check_decision(
    then: &Then<'_>,
    decided: &SignedDecision,
    (trust, written): (Trust<'_>, Moment),
) -> Result<SignatureCheck, Error> {
    match misplaced(then, &decided.signature, written) {
        Some(problem) => Ok(SignatureCheck::Bad(problem)),
        None => signing::check_decision(then.run, decided, trust),
    }
}

/// The attempts whose questions ask for somebody by name and were answered without their signature, each
/// with what is wrong.
pub fn unsigned_replies(
    reading: &Reading,
    trust: Trust<'_>,
) -> Result<Vec<(AttemptId, String)>, Error> {
    let mut unsigned = Vec::new();
    // A long journal is not read once more for nothing.
    if !has_any(&reading.run) {
        return Ok(unsigned);
    }
    let mut signed: Vec<SignedDecision> = Vec::new();
    reading.retrace(|then, written, event| {
        if let Event::DecisionSigned(decided) = event {
            match check_decision(then, decided, (trust, written))? {
                SignatureCheck::Good(_) => signed.push((**decided).clone()),
                SignatureCheck::Bad(_) => {}
            }
        } else if let Event::GateReplied { gate, attempt, reply } = event {
            let id = AttemptId::new(gate, *attempt);
            let to = then.run.question(&id).map(|asked| asked.to.join(" or ")).unwrap_or_default();
            if !to.is_empty() && !signed.iter().any(|decided| is_of(decided, &id, reply)) {
                unsigned.push((id, format!("the answer must be signed by {to}, but is not")));
            }
        }
        Ok::<(), Error>(())
    })?;
    Ok(unsigned)
}

fn has_any(run: &Run) -> bool {
    let mut attempts = run.gates.values().flat_map(|state| &state.attempts);
    attempts.any(|attempt| {
        attempt.reply.is_some() && attempt.question.as_ref().is_some_and(|it| !it.to.is_empty())
    })
}

fn is_of(decided: &SignedDecision, asked: &AttemptId, reply: &Reply) -> bool {
    let text = match &decided.decision {
        Decision::Replied { text, .. } => text,
        Decision::Rejected { .. } | Decision::Waived { .. } | Decision::Finished { .. } => {
            return false;
        }
    };
    let is_of_attempt = decided.gate == asked.gate && decided.attempt == asked.number;
    is_of_attempt && *text == reply.text && decided.by == reply.by
}
