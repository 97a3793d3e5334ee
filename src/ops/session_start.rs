//! Start a session, at a new run or one to resume.

use super::Caller;
use super::Driver;
use super::Error;
use super::Foreword;
use super::Project;
use super::Standing;
use super::brief;
use super::choose;
use super::current;
use super::run_resume;
use super::session;
use super::start;
use super::start::Begin;
use crate::advance;
use crate::budget::Amount;
use crate::budget::Budget;
use crate::clock::Moment;
use crate::drive;
use crate::event::Event;
use crate::event::RunStatus;
use crate::event::SessionStarted;
use crate::event::SessionStatus;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::signing;
use crate::project::sitting;
use crate::project::sitting_budget;
use crate::run::GateStatus;
use crate::run::Run;
use crate::run::Session;
use crate::suggestion::Argument;
use crate::suggestion::Suggestion;
use crate::workflow::InputType;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// How much of the last note is told of a sitting that died, in characters.
const NOTE_CHARS_MAX: usize = 100;

/// Arguments of `session_start`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Key of the run: what the work is about.
    #[cfg_attr(feature = "cli", arg(long, value_name = "KEY"))]
    pub epic: String,
    /// Budget for the whole run, in US dollars, across all sessions.
    #[cfg_attr(feature = "cli", arg(long, value_name = "USD", allow_negative_numbers = true))]
    pub budget: Option<f64>,
    /// Resume the run of this key where the last session left it.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub resume: bool,
    /// Workflow to start; defaults to `[defaults] session_workflow` in orch.toml.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub workflow: Option<String>,
    /// Input of the workflow; repeatable.
    #[cfg_attr(feature = "cli", arg(long = "input", value_name = "NAME=VALUE"))]
    #[serde(default)]
    pub inputs: Vec<String>,
}

/// The session that was started.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The run's key.
    pub epic: String,
    /// The workflow's name.
    pub workflow: String,
    /// The session's number within the run.
    pub session: u32,
    /// The session's name for `ORCH_SESSION`, such as `my-feature@2`.
    pub session_key: String,
    /// The status of the session.
    pub status: SessionStatus,
    /// The run's budget, if it has one.
    pub budget_usd: Option<f64>,
    /// What was found of the previous session, if it died.
    pub found: Option<String>,
    /// The child run that was at hand when the last session ended, and is current again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<RunId>,
    /// The brief shown on resuming.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brief: Option<Box<brief::Reply>>,
    /// The state of the run after the gates that every session checks.
    pub run: Standing,
}

/// Starts a session. Gates that every session checks are checked, then a keeper holds it.
/// `greet` is called once, before.
pub fn session_start(
    project: &Project,
    caller: &Caller,
    request: &Request,
    greet: &mut dyn FnMut(&Foreword),
) -> Result<Reply, Error> {
    let budget = request.budget.map(budget).transpose()?;
    let (mut driver, death) = take_or_begin(project, caller, request)?;
    refuse_spent(&driver, budget)?;
    let found = sit_down(&mut driver, caller, death, budget)?;
    let is_first = number(driver.run()) == 1;
    let foreword = if is_first {
        Foreword::at_the_start(&driver, None)?
    } else {
        Foreword::on_return(&driver, caller, None)?
    };
    greet(&foreword);
    let limits = advance::Limits { sits_down: true, ..session::limits() };
    drive::drive(&mut driver, &limits)?;
    let number = number(driver.run());
    if driver.run().session().is_none() {
        let reason = driver.run().reason.clone().unwrap_or_default();
        return Err(Error::Budget { reason, command: resume(&driver) });
    }
    driver.append(&[Event::SessionReady { session: number }])?;
    driver.commit(None, true)?;
    let child = current::resume(project, caller, driver.id());
    session::begin_keeping(project, driver.id(), number)?;
    let run = driver.run();
    Ok(Reply {
        run_id: driver.id().clone(),
        epic: run.started.key.clone(),
        workflow: run.started.workflow.clone(),
        session: number,
        session_key: format!("{}@{number}", run.started.key),
        status: run.session().map_or(SessionStatus::Failed, |session| session.status),
        budget_usd: run.budget.usd.map(Amount::value),
        found,
        child,
        brief: foreword.brief.and_then(Result::ok),
        run: advance::standing(&driver),
    })
}

