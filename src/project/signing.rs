//! Signed approvals and heads: with which key they are made, whose signatures count in a run, and
//! whether a signature is what the definition asks for.

mod signers;

pub use signers::SIGNERS;
pub use signers::configured_signers;
pub use signers::freeze;
pub use signers::is_among;
pub use signers::names_in;
pub use signers::read_signers;
pub use signers::refuse_unsignable;
pub use signers::revoked_keys;

use super::Error;
use super::Project;
use crate::config::Cast;
use crate::event::APPROVAL_NAMESPACE;
use crate::event::Approved;
use crate::event::DECISION_NAMESPACE;
use crate::event::Decision;
use crate::event::HEAD_NAMESPACE;
use crate::event::Question;
use crate::event::Signed;
use crate::event::SignedDecision;
use crate::event::SignedHead;
use crate::executor::ExecutorKind;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::signature;
use crate::signature::Signature;
use crate::signature::SshKey;
use crate::signature::passkey::PasskeySignature;
use crate::workflow::Approval;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use std::path::PathBuf;

/// Who may approve a gate, where only a signature counts.
pub fn demand(gate: &Gate) -> Option<&[String]> {
    match &gate.approval {
        Approval::Signed { by, .. } => Some(by),
        Approval::None | Approval::Person => None,
    }
}

/// What there is to say about a signature.
#[non_exhaustive]
pub enum SignatureCheck {
    /// Good, and by whom: a name of the allowed signers, or a key where the run has none.
    Good(String),
    /// Not good, and why.
    Bad(String),
}

/// Whose signatures count.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'t> {
    /// The text of an allowed signers file.
    pub allowed: Option<&'t str>,
    /// The keys that count no more; see [`revoked_keys`].
    pub revoked: Option<&'t [u8]>,
}

impl<'t> Trust<'t> {
    /// What a run was begun with, but for keys that were revoked since.
    pub fn of(run: &'t Run, revoked: Option<&'t [u8]>) -> Self {
        Self { allowed: allowed_in(run), revoked }
    }
}

/// Whether an approval of `run`, as it stood then, is signed as the definition asks: by whom the
/// text of allowed signers names, with a key that was valid then.
pub fn check_approval(
    run: &Run,
    workflow: &Workflow,
    attempt: &AttemptId,
    approved: &Approved,
    trust: Trust<'_>,
) -> Result<SignatureCheck, Error> {
    let bad = |problem: String| Ok(SignatureCheck::Bad(problem));
    let text = approved.signed_text(&run.started.run_id, attempt);
    let (Some(text), Some(signed)) = (text, &approved.signature) else {
        return bad("its definition requires a signature, but there is none".to_owned());
    };
    let matter = Matter {
        namespace: APPROVAL_NAMESPACE,
        text: &text,
        what: "run, gate, attempt, chain, time, person and digests",
        signed,
        trust,
    };
    let demanded = workflow.gate(&attempt.gate).and_then(demand);
    matter.check(demanded, &|names| barred(run, workflow, &attempt.gate, names))
}

/// Whether a decision on `run`, as it stood then, is signed by somebody whom the text of allowed signers
/// names.
pub fn check_decision(
    run: &Run,
    decided: &SignedDecision,
    trust: Trust<'_>,
) -> Result<SignatureCheck, Error> {
    let text = decided.signed_text(&run.started.run_id);
    let what = "run, gate, attempt, chain, time, person and decision";
    let (namespace, signed) = (DECISION_NAMESPACE, &decided.signature);
    let matter = Matter { namespace, text: &text, what, signed, trust };
    let question = answered(run, decided);
    if let (Some(asked), Decision::Replied { question, .. }) = (question, &decided.decision)
        && question.map_or(!asked.to.is_empty(), |digest| digest != asked.digest())
    {
        return Ok(SignatureCheck::Bad("it answers another question".to_owned()));
    }
    let named = question.map(|asked| asked.to.as_slice()).filter(|to| !to.is_empty());
    Ok(match matter.check(named, &|_| None)? {
        SignatureCheck::Good(who) if who != decided.by => {
            SignatureCheck::Bad(format!("it says that {} decides, but {who} signed it", decided.by))
        }
        checked @ (SignatureCheck::Good(_) | SignatureCheck::Bad(_)) => checked,
    })
}

