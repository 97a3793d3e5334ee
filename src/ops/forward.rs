//! Tell whoever works in a run something. Where a gate asks a question, this is a
//! person's answer to it, and the work continues; else it waits for the next packet.

use super::Caller;
use super::Driver;
use super::Error;
use super::Person;
use super::Project;
use super::RunChoice;
use super::choose;
use super::gate_finish;
use super::note;
use super::signed_decision;
use crate::caller::asker;
use crate::event::Decision;
use crate::event::Event;
use crate::event::Note;
use crate::event::NoteKind;
use crate::event::Question;
use crate::event::Reply;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::signing;
use crate::run::GateStatus;
use crate::run::Run;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How long the process that drives a run has to take an answer in.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Arguments of `forward`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Run id, a unique part of it, or key.
    #[cfg_attr(feature = "cli", arg(value_name = "RUN"))]
    pub run: String,
    /// Message; quotes are optional unless the shell needs them.
    #[cfg_attr(feature = "cli", arg(value_name = "MESSAGE", required = true, num_args = 1..))]
    pub text: Vec<String>,
    /// Gate to tell; defaults to the one that asks, or else to all that follow.
    #[cfg_attr(feature = "cli", arg(long, value_name = "GATE"))]
    #[serde(default)]
    pub gate: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Forwarded {
    /// The run's id.
    pub run_id: RunId,
    /// The gate whose question it answers.
    pub answered: Option<GateId>,
    /// The message, as recorded.
    pub text: String,
    /// Whether the run goes on by itself.
    pub resumed: bool,
}

/// Forwards the message. An agent cannot answer for a person.
pub fn forward(project: &Project, caller: &Caller, request: &Request) -> Result<Forwarded, Error> {
    forward_by(project, caller, request, None)
}

/// The same on the word of a person. Where the question asks for them by name, it is signed here unless
/// it was signed in a browser.
pub fn forward_signed(
    project: &Project,
    caller: &Caller,
    request: &Request,
    person: &Person,
) -> Result<Forwarded, Error> {
    forward_by(project, caller, request, Some(person))
}

fn forward_by(
    project: &Project,
    caller: &Caller,
    request: &Request,
    person: Option<&Person>,
) -> Result<Forwarded, Error> {
    let id = run_of(project, caller, request)?;
    let run = project.store.read(&id)?.run;
    let named = request.gate.as_deref();
    let named = named.map(|name| choose::gate_of(project, caller, &run, Some(name))).transpose()?;
    let asking = asking(&run, named.as_ref())?;
    let words = request.text.join(" ");
    let Some(asking) = asking else {
        if person.is_some() {
            return Err(no_question(&id));
        }
        let note = note::said(project, caller, &run, (NoteKind::Message, named), &words)?;
        note::leave(project, caller, &id, &note)?;
        let text = note.text;
        return Ok(Forwarded { run_id: id, answered: None, text, resumed: false });
    };
    asker::refuse_agents(project, caller)?;
    let to = named_in(&run, &asking);
    if person.is_none() && !to.is_empty() {
        return Err(only_by(&id, &asking.gate, to));
    }
    let note = note::said(project, caller, &run, (NoteKind::Message, None), &words)?;
    let (text, gate) = (note.text.clone(), asking.gate.clone());
    match Driver::take(project, &id) {
        Ok(mut driver) => {
            let by = person.map(|person| person.by.clone());
            let by = by.map_or_else(|| caller.identity(project), Ok)?;
            if let Some(person) = person {
                let decision = replied(driver.run(), &asking, note.text.clone());
                if to.is_empty() {
                    signed_decision::record(&mut driver, &asking, decision, person)?;
                } else {
                    signed_decision::record_signed(&mut driver, &asking, decision, person)?;
                }
            }
            answer(driver, asking, Reply { text: note.text, by })?;
        }
        Err(Error::Held { .. }) if person.is_none() => hand_over(project, &id, &note, &asking)?,
        Err(error) => return Err(error),
    }
    let is_driven = project.store.is_held(&id);
    let is_paused = project.store.glance(&id)?.run.status == RunStatus::Paused;
    let is_pooled = !is_paused && !is_driven && project.store.workspace(&id).exists();
    let resumed = is_driven || is_pooled;
    if is_pooled {
        gate_finish::leave_to_worker(project, &id)?;
    }
    Ok(Forwarded { run_id: id, answered: Some(gate), text, resumed })
}

fn answer(mut driver: Driver<'_>, asking: AttemptId, reply: Reply) -> Result<(), Error> {
    let AttemptId { gate, number: attempt } = asking;
    driver.append(&[Event::GateReplied { gate: gate.clone(), attempt, reply }])?;
    driver.commit(Some(&gate), true)
}