/// No sitting begins at a run whose budget is spent, by itself and by what was begun in its sittings.
fn refuse_spent(driver: &Driver<'_>, more: Option<Budget>) -> Result<(), Error> {
    let budget = more.unwrap_or_default().or(driver.run().budget);
    let budget = budget.narrowed(sitting_budget::bound(driver.project, driver.run(), budget)?);
    match driver.meter.run_out(budget) {
        Some(reason) => Err(Error::Budget { reason, command: resume(driver) }),
        None => Ok(()),
    }
}

/// What takes the sittings of a run up again.
fn resume(driver: &Driver<'_>) -> Box<Suggestion> {
    Box::new(session::resume(&driver.run().started.key))
}

fn budget(usd: f64) -> Result<Budget, Error> {
    let usd = Amount::try_from(usd).map_err(Error::usage)?;
    Ok(Budget { usd: Some(usd), ..Budget::default() })
}

/// The open run of the key, else a new one; of an open one also how a sitting at it died.
fn take_or_begin<'s>(
    project: &'s Project,
    caller: &Caller,
    request: &Request,
) -> Result<(Driver<'s>, Option<Death>), Error> {
    let epic = &request.epic;
    if let Some(id) = choose::open_run_of(project, epic)? {
        return take_up(project, request, &id);
    }
    if request.resume {
        return Err(Error::usage(format!("no open run of `{epic}` to resume"))
            .advise_command(session::begin(epic)));
    }
    // Of two who begin at once, the second finds the run of the first.
    let _lock = start::begin_lock(project, epic, project.clock.now())?;
    match choose::open_run_of(project, epic)? {
        Some(id) => take_up(project, request, &id),
        None => Ok((begin(project, caller, request)?, None)),
    }
}

/// Begins the run that the sitting is about.
fn begin<'s>(
    project: &'s Project,
    caller: &Caller,
    request: &Request,
) -> Result<Driver<'s>, Error> {
    let default = project.config.defaults.session_workflow.as_ref();
    let name = request.workflow.as_deref().or(default.map(|stated| stated.text.as_str()));
    let name = name.ok_or_else(|| {
        Error::usage("no workflow is set for sessions").advise(Argument::option("workflow", "NAME"))
    })?;
    let loaded = Workflow::load(name, &project.shelf)?;
    signing::refuse_unsignable(project, &loaded.0)?;
    let inputs = inputs(project, &loaded.0, request)?;
    let key = Some(request.epic.clone());
    start::begin(
        project,
        caller,
        loaded,
        Begin { inputs, driven: true, again: true, key, ..Begin::default() },
    )
}

/// What was given, and the key for the one input that the workflow makes its key from.
fn inputs(project: &Project, workflow: &Workflow, request: &Request) -> Result<Values, Error> {
    let mut inputs = Values::new();
    for pair in &request.inputs {
        let (name, text) = pair.split_once('=').ok_or_else(|| {
            Error::usage(format!("`{pair}` is not a valid input"))
                .advise(Argument::option("input", "NAME=VALUE"))
        })?;
        let known = workflow.inputs.iter().find(|input| input.name == name).ok_or_else(|| {
            let names = workflow.inputs.iter().map(|input| input.name.as_str());
            Error::usage(format!("workflow {} has no input `{name}`", workflow.name))
                .advise(crate::source::suggest(name, names))
        })?;
        inputs.insert(name.to_owned(), known.accept_all(&[text.to_owned()], &project.folder)?);
    }
    let is_text = |kind| matches!(kind, InputType::Slug | InputType::String);
    for input in workflow.inputs.iter().filter(|input| is_text(input.kind)) {
        let is_key = workflow.key.text() == format!("{{{{ {} }}}}", input.name);
        if is_key && !inputs.contains_key(&input.name) {
            let value = input.accept_all(std::slice::from_ref(&request.epic), &project.folder)?;
            inputs.insert(input.name.clone(), value);
        }
    }
    Ok(inputs)
}

