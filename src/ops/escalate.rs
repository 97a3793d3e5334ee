//! Leave a question to a person, instead of guessing. The attempt ends, and the next one
//! begins with the answer.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::Project;
use super::choose;
use super::gate_finish;
use super::note;
use crate::advance;
use crate::event::NoteKind;
use crate::event::Question;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::signing;
use crate::run::GateStatus;
use crate::run::Run;
use crate::work;
use crate::work::WorkReport;
use crate::work::WorkResult;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;

/// Arguments of `escalate`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Question text; quotes are optional unless the shell needs them.
    #[cfg_attr(feature = "cli", arg(value_name = "QUESTION", required = true, num_args = 1..))]
    pub text: Vec<String>,
    /// Possible answers, separated by commas.
    #[cfg_attr(feature = "cli", arg(long, value_name = "A,B", value_delimiter = ','))]
    #[serde(default)]
    pub options: Vec<String>,
    /// What the question is about, such as `security`.
    #[cfg_attr(feature = "cli", arg(long, value_name = "DOMAIN"))]
    #[serde(default)]
    pub domain: Option<String>,
    /// Only these people may answer, with a signature: names from the allowed-signers file,
    /// separated by commas.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", value_delimiter = ','))]
    #[serde(default)]
    pub to: Vec<String>,
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Escalated {
    /// The run's id.
    pub run_id: RunId,
    /// The gate whose work asks.
    pub gate: GateId,
    /// The number of the attempt.
    pub attempt: u32,
    /// The question, as recorded.
    pub question: Question,
    /// Whether the attempt ends when the program that asked does.
    pub handed_over: bool,
}

/// Leaves the question. Where the runner began the work, the attempt ends when its program does.
pub fn escalate(project: &Project, caller: &Caller, request: &Request) -> Result<Escalated, Error> {
    let id = choose::open_run(project, caller, &request.gate.run)?;
    match Driver::take(project, &id) {
        Err(Error::Held { .. }) if caller.is_at_work() => hand_over(project, caller, id, request),
        taken => at_once(caller, taken?, request),
    }
}

fn hand_over(
    project: &Project,
    caller: &Caller,
    run_id: RunId,
    request: &Request,
) -> Result<Escalated, Error> {
    let run = project.store.read(&run_id)?.run;
    let gate = choose::gate_of(project, caller, &run, request.gate.gate.as_deref())?;
    if choose::own_gate(caller, &run).as_ref() != Some(&gate) {
        let message = format!("this agent works on another gate; it cannot ask for gate {gate}");
        return Err(Error::usage(message).advise("ask without naming a gate"));
    }
    let state = run.gate(&gate).filter(|state| state.status == GateStatus::Running);
    let Some(attempt) = state.and_then(|state| state.attempt()) else {
        return Err(Error::usage(format!("gate {gate} is {}, not RUNNING", run.status_of(&gate))));
    };
    let attempt = attempt.attempt;
    let question = question(project, caller, &run, request)?;
    let logs = work::attempt_folder(&project.store.logs(&run_id), &AttemptId::new(&gate, attempt));
    if let Some(asked) = work::asked(&logs).filter(|asked| *asked != question) {
        let message = format!("this attempt has already asked: {}", asked.in_words());
        return Err(Error::usage(message)
            .advise("exit now; the next attempt gets the answer, and can ask again"));
    }
    work::ask(&logs, &question).map_err(|source| Error::disk(&logs, source))?;
    Ok(Escalated { run_id, gate, attempt, question, handed_over: true })
}

/// Whoever does the work by hand asks: the attempt ends now.
fn at_once(caller: &Caller, mut driver: Driver<'_>, request: &Request) -> Result<Escalated, Error> {
    let gate = choose::gate(&driver, caller, request.gate.gate.as_deref())?;
    let attempt = gate_finish::waiting_attempt(&driver, caller, &gate)?;
    let question = question(driver.project, caller, driver.run(), request)?;
    let result = WorkResult::Escalated { question: question.clone() };
    let id = AttemptId::new(&gate, attempt);
    advance::settle(&mut driver, &WorkReport { attempt: id, invocation: None, result })?;
    driver.commit(Some(&gate), true)?;
    let run_id = driver.id().clone();
    Ok(Escalated { run_id, gate, attempt, question, handed_over: false })
}

/// The question as the record may hold it.
fn question(
    project: &Project,
    caller: &Caller,
    run: &Run,
    request: &Request,
) -> Result<Question, Error> {
    let clean = |text: &str| {
        note::said(project, caller, run, (NoteKind::Note, None), text).map(|note| note.text)
    };
    let words = request.text.join(" ");
    if words.trim().is_empty() {
        return Err(Error::usage("the question is empty"));
    }
    let options = request.options.iter().filter(|option| !option.trim().is_empty());
    Ok(Question {
        text: clean(&words)?,
        options: options.map(|option| clean(option)).collect::<Result<_, _>>()?,
        domain: request.domain.as_deref().map(clean).transpose()?,
        to: named(run, &request.to)?,
    })
}

/// Those who alone may answer: people whose signatures count in the run.
fn named(run: &Run, to: &[String]) -> Result<Vec<String>, Error> {
    let names = to.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let names: BTreeSet<String> = names.map(str::to_owned).collect();
    let id = &run.started.run_id;
    let Some(allowed) = signing::allowed_in(run).filter(|_| !names.is_empty()) else {
        return match names.first() {
            None => Ok(Vec::new()),
            Some(name) => Err(Error::usage(format!(
                "run {id} has no allowed signers, so {name} could not sign an answer"
            ))
            .advise("ask without a name; anybody may answer then")),
        };
    };
    let known = signing::names_in(allowed);
    if let Some(name) = names.iter().find(|name| !signing::is_among(&known, name)) {
        let message = format!("`{name}` is not in the allowed signers of run {id}");
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Error::usage(message).advise(format!("name one of {known}")));
    }
    Ok(names.into_iter().collect())
}