/// The question that a decision answers.
fn answered<'r>(run: &'r Run, decided: &SignedDecision) -> Option<&'r Question> {
    match decided.decision {
        Decision::Replied { .. } => {}
        Decision::Rejected { .. } | Decision::Waived { .. } | Decision::Finished { .. } => {
            return None;
        }
    }
    run.question(&AttemptId::new(&decided.gate, decided.attempt))
}

/// Whether a signed head of `run` is one.
pub fn check_head(run: &Run, head: &SignedHead, trust: Trust<'_>) -> Result<SignatureCheck, Error> {
    let text = head.signed_text(&run.started.run_id);
    let what = "run, status, chain and time";
    let (namespace, signed) = (HEAD_NAMESPACE, &head.signed);
    let matter = Matter { namespace, text: &text, what, signed, trust };
    matter.check(None, &|_| None)
}

/// Whose signatures count in a run, by its definition.
pub fn allowed_in(run: &Run) -> Option<&str> {
    let frozen = run.started.definition.iter().find(|text| text.path == SIGNERS);
    frozen.map(|text| text.text.as_str())
}

/// Something that is signed.
struct Matter<'m> {
    namespace: &'m str,
    text: &'m str,
    /// All that the text names, in words.
    what: &'m str,
    signed: &'m Signed,
    trust: Trust<'m>,
}

impl Matter<'_> {
    /// Who signed it, if they may: one of those that are asked for, or any that is allowed.
    fn check(
        &self,
        demanded: Option<&[String]>,
        barred: &dyn Fn(&[String]) -> Option<String>,
    ) -> Result<SignatureCheck, Error> {
        let bad = |problem: String| Ok(SignatureCheck::Bad(problem));
        let signature = Signature {
            namespace: self.namespace,
            text: self.text.as_bytes(),
            armored: &self.signed.armored,
            at: Some(self.signed.at),
            revoked: self.trust.revoked,
        };
        let Some(fingerprint) = signature.fingerprint().map_err(explain)? else {
            return bad(format!("the signature does not match this {}", self.what));
        };
        if let Some(problem) = self.passkey_problem() {
            return bad(problem);
        }
        let Some(allowed) = self.trust.allowed else {
            return match demanded {
                Some(_) => bad("the run has no allowed signers".to_owned()),
                None => Ok(SignatureCheck::Good(format!("key {fingerprint}"))),
            };
        };
        let names = signature.principals(allowed).map_err(explain)?;
        if names.is_empty() {
            return bad(format!(
                "key {fingerprint} is not in the allowed-signers file, or was not valid at that \
                 time"
            ));
        }
        if let Some(problem) = barred(&names) {
            return bad(problem);
        }
        // A key may be of several people: it is looked first whether it is of whom it claims to be.
        let mut candidates: Vec<&String> = demanded.unwrap_or(&names).iter().collect();
        candidates.sort_by_key(|name| self.signed.signer.as_ref() != Some(*name));
        for name in candidates {
            if signature.is_by(name, allowed).map_err(explain)? {
                return match &self.signed.signer {
                    Some(said) if said != name => {
                        bad(format!("it claims to be signed by {said}, but is signed by {name}"))
                    }
                    Some(_) | None => Ok(SignatureCheck::Good(name.clone())),
                };
            }
        }
        bad(self.problem(&signature, (&names, demanded), allowed)?)
    }

    /// What is wrong with the signature of a passkey that `ssh-keygen` does not look at.
    fn passkey_problem(&self) -> Option<String> {
        let (namespace, text) = (self.namespace, self.text.as_bytes());
        let read = PasskeySignature::read(&self.signed.armored);
        let checked = read.and_then(|it| it.map_or(Ok(()), |it| it.check(namespace, text)));
        checked.err().map(|problem| problem.to_string())
    }

    /// Why none of those whose key it is may sign this.
    fn problem(
        &self,
        signature: &Signature<'_>,
        (names, demanded): (&[String], Option<&[String]>),
        allowed: &str,
    ) -> Result<String, Error> {
        let is_demanded = |name: &&String| demanded.is_none_or(|by| by.contains(name));
        let own: Vec<&String> = names.iter().filter(is_demanded).collect();
        for name in &own {
            let ever = Signature { revoked: None, ..*signature };
            if self.trust.revoked.is_some() && ever.is_by(name, allowed).map_err(explain)? {
                return Ok(format!("the key of {name} has been revoked"));
            }
        }
        Ok(match own.first() {
            Some(name) => format!(
                "the allowed-signers file limits the key of {name} to another time or to \
                 namespaces other than {}",
                self.namespace
            ),
            // Only a demand leaves none of them.
            None => format!(
                "it is signed by {}, but only {} may sign it",
                names.join(", "),
                demanded.unwrap_or_default().join(" or ")
            ),
        })
    }
}