/// Takes the run of the key up, unless somebody sits at it.
fn take_up<'s>(
    project: &'s Project,
    request: &Request,
    id: &RunId,
) -> Result<(Driver<'s>, Option<Death>), Error> {
    // Who takes a run ends what is at work in it: what was found is what is there before.
    let reading = project.store.read(id)?;
    let before = &reading.run;
    session::refuse_sat(project, before)?;
    let driver = Driver::take(project, id)?;
    let run = driver.run();
    // Somebody may have sat down meanwhile.
    session::refuse_sat(project, run)?;
    if run.session().is_none() {
        // Whoever ended the last sitting may have died before its keeper was told.
        sitting::end_keeping(project, id);
    }
    let (epic, workflow) = (&request.epic, &run.started.workflow);
    // Whoever began it was killed before they sat down: nothing but its beginning is there.
    let is_unbegun = reading.count == 1 && run.sessions.is_empty();
    if run.session().is_none() && !request.resume && !is_unbegun {
        let message = format!("run {id} of `{epic}` is {} and can be resumed", run.status);
        return Err(Error::usage(message).advise_command(session::resume(epic)));
    }
    if let Some(other) = request.workflow.as_ref().filter(|name| *name != workflow) {
        let message = format!("the run of `{epic}` uses workflow {workflow}, not {other}");
        return Err(Error::usage(message).advise_command(session::resume(epic)));
    }
    let is_it = |dead: &&Session| run.session().is_some_and(|live| live.number == dead.number);
    let death = before.session().filter(is_it).map(|dead| Death {
        found: found(before, dead.number, dead.started_at),
        seen_at: reading.history().last().map(|(at, _)| *at),
    });
    Ok((driver, death))
}

/// How a sitting came to its end that nobody gave it.
struct Death {
    /// What it has left, in a sentence.
    found: String,
    /// The last sign of life.
    seen_at: Option<Moment>,
}

/// Writes that somebody sits here now, and opens what is judged anew; gives what was found of a
/// sitting that died.
fn sit_down(
    driver: &mut Driver<'_>,
    caller: &Caller,
    death: Option<Death>,
    budget: Option<Budget>,
) -> Result<Option<String>, Error> {
    let project = driver.project;
    let by = caller.who(project)?.to_string();
    let run = driver.run();
    let session = number(run) + 1;
    let mut events = Vec::new();
    let found = run.session().map(|dead| {
        let nothing = || Death { found: found(run, dead.number, dead.started_at), seen_at: None };
        let Death { found, seen_at } = death.unwrap_or_else(nothing);
        let (status, reason) = (SessionStatus::Failed, Some(found.clone()));
        events.push(Event::SessionEnded { session: dead.number, status, reason, seen_at });
        found
    });
    if session > 1 || run.status != RunStatus::Running {
        events.extend(run_resume::resumed(driver));
    }
    events.push(Event::SessionStarted(SessionStarted {
        session,
        by: by.clone(),
        found: found.clone(),
    }));
    events.extend(budget.map(|budget| Event::BudgetSet { budget, by }));
    let gates = judged_before(driver);
    if !gates.is_empty() {
        events.push(Event::GatesReopened {
            gates,
            reason: "a new session started".to_owned(),
            kept: None,
        });
    }
    driver.append(&events)?;
    Ok(found)
}

/// Gates of every sitting that one before has judged.
fn judged_before(driver: &Driver<'_>) -> Vec<GateId> {
    let is_of_every_session =
        |gate: &GateId| driver.workflow.gate(gate).is_some_and(|gate| gate.every_session);
    driver.run().gates.keys().filter(|gate| is_of_every_session(gate)).cloned().collect()
}

/// The number of the last sitting; 0 before the first.
fn number(run: &Run) -> u32 {
    run.sessions.last().map_or(0, |session| session.number)
}

/// What a sitting that died has left, in a sentence; the words of the note end it.
fn found(run: &Run, number: u32, since: Moment) -> String {
    let said = run.notes.last().map(|(at, note)| {
        let line = note.text.lines().next().unwrap_or_default();
        format!("; last note, at {at}: {}", few_words(line))
    });
    let sealed = run
        .checkpoints
        .last()
        .map(|(at, checkpoint)| format!("; last checkpoint {}, at {at}", checkpoint.checkpoint));
    let open: Vec<String> = run
        .gates
        .iter()
        .filter(|(_, state)| !state.status.satisfies() && state.status != GateStatus::NotStarted)
        .map(|(gate, state)| format!("{gate} {}", state.status))
        .collect();
    let open = if open.is_empty() { String::new() } else { format!(" with {}", open.join(", ")) };
    format!(
        "session {number}, started at {since}, died{open}{}{}",
        sealed.unwrap_or_default(),
        said.unwrap_or_default()
    )
}

/// The begin of a line, as long as fits beside what else is told of it.
fn few_words(line: &str) -> String {
    match line.char_indices().nth(NOTE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.to_owned(),
    }
}
