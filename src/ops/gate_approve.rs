//! A person approves the exact bytes that passed.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Person;
use super::Project;
use super::approval_question;
use super::choose;
use super::gate_finish;
use super::run::DriveRequest;
use crate::advance;
use crate::caller::asker;
use crate::digest::Digest;
use crate::event::Approved;
use crate::event::Event;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::event::digests_of;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::sign;
use crate::run::Run;
use crate::secret::Secrets;
use crate::standing::stopped;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

pub use super::approval_question::ApprovalQuestion;
pub use super::approval_question::ShownFile;
pub use super::approval_question::keep_shown;
pub(crate) use super::approval_question::preview;
pub use super::approval_question::question;

/// Arguments of `gate_approve`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
    /// Note for the record.
    #[cfg_attr(feature = "cli", arg(long))]
    pub note: Option<String>,
    /// How to continue the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub drive: DriveRequest,
}

/// Records the approval and goes on. The bytes must still be those that were seen.
pub fn gate_approve(
    project: &Project,
    caller: &Caller,
    request: &Request,
    (person, question): (&Person, &ApprovalQuestion),
) -> Result<GateReply, Error> {
    asker::refuse_agents(project, caller)?;
    let id = choose::run(project, caller, &request.gate.run)?;
    let mut driver = Driver::take(project, &id)?;
    refuse_stopped_since(driver.run(), question.run_status)?;
    let gate = gate_of(project, caller, driver.run(), &request.gate)?;
    refuse_other(&id, driver.run(), &gate)?;
    if advance::expire(&mut driver, &gate)? {
        return gate_finish::go_on(driver, caller, &gate, &request.drive);
    }
    refuse_changed_needs(&mut driver, &gate)?;
    let attempt = driver.run().attempt_id(&gate);
    let judged = advance::judge_held(&driver, &gate)?;
    if digests(driver.run(), &gate) != question.seen
        || digests_of(&judged.artifacts) != question.seen
    {
        return Err(changed(&id, &gate));
    }
    let shown = approval_question::shown(project, (&driver.workflow, driver.run()), &attempt)?;
    let shown = approval_question::digests_shown(&shown);
    if shown != approval_question::digests_shown(&question.shown) {
        let message = format!("the files shown for gate {gate} have changed since you saw them");
        return Err(Error::usage(message).advise_command_that(
            Suggestion::new("gate approve").of(&id).at(&gate),
            "shows the current files",
        ));
    }
    let by = (person.by.as_str(), person.how.as_str());
    let approval = approval(&driver.secrets, request.note.as_deref(), by, question);
    let approval = Approved { signature: person.signature.clone(), ..approval };
    let approval = sign::sign(&driver, &attempt, approval)?;
    let judged = advance::judged_of(driver.run(), &gate);
    let passed = advance::passed(&driver, &attempt, judged)?;
    let approved = Event::GateApproved { gate: gate.clone(), attempt: attempt.number, approval };
    driver.append(&[approved, passed])?;
    approval_question::keep_approved(project, question);
    driver.commit(Some(&gate), false)?;
    gate_finish::go_on(driver, caller, &gate, &request.drive)
}

/// What somebody approves with their word, before they sign it.
pub(super) fn approval(
    secrets: &Secrets,
    note: Option<&str>,
    (by, how): (&str, &str),
    question: &ApprovalQuestion,
) -> Approved {
    Approved {
        by: by.to_owned(),
        how: how.to_owned(),
        seen: question.seen.clone(),
        shown: approval_question::digests_shown(&question.shown),
        note: note.map(|note| secrets.redact(note)),
        signature: None,
    }
}

/// Refuses the word of a person who was asked before somebody else paused or ended the run.
fn refuse_stopped_since(run: &Run, asked_in: RunStatus) -> Result<(), Error> {
    let went_on = matches!(asked_in, RunStatus::Running | RunStatus::Waiting);
    match stopped(run.status, run.reason.as_deref()).filter(|_| went_on) {
        Some(stopped) => Err(Error::usage(format!("{stopped}; nothing was written"))),
        None => Ok(()),
    }
}

/// Refuses an approval of what stands on something that has changed; that is written down first, and
/// what was made from it is open again.
pub(super) fn refuse_changed_needs(driver: &mut Driver<'_>, gate: &GateId) -> Result<(), Error> {
    let goes_on = matches!(driver.run().status, RunStatus::Running | RunStatus::Waiting);
    if !goes_on || !advance::look_at_needs(driver, gate)? {
        return Ok(());
    }
    driver.commit(None, true)?;
    let state = driver.run().gate(gate);
    if state.is_some_and(|state| state.waits_for == Some(WaitsFor::Approval)) {
        return Ok(());
    }
    let reason = state.and_then(|state| state.reason.as_deref());
    let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    Err(Error::usage(format!("gate {gate} must be done again before it can be approved{reason}"))
        .advise_command(Suggestion::new("run resume").of(driver.id())))
}

/// Nobody can approve bytes that were never judged; they are judged first.
pub fn changed(id: &RunId, gate: &GateId) -> Error {
    Error::usage(format!("the outputs of gate {gate} have changed since they passed"))
        .advise_command_that(
            Suggestion::new("done").of(id).at(gate),
            "judges the current outputs; then approve them",
        )
}

/// The gate that waits for an approval.
pub(super) fn gate_of(
    project: &Project,
    caller: &Caller,
    run: &Run,
    choice: &GateChoice,
) -> Result<GateId, Error> {
    if choice.gate.is_none() {
        let waits =
            run.gates.iter().filter(|(_, state)| state.waits_for == Some(WaitsFor::Approval));
        let waits: Vec<&GateId> = waits.map(|(id, _)| id).collect();
        if let [only] = waits.as_slice() {
            return Ok((*only).clone());
        }
    }
    choose::gate_of(project, caller, run, choice.gate.as_deref())
}

pub(super) fn refuse_other(id: &RunId, run: &Run, gate: &GateId) -> Result<(), Error> {
    match run.gate(gate).and_then(|state| state.waits_for) {
        Some(WaitsFor::Approval) => Ok(()),
        Some(other) => {
            let message = format!("gate {gate} is waiting for {other}, not for approval");
            let error = Error::usage(message);
            Err(match other {
                WaitsFor::Person | WaitsFor::Agent | WaitsFor::Approval => {
                    error.advise("only finished work can be approved; hand it in first")
                }
                WaitsFor::Answer => error.advise_command_that(
                    Suggestion::new("forward").word(id.as_str()).word(OPEN_WORDS),
                    "answers the question",
                ),
                WaitsFor::ChildRun => error.advise("it continues when that run has ended"),
                WaitsFor::Decision => error.advise_command_that(
                    Suggestion::new("gate start").of(id).at(gate),
                    "starts the interrupted work again",
                ),
            })
        }
        None if run.status.is_final() => {
            Err(Error::usage(format!("run {id} is {}; no gate waits for approval", run.status))
                .advise_command(Suggestion::new("run show").of(id)))
        }
        None => Err(Error::usage(format!(
            "gate {gate} is {}, not waiting for approval",
            run.status_of(gate)
        ))
        .advise_command_that(Suggestion::new("status").of(id), "shows which gates wait for what")),
    }
}

pub(super) fn digests(run: &Run, gate: &GateId) -> BTreeMap<String, Digest> {
    digests_of(run.gate(gate).map(crate::run::GateState::artifacts).unwrap_or_default())
}
