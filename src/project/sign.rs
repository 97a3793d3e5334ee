//! Signing with the user's key, as whoever holds a run does it: an approval, and the end of a run.

use super::Driver;
use super::Error;
use super::fallen::journal_of;
use super::proof;
use super::signing::SignatureCheck;
use super::signing::Trust;
use super::signing::allowed_in;
use super::signing::check_approval;
use super::signing::check_decision;
use super::signing::check_head;
use super::signing::demand;
use super::signing::key;
use super::signing::revoked_keys;
use crate::clock::Moment;
use crate::event::APPROVAL_NAMESPACE;
use crate::event::Approved;
use crate::event::DECISION_NAMESPACE;
use crate::event::EventKind;
use crate::event::HEAD_NAMESPACE;
use crate::event::Signed;
use crate::event::SignedDecision;
use crate::event::SignedHead;
use crate::id::AttemptId;
use crate::signature;
use crate::signature::Signature;
use crate::signature::SshKey;
use crate::store::journal::Reading;

/// The approval with its signature, where the gate asks for one or the user always signs. What the
/// definition would not take is refused before it is written.
pub fn sign(
    driver: &Driver<'_>,
    attempt: &AttemptId,
    mut approved: Approved,
) -> Result<Approved, Error> {
    let (project, run) = (driver.project, driver.run());
    if let Some(given) = &approved.signature {
        let journal = refuse_moved(driver, given)?;
        return prove(driver, attempt, approved, &journal);
    }
    let workflow = &driver.workflow;
    let is_asked = workflow.gate(&attempt.gate).is_some_and(|gate| demand(gate).is_some());
    if !is_asked && !project.config.signing.approvals {
        return Ok(approved);
    }
    let key = key(project, "a signed approval is required")?;
    let at = project.clock.now();
    let journal = journal_of(driver)?;
    refuse_clock_turned_back(&journal, at)?;
    let mut signed = Signed::open(at, driver.head().sha256, None);
    approved.signature = Some(signed.clone());
    let text = approved.signed_text(&run.started.run_id, attempt).unwrap_or_default();
    let armored = key.sign_on_terminal(APPROVAL_NAMESPACE, text.as_bytes());
    signed.armored = armored.map_err(|error| failed(&key, APPROVAL_NAMESPACE, &error))?;
    approved.signature = Some(signed);
    prove(driver, attempt, approved, &journal)
}

/// The approval with the name of whoever signed it, if the definition takes it.
fn prove(
    driver: &Driver<'_>,
    attempt: &AttemptId,
    mut approved: Approved,
    journal: &Reading,
) -> Result<Approved, Error> {
    let run = driver.run();
    let revoked = revoked_keys(driver.project)?;
    let trust = Trust::of(run, revoked.as_deref());
    let today = proof::present(journal);
    let checked = match check_approval(run, &driver.workflow, attempt, &approved, trust)? {
        SignatureCheck::Good(who) => {
            match proof::expired(run, attempt, &approved, (&who, today), trust.revoked)? {
                Some(problem) => SignatureCheck::Bad(problem),
                None => SignatureCheck::Good(who),
            }
        }
        bad @ SignatureCheck::Bad(_) => bad,
    };
    match checked {
        SignatureCheck::Good(who) => {
            let signer = trust.allowed.map(|_| who);
            approved.signature = approved.signature.map(|signed| Signed { signer, ..signed });
            Ok(approved)
        }
        SignatureCheck::Bad(problem) => {
            Err(refused(&format!("approve gate {}", attempt.gate), &problem))
        }
    }
}

/// A decision with the signature of the user's key, who is asked for it on a terminal.
pub fn sign_decision(
    driver: &Driver<'_>,
    mut decided: SignedDecision,
) -> Result<SignedDecision, Error> {
    let key = key(driver.project, "the answer to this question is signed")?;
    let text = decided.signed_text(driver.id());
    let armored = key.sign_on_terminal(DECISION_NAMESPACE, text.as_bytes());
    decided.signature.armored =
        armored.map_err(|error| failed(&key, DECISION_NAMESPACE, &error))?;
    prove_decision(driver, decided)
}

fn failed(key: &SshKey, namespace: &str, error: &signature::Error) -> Error {
    Error::usage(format!("signing failed: {error}")).advise(format!(
        "nothing was written; see: ssh-keygen -Y sign -n {namespace} -f {} FILE",
        key.key
    ))
}

