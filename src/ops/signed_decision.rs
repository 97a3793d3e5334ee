//! What a person decided and signed in a browser, written down before it is carried out.

use super::Driver;
use super::Error;
use super::Person;
use crate::event::Decision;
use crate::event::Event;
use crate::event::Signed;
use crate::event::SignedDecision;
use crate::id::AttemptId;
use crate::project::sign;
use crate::secret::Secrets;

/// Who says something, how they were asked, and what they sign it with.
#[derive(Debug, Clone)]
pub struct SignedWord {
    pub by: String,
    pub how: String,
    pub signature: Signed,
}

/// Writes the decision down if it is signed. At a terminal, only approvals are.
pub fn record(
    driver: &mut Driver<'_>,
    attempt: &AttemptId,
    decision: Decision,
    person: &Person,
) -> Result<(), Error> {
    let Some(signature) = person.signature.clone() else { return Ok(()) };
    let said = SignedWord { by: person.by.clone(), how: person.how.clone(), signature };
    let decided = of(&driver.secrets, attempt, decision, said);
    let decided = sign::prove_decision(driver, decided)?;
    driver.append(&[Event::DecisionSigned(Box::new(decided))])
}

/// Writes down a decision that counts only if it is signed: elsewhere, or else with the user's key. The
/// person goes by the name that they are asked by.
pub fn record_signed(
    driver: &mut Driver<'_>,
    attempt: &AttemptId,
    decision: Decision,
    person: &Person,
) -> Result<(), Error> {
    if person.signature.is_some() {
        return record(driver, attempt, decision, person);
    }
    let open = Signed::open(driver.project.clock.now(), driver.head().sha256, None);
    let signature = Signed { signer: Some(person.by.clone()), ..open };
    let said = SignedWord { by: person.by.clone(), how: person.how.clone(), signature };
    let decided = of(&driver.secrets, attempt, decision, said);
    let decided = sign::sign_decision(driver, decided)?;
    driver.append(&[Event::DecisionSigned(Box::new(decided))])
}

/// The decision as the record may hold it, without the secrets of the run: as such it is signed.
pub fn of(
    secrets: &Secrets,
    attempt: &AttemptId,
    mut decision: Decision,
    said: SignedWord,
) -> SignedDecision {
    decision.each_text(&|text| secrets.blot(text));
    let AttemptId { gate, number: attempt } = attempt.clone();
    let SignedWord { by, how, signature } = said;
    SignedDecision { gate, attempt, decision, by, how, signature }
}
