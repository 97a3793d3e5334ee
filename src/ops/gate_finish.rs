//! Have the outputs of a gate judged, and go on.

use super::Caller;
use super::DrivenBy;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Here;
use super::Person;
use super::Project;
use super::Standing;
use super::amendment;
use super::choose;
use super::current;
use super::gate_approve;
use super::gate_start;
use super::run::DriveRequest;
use super::signed_decision;
use crate::advance;
use crate::caller::asker;
use crate::digest::Digest;
use crate::drive;
use crate::event::Decision;
use crate::event::Event;
use crate::event::Judged;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::event::digests_of;
use crate::files::ProjectFolder;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::signing;
use crate::project::supervisor;
use crate::run::AttemptStatus;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::store::pool::Errand;
use crate::suggestion::Argument;
use crate::suggestion::OPEN;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use crate::work::WorkReport;
use crate::work::WorkResult;
use crate::workflow::Input;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// Arguments of `gate_finish`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
    /// Answer to a question of the gate; repeat per question, and per item of a list.
    #[cfg_attr(feature = "cli", arg(long = "answer", value_name = "NAME=VALUE"))]
    #[serde(default)]
    pub answers: Vec<String>,
    /// How to continue the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub drive: DriveRequest,
}

/// Judges the outputs as they are now and ends the attempt; in a run that orch drives it then
/// drives on as far as nobody is needed.
pub fn gate_finish(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<GateReply, Error> {
    finish(project, caller, request, None)
}

/// The same on the word of a person who signed it, and saw outputs of these digests.
pub fn gate_finish_signed(
    project: &Project,
    caller: &Caller,
    request: &Request,
    signed: (&Person, &BTreeMap<String, Digest>),
) -> Result<GateReply, Error> {
    asker::refuse_agents(project, caller)?;
    finish(project, caller, request, Some(signed))
}

fn finish(
    project: &Project,
    caller: &Caller,
    request: &Request,
    signed: Option<(&Person, &BTreeMap<String, Digest>)>,
) -> Result<GateReply, Error> {
    let (mut driver, gate) = choose::held(project, caller, &request.gate)?;
    if advance::expire(&mut driver, &gate)? {
        return go_on(driver, caller, &gate, &request.drive);
    }
    let changed = changed_while_waiting(&driver, &gate)?;
    let (attempt, handed_in) = if let Some((attempt, judged)) = changed {
        // The answers that were given stand.
        (attempt, (judged, Values::new()))
    } else {
        let attempt = waiting_attempt(&driver, caller, &gate)?;
        let answers = answers((&driver.workflow, &project.folder), &gate, &request.answers)?;
        let judged = advance::judge_held(&driver, &gate)?;
        if let Some((person, saw)) = signed {
            if digests_of(&judged.artifacts) != *saw {
                return Err(changed_since_signed(driver.id(), &gate));
            }
            let decision = Decision::Finished { answers: answers.clone(), saw: saw.clone() };
            let id = AttemptId::new(&gate, attempt);
            signed_decision::record(&mut driver, &id, decision, person)?;
        }
        (attempt, (judged, answers))
    };
    let who = signed.map(|(person, _)| person.by.clone());
    hand_in(&mut driver, (caller, who), AttemptId::new(&gate, attempt), handed_in)?;
    go_on(driver, caller, &gate, &request.drive)
}

fn changed_since_signed(run: &RunId, gate: &GateId) -> Error {
    Error::usage(format!("the outputs of gate {gate} have changed since they were signed"))
        .advise_command_that(
            Suggestion::new("gate check").of(run).at(gate),
            "judges them as they are",
        )
}

/// The outputs of a gate as they are now, by path, with their digests; none of its checks runs.
pub(super) fn outputs_now(
    project: &Project,
    (run, workflow): (&Run, &Workflow),
    gate: &GateId,
) -> Result<BTreeMap<String, Digest>, Error> {
    let contract = workflow.gate(gate).and_then(|gate| gate.contract.as_ref());
    let contract = contract.map(|contract| contract.without(|_| true));
    let judged = advance::judge_now(project, workflow, run, gate, contract.as_ref())?;
    Ok(digests_of(&judged.artifacts))
}

/// Ends an attempt with what somebody outside did, and says who, where an approval depends on it.
pub(super) fn hand_in(
    driver: &mut Driver<'_>,
    (caller, who): (&Caller, Option<String>),
    attempt: AttemptId,
    (judged, answers): (Judged, Values),
) -> Result<(), Error> {
    let is_person = caller.agent_mark.is_none();
    if is_person && signing::asks_who_did(&driver.workflow, &attempt.gate) {
        let by = who.map_or_else(|| caller.identity(driver.project), Ok)?;
        let AttemptId { gate, number } = attempt.clone();
        driver.append(&[Event::GateHandedIn { gate, attempt: number, by }])?;
    }
    let result = WorkResult::of(judged, answers);
    let ended = WorkReport { attempt, invocation: None, result };
    advance::settle(driver, &ended)
}

/// What outputs come to that were changed while they waited for approval: nobody could approve
/// them unless they are judged anew.
fn changed_while_waiting(
    driver: &Driver<'_>,
    gate: &GateId,
) -> Result<Option<(u32, Judged)>, Error> {
    let state = driver.run().gate(gate);
    let state = state.filter(|state| state.waits_for == Some(WaitsFor::Approval));
    let Some(attempt) = state.and_then(GateState::attempt) else { return Ok(None) };
    let judged = advance::judge_held(driver, gate)?;
    let seen = gate_approve::digests(driver.run(), gate);
    Ok((digests_of(&judged.artifacts) != seen).then_some((attempt.attempt, judged)))
}

/// The attempt of a gate that somebody outside works on.
pub(super) fn waiting_attempt(
    driver: &Driver<'_>,
    caller: &Caller,
    gate: &GateId,
) -> Result<u32, Error> {
    waiting_in(driver.run(), &driver.workflow, gate, &|| {
        asker::refuse_unknown(driver.project, caller)
    })
}

/// The same in a run that is only read; what a person hands in is refused where `refuse` says so.
pub(super) fn waiting_in(
    run: &Run,
    workflow: &Workflow,
    gate: &GateId,
    refuse: &dyn Fn() -> Result<(), Error>,
) -> Result<u32, Error> {
    let state = run.gate(gate);
    let open =
        state.and_then(|state| state.attempt()).filter(|attempt| attempt.finished_at.is_none());
    let id = &run.started.run_id;
    if run.status.is_final() {
        return Err(Error::usage(format!("run {id} is {}; it cannot continue", run.status))
            .advise_command(Suggestion::new("run show").of(id)));
    }
    match (open, state.and_then(|state| state.waits_for)) {
        (Some(attempt), Some(WaitsFor::Agent)) => Ok(attempt.attempt),
        // What a person hands in, answers or gives up is their word too.
        (Some(attempt), Some(WaitsFor::Person)) => refuse().map(|()| attempt.attempt),
        (_, Some(WaitsFor::Approval)) => Err(Error::usage(format!(
            "gate {gate} is waiting for approval; its outputs have passed"
        ))
        .advise_command(Suggestion::new("gate approve").of(id).at(gate))),
        (_, Some(WaitsFor::Decision)) => {
            Err(Error::usage(format!("gate {gate} was interrupted and is waiting for a decision"))
                .advise_command(Suggestion::new("gate start").of(id).at(gate)))
        }
        (_, Some(WaitsFor::Answer)) => Err(Error::usage(format!(
            "gate {gate} has asked a question and is waiting for the answer"
        ))
        .advise_command(Suggestion::new("forward").word(id.as_str()).word(OPEN_WORDS))),
        (_, _) if choose::is_fan_out(workflow, gate) => Err(choose::no_instance(run, gate)),
        (_, _) => Err(gate_start::not_waiting(workflow, run, gate)),
    }
}

/// Goes on with the run after a gate was finished, failed, approved or rejected, and lets go of it.
pub(super) fn go_on(
    mut driver: Driver<'_>,
    caller: &Caller,
    gate: &GateId,
    request: &DriveRequest,
) -> Result<GateReply, Error> {
    let mut reply = reply(&mut driver, gate)?;
    if driver.run().started.driven {
        reply.differs = amendment::differs(driver.project, driver.run());
        reply.run = drive_on(&mut driver, caller, request)?;
        // What it stands on may have changed: then it is open again, and its verdict stands no more.
        let status = driver.run().status_of(gate);
        if status == GateStatus::Stale {
            reply.status = status;
            reply.passed = false;
        }
    }
    let_go(driver, caller, request)?;
    Ok(reply)
}

/// Drives a run as far as nobody is needed, unless that is left to a worker.
pub(super) fn drive_on(
    driver: &mut Driver<'_>,
    caller: &Caller,
    request: &DriveRequest,
) -> Result<Standing, Error> {
    super::run::give_agent(driver, caller, request)?;
    let limits = super::run::limits(request)?;
    let range = super::run::range(&driver.workflow, &driver.run().range, request)?;
    driver.append(&range.into_iter().collect::<Vec<_>>())?;
    if driver.run().status == RunStatus::Failed {
        // What was waited for has ended: others may wait for that.
        driver.append(&[Event::RunResumed { retried: Vec::new() }])?;
    }
    if !request.detach {
        return drive::drive(driver, &limits);
    }
    driver.commit(None, false)?;
    Ok(left_to_worker(driver))
}

/// How a run stands that a worker is about to drive.
pub(super) fn left_to_worker(driver: &Driver<'_>) -> Standing {
    let standing = advance::standing(driver);
    // Where all that is left is somebody's to do, a worker finds nothing.
    if !standing.waiting.is_empty() && standing.here.ready.is_empty() {
        return standing;
    }
    let here = Here { driver: DrivenBy::Another, ..standing.here };
    Standing { here, ..standing }
}

/// Lets go of a run; a worker drives it on where that was asked for.
pub(super) fn let_go(
    driver: Driver<'_>,
    caller: &Caller,
    request: &DriveRequest,
) -> Result<(), Error> {
    let (project, id) = (driver.project, driver.id().clone());
    current::end(project, caller, driver.run());
    let is_left = request.detach && driver.run().started.driven && !driver.run().status.is_end();
    // Only then can a worker take it.
    drop(driver);
    if is_left { leave_to_worker(project, &id) } else { Ok(()) }
}

/// Has a worker drive a run on that nobody holds.
pub(super) fn leave_to_worker(project: &Project, id: &RunId) -> Result<(), Error> {
    let folder = project.workspace_of(id);
    advance::enqueue(project, &advance::ticket(project, id, folder, Errand::Continue))?;
    supervisor::hire(project)
}

/// What became of a gate. A run that is taken through by hand ends with its last gate.
pub(super) fn reply(driver: &mut Driver<'_>, gate: &GateId) -> Result<GateReply, Error> {
    // While somebody sits at the run, its end is theirs to give.
    let all_done = driver.run().session().is_none()
        && driver.workflow.gates.iter().all(|gate| driver.run().status_of(&gate.id).satisfies());
    if !driver.run().started.driven {
        let changed = all_done && advance::look_at_all(driver)?;
        if all_done && !changed {
            let status = RunStatus::Passed;
            driver.append(&[Event::RunCompleted { status, reason: None }])?;
        }
        driver.commit(None, true)?;
    }
    let run = driver.run();
    let state = run.gate(gate).cloned().unwrap_or_default();
    let attempt = state.attempt();
    let passed = attempt.is_some_and(|attempt| {
        attempt.status == AttemptStatus::Pass || state.waits_for == Some(WaitsFor::Approval)
    });
    let judged = advance::judged_of(run, gate);
    let standing = advance::standing(driver);
    let packet = standing.waiting.iter().find(|waiting| waiting.gate == *gate);
    Ok(GateReply {
        run_id: driver.id().clone(),
        gate: gate.clone(),
        attempt: attempt.map_or(0, |attempt| attempt.attempt),
        status: state.status,
        passed,
        findings: judged.all_findings().cloned().collect(),
        packet: packet.and_then(|waiting| waiting.packet.clone()),
        differs: Vec::new(),
        run: standing,
    })
}

/// The answers that were typed, checked against the gate's form.
pub(super) fn answers(
    (workflow, folder): (&Workflow, &ProjectFolder),
    gate: &GateId,
    typed: &[String],
) -> Result<Values, Error> {
    let form: &[Input] = workflow.gate(gate).map_or(&[], |gate| &gate.answers);
    let mut texts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for pair in typed {
        match pair.split_once('=') {
            Some((name, text)) => texts.entry(name).or_default().push(text.to_owned()),
            None => wrong.push(
                Error::usage(format!("`{pair}` is not a valid answer"))
                    .advise(Argument::option("answer", "NAME=VALUE")),
            ),
        }
    }
    let mut given = Values::new();
    for (name, texts) in &texts {
        let Some(input) = form.iter().find(|input| input.name == *name) else {
            let known = form.iter().map(|input| input.name.as_str());
            let error = Error::usage(format!("gate {gate} has no question `{name}`"));
            wrong.push(error.advise(crate::source::suggest(name, known)));
            continue;
        };
        match input.accept_all(texts, folder) {
            Ok(value) => drop(given.insert((*name).to_owned(), value)),
            Err(error) => wrong.push(error.into()),
        }
    }
    let resolved = input::resolve_all(form, &given, folder);
    let values = resolved.unwrap_or_else(|errors| {
        let is_new = |error: &input::Error| !texts.contains_key(error.name());
        wrong.extend(errors.into_iter().filter(is_new).map(|error| unanswered(gate, form, error)));
        Values::new()
    });
    Error::together(wrong).map_or(Ok(values), Err)
}

/// What is wrong with a form that is not filled in.
fn unanswered(gate: &GateId, form: &[Input], error: input::Error) -> Error {
    match error {
        input::Error::Missing { name, because, help, .. } => {
            let asked = if help.is_empty() { help } else { format!(": {help}") };
            let message = format!("gate {gate} requires an answer to `{name}`{because}{asked}");
            let choices =
                form.iter().find(|input| input.name == name).map(|it| it.choices.join("|"));
            let value = choices.filter(|choices| !choices.is_empty());
            let value = value.unwrap_or_else(|| OPEN.to_owned());
            Error::usage(message).advise(Argument::option("answer", format!("{name}={value}")))
        }
        other @ (input::Error::Wrong { .. } | input::Error::Unknown { .. }) => other.into(),
    }
}
