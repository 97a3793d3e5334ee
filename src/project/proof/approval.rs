//! Whether an approval is proved: signed as the definition asks, at this place of the chain, and at
//! a time that fits the times around it.

use crate::clock::Moment;
use crate::event::APPROVAL_NAMESPACE;
use crate::event::Approved;
use crate::event::Signed;
use crate::id::AttemptId;
use crate::project::Error;
use crate::project::signing;
use crate::project::signing::SignatureCheck;
use crate::project::signing::Trust;
use crate::run::Run;
use crate::signature::Signature;
use crate::store::journal::Then;
use crate::workflow::Workflow;

/// What there is to say of an approval that the journal took in at `written`, as the run stood `then`.
pub fn check_approval(
    then: &Then<'_>,
    workflow: &Workflow,
    attempt: &AttemptId,
    approval: &Approved,
    (trust, written): (Trust<'_>, Moment),
) -> Result<SignatureCheck, Error> {
    let signed = approval.signature.as_ref();
    if let Some(problem) = signed.and_then(|signed| misplaced(then, signed, written)) {
        return Ok(SignatureCheck::Bad(problem));
    }
    signing::check_approval(then.run, workflow, attempt, approval, trust)
}

/// What is wrong with an approval whose signature `who` made, where its key is not valid today.
pub fn expired(
    run: &Run,
    attempt: &AttemptId,
    approved: &Approved,
    (who, today): (&str, Moment),
    revoked: Option<&[u8]>,
) -> Result<Option<String>, Error> {
    let text = approved.signed_text(&run.started.run_id, attempt);
    let (Some(text), Some(signed)) = (text, &approved.signature) else { return Ok(None) };
    let armored = &signed.armored;
    let (namespace, text, at) = (APPROVAL_NAMESPACE, text.as_bytes(), Some(today));
    no_longer_valid(run, who, Signature { namespace, text, armored, at, revoked })
}

/// What is wrong with a signature that `who` made, where their key is not valid at its time.
pub fn no_longer_valid(
    run: &Run,
    who: &str,
    signature: Signature<'_>,
) -> Result<Option<String>, Error> {
    let Some(allowed) = signing::allowed_in(run) else { return Ok(None) };
    let is_valid = signature.is_by(who, allowed).map_err(signing::explain)?;
    Ok((!is_valid).then(|| format!("the key of {who} is no longer valid")))
}

/// What is wrong where something was signed at another place of the chain, or at a time that cannot
/// have been: a clock can be turned back, the order of the journal cannot.
pub fn misplaced(then: &Then<'_>, signed: &Signed, written: Moment) -> Option<String> {
    let (chain, at) = (signed.chain, signed.at);
    if chain != then.head {
        return Some(format!(
            "it was signed at journal head {chain}, but comes after head {}",
            then.head
        ));
    }
    if at < then.latest {
        return Some(format!(
            "it claims to be signed at {at}, but the run had already reached {}",
            then.latest
        ));
    }
    (at > written).then(|| format!("it claims to be signed at {at}, but was written at {written}"))
}
