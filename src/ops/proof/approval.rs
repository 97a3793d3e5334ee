//! Whether an approval is proved: signed as the definition asks, at this place of the chain, and at
//! a time that fits the times around it.

use crate::clock::Moment;
use crate::event::Approved;
use crate::event::Signed;
use crate::id::GateId;
use crate::journal::Reading;
use crate::ops::Error;
use crate::ops::signing;
use crate::ops::signing::Verdict;
use crate::workflow::Workflow;

/// The moments that a signature is measured by.
#[derive(Debug, Clone, Copy)]
pub struct Moments {
    /// When the journal took it in.
    pub written: Moment,
    /// Where the key must be valid still.
    pub today: Option<Moment>,
}

/// What there is to say of an approval, given as the run stood `then`.
pub fn verdict(
    then: &Reading,
    workflow: &Workflow,
    (gate, attempt): (&GateId, u32),
    approval: &Approved,
    (allowed, moments): (Option<&str>, Moments),
) -> Result<Verdict, Error> {
    let signed = approval.signature.as_ref();
    if let Some(problem) = signed.and_then(|signed| misplaced(then, signed, moments.written)) {
        return Ok(Verdict::Bad(problem));
    }
    let limits = (allowed, moments.today);
    signing::verdict(&then.run, workflow, (gate, attempt), approval, limits)
}

/// What is wrong where something was signed at another place of the chain, or at a time that cannot
/// have been: a clock can be turned back, the order of the journal cannot.
pub fn misplaced(then: &Reading, signed: &Signed, written: Moment) -> Option<String> {
    let (chain, at) = (signed.chain, signed.at);
    if chain != then.head {
        return Some(format!(
            "it was signed where the chain stood at {chain}, and stands behind {}",
            then.head
        ));
    }
    if let Some(latest) = then.latest().filter(|latest| at < *latest) {
        return Some(format!(
            "it says that it was signed at {at}, when the run had already come to {latest}"
        ));
    }
    (at > written)
        .then(|| format!("it says that it was signed at {at}, and was written at {written}"))
}