/// Leaves the answer to the process that drives the run, which looks at this one before it takes it.
fn hand_over(project: &Project, id: &RunId, note: &Note, asking: &AttemptId) -> Result<(), Error> {
    let at = project.clock.now();
    let letter = Note { said_at: Some(at), ..note.clone() };
    let sent = project.store.answer(id, (at, &letter), asking);
    let sent = sent.map_err(|source| Error::disk(&project.store.mailbox(id), source))?;
    let start = Instant::now();
    let held = loop {
        if sent.is_taken() {
            break None;
        }
        match Driver::take(project, id) {
            // It takes in letters itself.
            Ok(mut driver) => driver.commit(Some(&asking.gate), true)?,
            Err(Error::Held { .. }) if start.elapsed() < PATIENCE => thread::sleep(LOOK_EVERY),
            Err(error) => break Some(error),
        }
    };
    drop(sent);
    let run = project.store.read(id)?.run;
    let state = run.gate(&asking.gate);
    let attempts = state.map(|state| state.attempts.as_slice()).unwrap_or_default();
    let asked = attempts.iter().find(|attempt| attempt.attempt == asking.number);
    let reply = asked.and_then(|attempt| attempt.reply.as_ref());
    if reply.is_some_and(|reply| reply.text == note.text) {
        return Ok(());
    }
    Err(held.unwrap_or_else(|| {
        Error::usage(format!("the process that drives run {id} did not accept the answer"))
            .advise_command_that(
                Suggestion::new("run pause").of(id),
                "stops it, so that you can answer",
            )
    }))
}

/// What a person says to the question of an attempt, which their signature names.
pub(super) fn replied(run: &Run, asking: &AttemptId, text: String) -> Decision {
    Decision::Replied { text, question: run.question(asking).map(Question::digest) }
}

/// Who alone may answer the question of an attempt.
fn named_in<'r>(run: &'r Run, asking: &AttemptId) -> &'r [String] {
    run.question(asking).map(|asked| asked.to.as_slice()).unwrap_or_default()
}

fn only_by(id: &RunId, gate: &GateId, to: &[String]) -> Error {
    let to = to.join(" or ");
    let forward = Suggestion::new("forward").word(id.as_str()).word(OPEN_WORDS);
    Error::usage(format!("gate {gate} asks {to}, who must sign the answer")).advise_command_that(
        forward.option("gate", gate.as_str()),
        "answers on a terminal; or answer with a passkey on the page of the gate",
    )
}

/// A question that asks for somebody by name, for a face to show before it asks for their word.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamedQuestion {
    /// The gate that asks.
    pub gate: GateId,
    /// What it asks.
    pub question: Question,
    /// By which of the names the person at hand answers.
    pub by: String,
}

fn run_of(project: &Project, caller: &Caller, request: &Request) -> Result<RunId, Error> {
    let choice = RunChoice { run: Some(request.run.clone()) };
    choose::open_run(project, caller, &choice).map_err(Error::with_runs_as_words)
}

/// The question that a message answers, where that asks for somebody by name.
pub fn named(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Option<NamedQuestion>, Error> {
    let id = run_of(project, caller, request)?;
    let run = project.store.read(&id)?.run;
    let gate = request.gate.as_deref();
    let gate = gate.map(|name| choose::gate_of(project, caller, &run, Some(name))).transpose()?;
    let Some(asking) = asking(&run, gate.as_ref())? else { return Ok(None) };
    let Some(question) = run.question(&asking).filter(|asked| !asked.to.is_empty()) else {
        return Ok(None);
    };
    let who = caller.identity(project)?;
    let own = question.to.iter().find(|name| signing::is_same(name, &who));
    let by = match (own, question.to.as_slice()) {
        (Some(name), _) | (None, [name]) => name.clone(),
        (None, _) => {
            let (gate, to) = (&asking.gate, question.to.join(" or "));
            let message = format!("gate {gate} asks {to}, but git knows you as {who}");
            return Err(Error::usage(message).advise("git config user.email EMAIL"));
        }
    };
    Ok(Some(NamedQuestion { gate: asking.gate, question: question.clone(), by }))
}

/// A signed answer is one to a question.
pub(super) fn no_question(id: &RunId) -> Error {
    Error::usage(format!("no gate of run {id} asks a question"))
        .advise_command_that(Suggestion::new("status").of(id), "shows which gates wait for what")
}

/// The attempt whose question is open: of the gate that is named, else the only one.
pub(super) fn asking(run: &Run, named: Option<&GateId>) -> Result<Option<AttemptId>, Error> {
    let asks = |gate: &&GateId| {
        run.gate(gate).is_some_and(|state| state.waits_for == Some(WaitsFor::Answer))
    };
    let all: Vec<&GateId> = run.gates_in(GateStatus::Waiting).filter(asks).collect();
    let meant: Vec<&GateId> = match named {
        Some(gate) => all.into_iter().filter(|asking| *asking == gate).collect(),
        None => all,
    };
    match meant.as_slice() {
        [] => Ok(None),
        [only] => Ok(run
            .gate(only)
            .and_then(|state| state.attempt())
            .map(|attempt| AttemptId::new(only, attempt.attempt))),
        several => {
            let gates: Vec<&str> = several.iter().map(|gate| gate.as_str()).collect();
            let message = format!("several gates ask: {}", gates.join(", "));
            Err(Error::usage(message).advise(format!("name one, such as {}", gates[0])))
        }
    }
}