/// Why none of these may approve a gate that their own work is not to be approved in.
fn barred(run: &Run, workflow: &Workflow, id: &GateId, names: &[String]) -> Option<String> {
    let Some(Approval::Signed { not_by: Some(other), .. }) =
        workflow.gate(id).map(|gate| &gate.approval)
    else {
        return None;
    };
    // Two names that end in one agent are one agent.
    let cast = Cast::thaw(&run.started.definition).ok().flatten();
    let definition = |name: &String| cast.as_ref()?.definition(name).map(str::to_owned);
    let names: Vec<String> =
        names.iter().cloned().chain(names.iter().filter_map(definition)).collect();
    let done = run.gates.iter().filter(|(id, _)| id.base() == other.as_str());
    for (done, state) in done {
        let producers = producers(state);
        if producers.is_empty() && is_by_hand(state, workflow.gate(done)) {
            return Some(format!(
                "{done} must be approved by someone else, but the run does not record who did it"
            ));
        }
        let own = producers.iter().find(|who| names.iter().any(|name| is_same(name, who)));
        if let Some(own) = own {
            return Some(format!("{own} did gate {done} and must not approve this"));
        }
    }
    None
}

/// Everybody who had to do with the work that stands.
fn producers(state: &GateState) -> Vec<&str> {
    let attempt = state.attempt().filter(|_| state.reused.is_none());
    let hands = attempt.into_iter().flat_map(|attempt| &attempt.handed_in_by);
    let producer = state.producer();
    let agent = producer.agent.into_iter().chain(producer.definition);
    agent.chain(hands.map(String::as_str)).collect()
}

fn is_by_hand(state: &GateState, gate: Option<&Gate>) -> bool {
    let is_done = matches!(state.status, GateStatus::Pass | GateStatus::Waiting);
    is_done && gate.is_some_and(|gate| gate.work.executor() == ExecutorKind::Human)
}

/// Whether a signer is who is recorded as `Name <mail>` or by name.
pub fn is_same(name: &str, recorded: &str) -> bool {
    let mail = recorded.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    [Some(recorded), mail].into_iter().flatten().any(|one| one.eq_ignore_ascii_case(name))
}

/// Whether a later gate depends on who did this one.
pub fn asks_who_did(workflow: &Workflow, gate: &GateId) -> bool {
    workflow.gates.iter().any(|other| match &other.approval {
        Approval::Signed { not_by: Some(not_by), .. } => not_by.as_str() == gate.base(),
        Approval::Signed { not_by: None, .. } | Approval::None | Approval::Person => false,
    })
}

/// The key that approvals are signed with, where one is named.
pub fn configured_key(project: &Project) -> Option<SshKey> {
    let own = project.config.signing.key.as_ref();
    let own = own.map(|key| SshKey::new(&expanded(project, key).display().to_string(), None));
    own.or_else(|| project.git_key.clone())
}

/// The key that approvals and exports are signed with; an error where none is named, which says what
/// it is for.
pub fn key(project: &Project, what: &str) -> Result<SshKey, Error> {
    configured_key(project).ok_or_else(|| {
        Error::usage(format!("{what}, but no SSH key is configured")).advise(
            "git config gpg.format ssh && git config user.signingkey ~/.ssh/id_ed25519.pub,\n      \
             or key = \"~/.ssh/id_ed25519\" under [signing] in ~/.config/orch/orch.toml",
        )
    })
}

/// A path of orch.toml: below the home folder, or from the project.
fn expanded(project: &Project, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), &project.surroundings.home) {
        (Some(rest), Some(home)) => home.join(rest),
        (Some(_), None) | (None, _) => project.folder.root().join(path),
    }
}

/// The same error as that of an operation.
pub fn explain(error: signature::Error) -> Error {
    Error::environment(format!("cannot check signatures: {error}"))
}
