//! What a person is asked to sign. The run is only read for it: a worker that is about to drive it is
//! not kept from that.

use super::Asked;
use super::Chosen;
use super::DecisionChoice;
use super::DecisionPage;
use super::DecisionQuestion;
use super::Request;
use super::seen::seen;
use crate::caller::Caller;
use crate::caller::asker;
use crate::definition::Definition;
use crate::digest::Digest;
use crate::event::Decision;
use crate::event::NoteKind;
use crate::event::Signed;
use crate::id;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::ops::GateChoice;
use crate::ops::choose;
use crate::ops::forward;
use crate::ops::gate_approve;
use crate::ops::gate_approve::ApprovalQuestion;
use crate::ops::gate_finish;
use crate::ops::gate_reject;
use crate::ops::gate_waive;
use crate::ops::note;
use crate::ops::run::DriveRequest;
use crate::ops::signed_decision;
use crate::ops::signed_decision::SignedWord;
use crate::project::Error;
use crate::project::Project;
use crate::project::signing;
use crate::run::Run;
use crate::secret::Secrets;
use crate::signature::passkey;
use crate::signature::passkey::Enrolled;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use crate::workflow::Workflow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What is decided on, as it stands.
struct Matter<'m> {
    project: &'m Project,
    caller: &'m Caller,
    run: Run,
    workflow: Workflow,
    attempt: AttemptId,
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
    let id = choose::run(project, caller, &request.gate.run)?;
    refuse_unseen(project, caller, (&id, request))?;
    let mut chosen = match request.decision.clone() {
        DecisionChoice::Approve { note } => {
            let question = gate_approve::question(project, caller, &request.gate)?;
            Chosen::Approve { note, question: Box::new(question) }
        }
        DecisionChoice::Reject { reason } => Chosen::Reject { reason },
        DecisionChoice::Waive { reason } => Chosen::Waive { reason },
        DecisionChoice::Finish { answers } => Chosen::Finish { answers, saw: BTreeMap::new() },
        DecisionChoice::Reply { text } => Chosen::Reply { text },
    };
    let reading = project.store.read(&id)?;
    let (head, run) = (reading.head, reading.run);
    let workflow =
        Workflow::parse(&run.started.workflow, &Definition::thaw(&run.started.definition))?;
    let gate = choose::gate_of(project, caller, &run, request.gate.gate.as_deref())?;
    if let Chosen::Approve { question, .. } = &chosen {
        refuse_not_as_shown(&run, &gate, request.seen, Some(question))?;
    }
    if let Chosen::Finish { saw, .. } = &mut chosen {
        *saw = gate_finish::outputs_now(project, (&run, &workflow), &gate)?;
    }
    let attempt = run.attempt_id(&gate);
    let matter = Matter { project, caller, run, workflow, attempt };
    let (by, passkeys) = matter.signer(request, page)?;
    let nonce = id::nonce();
    let nonce =
        nonce.ok_or_else(|| Error::environment("cannot get random bytes from the system"))?;
    let mut signature = Signed::open(project.clock.now(), head, Some(nonce.clone()));
    signature.signer = Some(by.clone());
    let how = format!("passkey on {}", page.origin);
    let asked = Asked {
        chosen,
        origin: page.origin.clone(),
        said: SignedWord { by: by.clone(), how, signature },
        passkeys,
    };
    let statement = matter.statement(&asked)?;
    Ok(DecisionQuestion {
        nonce,
        challenge: passkey::challenge(asked.namespace(), statement.as_bytes()),
        statement,
        rp_id: page.rp_id.clone(),
        allow_credentials: asked.passkeys.iter().map(|it| it.credential_id.clone()).collect(),
        by,
        run: id,
        gate,
        attempt: matter.attempt.number,
        asked,
    })
}

/// Refuses to ask about something else than what the page showed, before anything else is looked at.
fn refuse_unseen(
    project: &Project,
    caller: &Caller,
    (id, request): (&RunId, &Request),
) -> Result<(), Error> {
    if request.seen.is_none() {
        return Ok(());
    }
    let run = project.store.read(id)?.run;
    let gate = choose::gate_of(project, caller, &run, request.gate.gate.as_deref())?;
    let approval = gate_approve::preview(project, &run, &gate).ok();
    refuse_not_as_shown(&run, &gate, request.seen, approval.as_ref())
}

fn refuse_not_as_shown(
    run: &Run,
    gate: &GateId,
    shown: Option<Digest>,
    approval: Option<&ApprovalQuestion>,
) -> Result<(), Error> {
    if shown.is_none_or(|shown| shown == seen(run, gate, approval)) {
        return Ok(());
    }
    let what = format!("gate {gate} is not as the page showed it");
    Err(Error::Moved { run: run.started.run_id.clone(), what })
}

/// Refuses words that say nothing.
fn refuse_blank(gate: &GateChoice, choice: &DecisionChoice) -> Result<(), Error> {
    let (gate, drive) = (gate.clone(), DriveRequest::default());
    match choice {
        DecisionChoice::Approve { .. } | DecisionChoice::Finish { .. } => Ok(()),
        DecisionChoice::Reject { reason } => {
            let reason = reason.clone();
            gate_reject::refuse_blank(&gate_reject::Request { gate, reason, drive })
        }
        DecisionChoice::Waive { reason } => {
            let reason = reason.clone();
            gate_waive::refuse_blank(&gate_waive::Request { gate, reason, drive })
        }
        DecisionChoice::Reply { text } if text.trim().is_empty() => {
            Err(Error::usage("the answer is empty"))
        }
        DecisionChoice::Reply { .. } => Ok(()),
    }
}

