//! Decisions that a person makes in a browser and signs with a passkey: what they are asked to sign, and
//! what is done once they have. The face keeps the question in between, gives each out once, and makes
//! the person of whoever answered it as [`DecisionQuestion::signed`] says.

mod ask;
mod seen;

pub use ask::question;
#[cfg(feature = "serve")]
pub(crate) use seen::seen;

use super::Caller;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Person;
use super::Project;
use super::RunChoice;
use super::forward;
use super::forward::Forwarded;
use super::gate_approve;
use super::gate_approve::ApprovalQuestion;
use super::gate_finish;
use super::gate_reject;
use super::gate_waive;
use super::run::DriveRequest;
use super::signed_decision::SignedWord;
use crate::digest::Digest;
use crate::event::APPROVAL_NAMESPACE;
use crate::event::DECISION_NAMESPACE;
use crate::event::RunStatus;
use crate::event::Signed;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::signing;
use crate::run::Run;
use crate::signature::passkey::Enrolled;
use crate::signature::passkey::PasskeyProblem;
use crate::signature::passkey::PasskeySignature;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
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
    /// What the page showed of the gate, as its `data-seen` has it. If there is something else to decide on
    /// by now, nothing is asked.
    #[serde(default)]
    pub seen: Option<Digest>,
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
            Error::usage(format!("passkeys do not work on `{origin}`"))
                .advise("open the page by a host name, such as `localhost`, not by an IP address")
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
    chosen: Chosen,
    origin: String,
    said: SignedWord,
    passkeys: Vec<Enrolled>,
}

/// What was chosen, with all that it takes to do it.
#[derive(Debug, Clone)]
enum Chosen {
    Approve { note: Option<String>, question: Box<ApprovalQuestion> },
    Reject { reason: String },
    Waive { reason: String },
    Finish { answers: Vec<String>, saw: BTreeMap<String, Digest> },
    Reply { text: String },
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

/// Whose passkeys count in a run.
pub fn deciders(run: &Run) -> Vec<String> {
    let enrolled = Enrolled::all(signing::allowed_in(run).unwrap_or_default());
    let names: BTreeSet<String> = enrolled.into_iter().flat_map(|it| it.principals).collect();
    names.into_iter().collect()
}

impl Asked {
    fn namespace(&self) -> &'static str {
        match self.chosen {
            Chosen::Approve { .. } => APPROVAL_NAMESPACE,
            Chosen::Reject { .. }
            | Chosen::Waive { .. }
            | Chosen::Finish { .. }
            | Chosen::Reply { .. } => DECISION_NAMESPACE,
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
        Ok(Signed { armored, ..asked.said.signature.clone() })
    }

    /// The head of the run's chain that it is about.
    pub fn head(&self) -> Digest {
        self.asked.said.signature.chain
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
    let reply = match &question.asked.chosen {
        Chosen::Approve { note, question } => {
            let request = gate_approve::Request { gate, note: note.clone(), drive };
            gate_approve::gate_approve(project, caller, &request, (person, question))
        }
        Chosen::Reject { reason } => {
            let request = gate_reject::Request { gate, reason: reason.clone(), drive };
            gate_reject::gate_reject(project, caller, &request, person)
        }
        Chosen::Waive { reason } => {
            let request = gate_waive::Request { gate, reason: reason.clone(), drive };
            gate_waive::gate_waive(project, caller, &request, person)
        }
        Chosen::Finish { answers, saw } => {
            let request = gate_finish::Request { gate, answers: answers.clone(), drive };
            gate_finish::gate_finish_signed(project, caller, &request, (person, saw))
        }
        Chosen::Reply { text } => {
            let run = question.run.to_string();
            let text = vec![text.clone()];
            let request = forward::Request { run, text, gate: gate.gate };
            let forwarded = forward::forward_signed(project, caller, &request, person)?;
            let run = project.store.read(&question.run)?.run;
            let rests =
                !forwarded.resumed && run.started.driven && run.status == RunStatus::Waiting;
            if !rests || !drive.detach {
                return Ok(Reply::Forwarded(forwarded));
            }
            gate_finish::leave_to_worker(project, &question.run)?;
            return Ok(Reply::Forwarded(Forwarded { resumed: true, ..forwarded }));
        }
    };
    Ok(Reply::Gate(Box::new(reply?)))
}
