//! Decisions that a person makes in a browser and signs with a passkey: what they are asked to sign, and
//! what is done once they have. The face keeps the question in between, gives each out once, and makes
//! the person of whoever answered it as [`DecisionQuestion::signed`] says.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Person;
use super::Project;
use super::RunChoice;
use super::choose;
use super::forward;
use super::forward::Forwarded;
use super::gate_approve;
use super::gate_approve::ApprovalQuestion;
use super::gate_finish;
use super::gate_reject;
use super::gate_waive;
use super::note;
use super::reason;
use super::run::DriveRequest;
use super::signed_decision;
use super::signed_decision::Speaker;
use crate::caller::asker;
use crate::event::APPROVAL_NAMESPACE;
use crate::event::DECISION_NAMESPACE;
use crate::event::Decision;
use crate::event::NoteKind;
use crate::event::Signed;
use crate::id;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::signing;
use crate::signature::passkey;
use crate::signature::passkey::Enrolled;
use crate::signature::passkey::PasskeyProblem;
use crate::signature::passkey::PasskeySignature;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;

pub use crate::signature::passkey::Assertion;

/// Arguments of `decision`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    /// Which gate.
    #[serde(flatten)]
    pub gate: GateChoice,
    /// Who decides: a name of the allowed signers; by default the only one who may.
    #[serde(default)]
    pub by: Option<String>,
    /// What is decided.
    pub decision: DecisionChoice,
}

/// What a person may decide.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DecisionChoice {
    /// Approve the outputs.
    Approve {
        /// Note for the record.
        #[serde(default)]
        note: Option<String>,
    },
    /// Reject the outputs.
    Reject {
        /// What is wrong; passed on to the next attempt.
        reason: String,
    },
    /// Let the run pass without the gate.
    Waive {
        /// Why the run may pass without this gate.
        reason: String,
    },
    /// Hand in the work of the gate.
    Finish {
        /// Answers to its form, each as `NAME=VALUE`.
        #[serde(default)]
        answers: Vec<String>,
    },
    /// Answer the question that the gate asks.
    Reply {
        /// The answer.
        text: String,
    },
}

/// The page on which a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecisionPage {
    /// Scheme, host and port, as browsers write them.
    pub origin: String,
    /// The site that passkeys are for: the host.
    pub rp_id: String,
}

impl DecisionPage {
    /// A page of this origin, such as `http://localhost:4000`; passkeys know no addresses.
    pub fn of(origin: &str) -> Result<Self, Error> {
        let host = url::Url::parse(origin).ok().and_then(|url| url.domain().map(str::to_owned));
        let rp_id = host.ok_or_else(|| {
            Error::usage(format!("passkeys do not work on pages of {origin}"))
                .advise("open the page by the name of its host, such as localhost")
        })?;
        Ok(Self { origin: origin.to_owned(), rp_id })
    }
}

/// What a person is asked to sign, as their browser needs it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DecisionQuestion {
    /// What tells this question from every other one; the answer names it.
    pub nonce: String,
    /// The text that is signed.
    pub statement: String,
    /// What the passkey signs for it, in base64url.
    pub challenge: String,
    /// The site that the passkey is for.
    pub rp_id: String,
    /// The passkeys that count, in base64url.
    pub allow_credentials: Vec<String>,
    /// Whose they are.
    pub by: String,
    /// The run.
    pub run: RunId,
    /// The gate.
    pub gate: GateId,
    /// The number of its attempt; 0 if it has none.
    pub attempt: u32,
    #[serde(skip)]
    asked: Asked,
}

/// What a question is about, for when it is answered.
#[derive(Debug, Clone)]
struct Asked {
    choice: DecisionChoice,
    origin: String,
    approval: Option<ApprovalQuestion>,
    said: Speaker,
    passkeys: Vec<Enrolled>,
}

/// What came of a decision.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Reply {
    /// What became of the gate.
    Gate(Box<GateReply>),
    /// What became of the answer.
    Forwarded(Forwarded),
}

