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
pub struct Speaker {
    pub by: String,
    pub how: String,
    pub signature: Option<Signed>,
}

impl Speaker {
    pub fn of(person: &Person) -> Self {
        let (by, how) = (person.by.clone(), person.how.clone());
        Self { by, how, signature: person.signature.clone() }
    }
}

/// Writes the decision down if it is signed. At a terminal, only approvals are.
pub fn record(
    driver: &mut Driver<'_>,
    attempt: &AttemptId,
    decision: Decision,
    person: &Person,
) -> Result<(), Error> {
    let Some(decided) = of(&driver.secrets, attempt, decision, Speaker::of(person)) else {
        return Ok(());
    };
    let decided = sign::prove_decision(driver, decided)?;
    driver.append(&[Event::DecisionSigned(Box::new(decided))])
}

/// The decision as the record may hold it, without the secrets of the run: as such it is signed.
pub fn of(
    secrets: &Secrets,
    attempt: &AttemptId,
    mut decision: Decision,
    said: Speaker,
) -> Option<SignedDecision> {
    decision.each_text(&|text| secrets.blot(text));
    let AttemptId { gate, number: attempt } = attempt.clone();
    let Speaker { by, how, signature } = said;
    let signature = signature?;
    Some(SignedDecision { gate, attempt, decision, by, how, signature })
}