impl Matter<'_> {
    /// Who is to sign, with which passkeys.
    fn signer(
        &self,
        request: &Request,
        page: &DecisionPage,
    ) -> Result<(String, Vec<Enrolled>), Error> {
        let (run, gate) = (&self.run.started.run_id, &self.attempt.gate);
        let allowed = signing::allowed_in(&self.run).unwrap_or_default();
        let passkeys = Enrolled::all(allowed).into_iter().filter(|it| it.key.rp_id == page.rp_id);
        let passkeys: Vec<Enrolled> = passkeys.collect();
        let demanded = self.demanded(&request.decision);
        let may = |name: &&String| demanded.is_none_or(|demanded| demanded.contains(name));
        let names = passkeys.iter().flat_map(|it| &it.principals).filter(may);
        let names: BTreeSet<String> = names.cloned().collect();
        let one = names.first().filter(|_| names.len() == 1);
        let by = match request.by.as_ref().or(one) {
            Some(by) if names.contains(by) => by.clone(),
            Some(by) => return Err(no_passkey((run, gate), request, by, page)),
            None if names.is_empty() => {
                let who = demanded.map(|demanded| demanded.join(", ")).unwrap_or_default();
                return Err(no_passkey((run, gate), request, &who, page));
            }
            None => {
                let several = names.into_iter().collect::<Vec<_>>().join(", ");
                let message = format!("several people may decide on gate {gate}: {several}");
                return Err(Error::usage(message).advise("name one of them as `by`"));
            }
        };
        let own = passkeys.into_iter().filter(|it| it.principals.contains(&by)).collect();
        Ok((by, own))
    }

    /// Who alone may decide that, where somebody is named.
    fn demanded(&self, decision: &DecisionChoice) -> Option<&[String]> {
        match decision {
            DecisionChoice::Approve { .. } => {
                self.workflow.gate(&self.attempt.gate).and_then(signing::demand)
            }
            DecisionChoice::Reply { .. } => {
                let to = self.run.question(&self.attempt).map(|asked| asked.to.as_slice());
                to.filter(|to| !to.is_empty())
            }
            DecisionChoice::Reject { .. }
            | DecisionChoice::Waive { .. }
            | DecisionChoice::Finish { .. } => None,
        }
    }

    /// The text that is to be signed; an error where what was chosen cannot be done.
    fn statement(&self, asked: &Asked) -> Result<String, Error> {
        let Self { project, caller, run, workflow, attempt } = self;
        let (id, gate) = (&run.started.run_id, &attempt.gate);
        let secrets = Secrets::of_those_set(workflow.secrets(), &project.surroundings.variables)?;
        let said = &asked.said;
        let decision = match &asked.chosen {
            Chosen::Approve { note, question } => {
                let by = (said.by.as_str(), said.how.as_str());
                let approved = gate_approve::approval(&secrets, note.as_deref(), by, question);
                return Ok(approved.text_signed_by(id, attempt, &said.signature));
            }
            Chosen::Reject { reason } => {
                gate_approve::refuse_other(id, run, gate)?;
                Decision::Rejected { reason: reason.clone(), saw: gate_approve::digests(run, gate) }
            }
            Chosen::Waive { reason } => {
                gate_waive::refuse_unwaivable(workflow, run, gate)?;
                Decision::Waived { reason: reason.clone(), saw: gate_approve::digests(run, gate) }
            }
            Chosen::Finish { answers, saw } => {
                gate_finish::waiting_in(run, workflow, gate, &|| Ok(()))?;
                let form = (workflow, &project.folder);
                let answers = gate_finish::answers(form, gate, answers)?;
                Decision::Finished { answers, saw: saw.clone() }
            }
            Chosen::Reply { text } => {
                let asking = forward::asking(run, Some(gate))?;
                let asking = asking.ok_or_else(|| forward::no_question(id))?;
                let note = note::said(project, caller, run, (NoteKind::Message, None), text)?;
                forward::replied(run, &asking, note.text)
            }
        };
        let decided = signed_decision::of(&secrets, attempt, decision, said.clone());
        Ok(decided.signed_text(id))
    }
}

fn no_passkey(
    (run, gate): (&RunId, &GateId),
    request: &Request,
    who: &str,
    page: &DecisionPage,
) -> Error {
    let of = if who.is_empty() { String::new() } else { format!(" of {who}") };
    let site = &page.rp_id;
    let message = format!("the allowed signers of run {run} have no passkey{of} for `{site}`");
    let at = |command| Suggestion::new(command).of(run).at(gate);
    let on_terminal = match &request.decision {
        DecisionChoice::Approve { .. } => at("gate approve"),
        DecisionChoice::Reject { .. } => at("gate reject").option("reason", OPEN_WORDS),
        DecisionChoice::Waive { .. } => at("gate waive").option("reason", OPEN_WORDS),
        DecisionChoice::Finish { .. } => at("done"),
        DecisionChoice::Reply { .. } => {
            let forward = Suggestion::new("forward").word(run.as_str()).word(OPEN_WORDS);
            forward.option("gate", gate.as_str())
        }
    };
    Error::usage(message).advise_command_that(on_terminal, "decides on a terminal")
}