/// Makes the question. What could not be carried out is refused before anybody signs it.
pub fn question(
    project: &Project,
    caller: &Caller,
    request: &Request,
    page: &DecisionPage,
) -> Result<DecisionQuestion, Error> {
    // Whether a person asks is seen by what is signed.
    let caller = &caller.elsewhere();
    asker::refuse_agents(project, caller)?;
    refuse_blank(&request.gate, &request.decision)?;
    let approval = match &request.decision {
        DecisionChoice::Approve { .. } => {
            Some(gate_approve::question(project, caller, &request.gate)?)
        }
        DecisionChoice::Reject { .. }
        | DecisionChoice::Waive { .. }
        | DecisionChoice::Finish { .. }
        | DecisionChoice::Reply { .. } => None,
    };
    let (driver, gate) = choose::held(project, caller, &request.gate)?;
    let attempt = driver.run().gate(&gate).and_then(|state| state.attempt());
    let attempt = AttemptId::new(&gate, attempt.map_or(0, |attempt| attempt.attempt));
    let (by, passkeys) = signer(&driver, &gate, request, page)?;
    let nonce = id::nonce();
    let nonce = nonce.ok_or_else(|| Error::environment("the system has no random bytes"))?;
    let mut signature =
        Signed::open(project.clock.now(), driver.head().sha256, Some(nonce.clone()));
    signature.signer = Some(by.clone());
    let how = format!("passkey on {}", page.origin);
    let asked = Asked {
        choice: request.decision.clone(),
        origin: page.origin.clone(),
        approval,
        said: Speaker { by: by.clone(), how, signature: Some(signature) },
        passkeys,
    };
    let statement = statement(&driver, caller, &attempt, &asked)?;
    Ok(DecisionQuestion {
        nonce,
        challenge: passkey::challenge(asked.namespace(), statement.as_bytes()),
        statement,
        rp_id: page.rp_id.clone(),
        allow_credentials: asked.passkeys.iter().map(|it| it.credential_id.clone()).collect(),
        by,
        run: driver.id().clone(),
        gate,
        attempt: attempt.number,
        asked,
    })
}

/// Refuses words that say nothing.
fn refuse_blank(gate: &GateChoice, choice: &DecisionChoice) -> Result<(), Error> {
    let (reason, command) = match choice {
        DecisionChoice::Approve { .. } | DecisionChoice::Finish { .. } => return Ok(()),
        DecisionChoice::Reject { reason } => (reason, "gate reject"),
        DecisionChoice::Waive { reason } => (reason, "gate waive"),
        DecisionChoice::Reply { text } if text.trim().is_empty() => {
            return Err(Error::usage("the answer is empty"));
        }
        DecisionChoice::Reply { .. } => return Ok(()),
    };
    reason::refuse_blank(&**reason, reason::of_gate(command, gate))
}

/// Who is to sign, with which passkeys.
fn signer(
    driver: &Driver<'_>,
    gate: &GateId,
    request: &Request,
    page: &DecisionPage,
) -> Result<(String, Vec<Enrolled>), Error> {
    let (run, allowed) = (driver.id(), signing::allowed_in(driver.run()).unwrap_or_default());
    let passkeys = Enrolled::all(allowed).into_iter().filter(|it| it.key.rp_id == page.rp_id);
    let passkeys: Vec<Enrolled> = passkeys.collect();
    let demanded = driver.workflow.gate(gate).and_then(signing::demand);
    let demanded = demanded.filter(|_| matches!(request.decision, DecisionChoice::Approve { .. }));
    let may = |name: &&String| demanded.is_none_or(|demanded| demanded.contains(name));
    let names = passkeys.iter().flat_map(|it| &it.principals).filter(may);
    let names: BTreeSet<String> = names.cloned().collect();
    let one = names.first().filter(|_| names.len() == 1);
    let Some(by) = request.by.as_ref().or(one) else {
        let mut several = names.into_iter().collect::<Vec<_>>().join(", ");
        if several.is_empty() {
            several = demanded.map(|demanded| demanded.join(", ")).unwrap_or_default();
            return Err(no_passkey(run, gate, &several, page));
        }
        return Err(Error::usage(format!("several people may decide on gate {gate}: {several}"))
            .advise("say who decides"));
    };
    if !names.contains(by) {
        return Err(no_passkey(run, gate, by, page));
    }
    let own = passkeys.into_iter().filter(|it| it.principals.contains(by)).collect();
    Ok((by.clone(), own))
}

fn no_passkey(run: &RunId, gate: &GateId, who: &str, page: &DecisionPage) -> Error {
    let of = if who.is_empty() { String::new() } else { format!(" of {who}") };
    Error::usage(format!(
        "no passkey{of} for {} is among the allowed signers of run {run}, so nobody can decide on \
         gate {gate} here",
        page.rp_id
    ))
    .advise_command_that(Suggestion::new("gate approve").of(run).at(gate), "asks in a terminal")
}