/// A decision that was signed elsewhere, if it was made of the run as it stands.
pub fn prove_decision(
    driver: &Driver<'_>,
    mut decided: SignedDecision,
) -> Result<SignedDecision, Error> {
    let (run, gate) = (driver.run(), &decided.gate);
    let journal = refuse_moved(driver, &decided.signature)?;
    let revoked = revoked_keys(driver.project)?;
    let who = match check_decision(run, &decided, Trust::of(run, revoked.as_deref()))? {
        SignatureCheck::Good(who) => who,
        SignatureCheck::Bad(problem) => {
            return Err(refused(&format!("decide on gate {gate}"), &problem));
        }
    };
    let text = decided.signed_text(&run.started.run_id);
    let today = Signature {
        namespace: DECISION_NAMESPACE,
        text: text.as_bytes(),
        armored: &decided.signature.armored,
        at: Some(proof::present(&journal)),
        revoked: revoked.as_deref(),
    };
    if let Some(problem) = proof::no_longer_valid(run, &who, today)? {
        return Err(refused(&format!("decide on gate {gate}"), &problem));
    }
    decided.signature.signer = Some(who);
    Ok(decided)
}

fn refused(what: &str, problem: &str) -> Error {
    Error::usage(format!("cannot {what} with this signature: {problem}"))
        .advise("nothing was written; a run keeps the allowed signers that it started with")
}

/// Refuses what was signed for a run that has gone on since, or in which no signature is known to be
/// anyone's; gives the journal as it stands.
fn refuse_moved(driver: &Driver<'_>, given: &Signed) -> Result<Reading, Error> {
    let (run, seen, head) = (driver.id().clone(), given.chain, driver.head().sha256);
    if seen != head {
        return Err(Error::moved(&run, seen, head));
    }
    if allowed_in(driver.run()).is_none() {
        return Err(Error::usage(format!(
            "run {run} has no allowed signers, so it accepts no signatures"
        )));
    }
    let journal = journal_of(driver)?;
    refuse_clock_turned_back(&journal, given.at.min(driver.project.clock.now()))?;
    Ok(journal)
}

/// A key that has expired signs as if it had not where the clock is turned back.
fn refuse_clock_turned_back(journal: &Reading, now: Moment) -> Result<(), Error> {
    match journal.latest().filter(|latest| now < *latest) {
        None => Ok(()),
        Some(latest) => Err(Error::usage(format!(
            "the clock says {now}, but the run has already reached {latest}; a signature with \
             that time would not be valid"
        ))
        .advise("nothing was written; correct the clock, or wait until it passes that time")),
    }
}

/// The head of a run that is over, signed where it should be and is not yet. Nobody is asked for
/// anything: the run may have come to its end alone.
pub fn sign_head(driver: &mut Driver<'_>) -> Result<Option<SignedHead>, Error> {
    let (project, run) = (driver.project, driver.run());
    let is_signed = run.lifecycle.last().is_some_and(|last| last.kind == EventKind::HeadSigned);
    if !project.config.signing.heads || !run.status.is_end() || is_signed {
        return Ok(None);
    }
    let (at, chain) = (project.clock.now(), driver.head().sha256);
    let signed = Signed::open(at, chain, None);
    let mut head = SignedHead { status: run.status, signed };
    let text = head.signed_text(&run.started.run_id);
    let say = |error: signature::Error| error.to_string();
    let key =
        key(project, "the result of the run is to be signed").map_err(|error| error.to_string());
    match key.and_then(|key| key.sign(HEAD_NAMESPACE, text.as_bytes()).map_err(say)) {
        Ok(armored) => head.signed.armored = armored,
        Err(reason) => {
            driver.unsigned = Some(reason);
            return Ok(None);
        }
    }
    let revoked = revoked_keys(project)?;
    let trust = Trust::of(run, revoked.as_deref());
    match check_head(run, &head, trust)? {
        SignatureCheck::Good(who) => {
            head.signed.signer = trust.allowed.map(|_| who);
            Ok(Some(head))
        }
        SignatureCheck::Bad(problem) => {
            driver.unsigned = Some(problem);
            Ok(None)
        }
    }
}