/// The text that is to be signed; an error where what was chosen cannot be done.
fn statement(
    driver: &Driver<'_>,
    caller: &Caller,
    attempt: &AttemptId,
    asked: &Asked,
) -> Result<String, Error> {
    let (id, gate) = (driver.id(), &attempt.gate);
    let decision = match (&asked.choice, &asked.approval) {
        (DecisionChoice::Approve { note }, Some(approval)) => {
            let said = (asked.said.clone(), approval);
            let approved = gate_approve::approval(driver, note.as_deref(), said);
            return Ok(approved.signed_text(id, attempt).unwrap_or_default());
        }
        (DecisionChoice::Approve { .. }, None) => return Ok(String::new()),
        (DecisionChoice::Reject { reason }, _) => {
            gate_approve::refuse_other(id, driver.run(), gate)?;
            Decision::Rejected { reason: reason.clone() }
        }
        (DecisionChoice::Waive { reason }, _) => {
            gate_waive::refuse_unwaivable(driver, gate)?;
            Decision::Waived { reason: reason.clone() }
        }
        (DecisionChoice::Finish { answers }, _) => {
            gate_finish::waiting_attempt(driver, caller, gate)?;
            Decision::Finished { answers: gate_finish::answers(driver, gate, answers)? }
        }
        (DecisionChoice::Reply { text }, _) => {
            let asking = forward::asking(driver.run(), Some(gate))?;
            asking.ok_or_else(|| forward::no_question(id))?;
            let kind = (NoteKind::Message, None);
            let note = note::said(driver.project, caller, driver.run(), kind, text)?;
            Decision::Replied { text: note.text }
        }
    };
    let decided = signed_decision::of(driver, attempt, decision, asked.said.clone());
    Ok(decided.map(|decided| decided.signed_text(id)).unwrap_or_default())
}

impl Asked {
    fn namespace(&self) -> &'static str {
        match self.choice {
            DecisionChoice::Approve { .. } => APPROVAL_NAMESPACE,
            DecisionChoice::Reject { .. }
            | DecisionChoice::Waive { .. }
            | DecisionChoice::Finish { .. }
            | DecisionChoice::Reply { .. } => DECISION_NAMESPACE,
        }
    }
}

impl DecisionQuestion {
    /// The signature of the statement, if an enrolled passkey made it on the page that asked, with the
    /// person present and verified. Only then does a face know a person.
    pub fn signed(&self, assertion: &Assertion) -> Result<Signed, Error> {
        self.check(assertion).map_err(|problem| {
            Error::usage(format!("gate {}: {problem}", self.gate)).advise("nothing was written")
        })
    }

    fn check(&self, assertion: &Assertion) -> Result<Signed, PasskeyProblem> {
        let (asked, text) = (&self.asked, self.statement.as_bytes());
        let mut passkeys = asked.passkeys.iter();
        let passkey = passkeys.find(|it| it.credential_id == assertion.credential_id);
        let passkey = passkey.ok_or(PasskeyProblem::NotEnrolled)?;
        let armored = assertion.armored(&passkey.key, asked.namespace())?;
        let signature = PasskeySignature::read(&armored)?.ok_or(PasskeyProblem::NotByBrowser)?;
        signature.check(asked.namespace(), text)?;
        if signature.origin != asked.origin {
            return Err(PasskeyProblem::OtherOrigin(signature.origin));
        }
        let signed = asked.said.signature.clone().ok_or(PasskeyProblem::NotEnrolled)?;
        Ok(Signed { armored, ..signed })
    }

    /// How the person was asked.
    pub fn how(&self) -> &str {
        &self.asked.said.how
    }
}

/// Does what a person decided, and goes on with the run.
pub fn decide(
    project: &Project,
    caller: &Caller,
    question: &DecisionQuestion,
    person: &Person,
    drive: &DriveRequest,
) -> Result<Reply, Error> {
    let run = RunChoice { run: Some(question.run.to_string()) };
    let gate = GateChoice { run, gate: Some(question.gate.to_string()) };
    let drive = drive.clone();
    let reply = match (&question.asked.choice, &question.asked.approval) {
        (DecisionChoice::Approve { note }, Some(approval)) => {
            let request = gate_approve::Request { gate, note: note.clone(), drive };
            gate_approve::gate_approve(project, caller, &request, (person, approval))
        }
        (DecisionChoice::Approve { .. }, None) => Err(Error::usage("nothing was asked")),
        (DecisionChoice::Reject { reason }, _) => {
            let request = gate_reject::Request { gate, reason: reason.clone(), drive };
            gate_reject::gate_reject(project, caller, &request, person)
        }
        (DecisionChoice::Waive { reason }, _) => {
            let request = gate_waive::Request { gate, reason: reason.clone(), drive };
            gate_waive::gate_waive(project, caller, &request, person)
        }
        (DecisionChoice::Finish { answers }, _) => {
            let request = gate_finish::Request { gate, answers: answers.clone(), drive };
            gate_finish::gate_finish_signed(project, caller, &request, person)
        }
        (DecisionChoice::Reply { text }, _) => {
            let run = question.run.to_string();
            let text = vec![text.clone()];
            let request = forward::Request { run, text, gate: gate.gate };
            let forwarded = forward::forward_signed(project, caller, &request, person)?;
            return Ok(Reply::Forwarded(forwarded));
        }
    };
    Ok(Reply::Gate(Box::new(reply?)))
}
