//! A person ends a run.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::choose;
use super::current;
use super::reason;
use super::run::DriveRequest;
use super::run::limits;
use super::take_over;
use crate::advance;
use crate::drive;
use crate::event::Event;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::next::is_satisfied;
use crate::project::cut_off;
use crate::project::sitting;
use crate::suggestion::Advice;
use crate::suggestion::Argument;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use crate::workflow::Gate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `run_complete`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Final status of the run.
    #[cfg_attr(feature = "cli", arg(long, value_enum, default_value_t))]
    #[serde(default)]
    pub status: Completion,
    /// Reason, for the record.
    #[cfg_attr(feature = "cli", arg(long))]
    pub reason: Option<String>,
}

/// Final status that a person can set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "cli", value(rename_all = "SCREAMING_SNAKE_CASE"))]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
pub enum Completion {
    #[default]
    Passed,
    Failed,
    Canceled,
}

/// Ends a run. `PASSED` is refused while a gate is open.
pub fn run_complete(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Standing, Error> {
    let command = reason::of_run("run complete", &request.run);
    reason::refuse_blank(request.reason.as_deref(), command)?;
    let id = choose::run(project, caller, &request.run)?;
    refuse_ending(project, caller, &id)?;
    complete(caller, Driver::take(project, &id)?, request.status, request.reason.clone())
}

/// Ends a run that is held.
pub(super) fn complete(
    caller: &Caller,
    mut driver: Driver<'_>,
    completion: Completion,
    reason: Option<String>,
) -> Result<Standing, Error> {
    let (project, id) = (driver.project, driver.id().clone());
    let status = match completion {
        Completion::Passed => RunStatus::Passed,
        Completion::Failed => RunStatus::Failed,
        Completion::Canceled => RunStatus::Canceled,
    };
    if driver.run().status == status {
        return Ok(advance::standing(&driver));
    }
    if driver.run().status.is_final() {
        return Err(Error::usage(format!("run {id} is already {}", driver.run().status))
            .advise_command(Suggestion::new("run show").of(&id)));
    }
    if status == RunStatus::Passed {
        advance::look_at_all(&mut driver)?;
        refuse_open_gates(&driver)?;
    }
    end(&mut driver, status, reason)?;
    advance::tell_others(&driver)?;
    sitting::end_keeping(project, &id);
    current::end(project, caller, driver.run());
    Ok(advance::standing(&driver))
}

/// Ends a run, with what its workflow runs at every end.
pub(super) fn end(
    driver: &mut Driver<'_>,
    status: RunStatus,
    reason: Option<String>,
) -> Result<(), Error> {
    let has_begun = driver.run().gates.values().any(|state| state.begun > 0);
    if has_begun && driver.workflow.gates.iter().any(Gate::is_finally) {
        driver.append(&cut_off::all_cut_off(driver))?;
        driver.append(&[Event::RunEnding { status, reason, gate: None }])?;
        let limits = limits(&DriveRequest::default())?;
        drive::drive(driver, &limits)?;
        return Ok(());
    }
    driver.append(&[Event::RunCompleted { status, reason }])?;
    driver.commit(None, true)
}

fn is_done(driver: &Driver<'_>, gate: &Gate) -> bool {
    driver.run().gate(&gate.id).is_some_and(|state| is_satisfied(gate, state))
}

fn refuse_open_gates(driver: &Driver<'_>) -> Result<(), Error> {
    let open: Vec<String> = driver
        .workflow
        .gates
        .iter()
        .filter(|gate| !gate.is_finally() && !is_done(driver, gate))
        .map(|gate| format!("{} is {}", gate.id, driver.run().status_of(&gate.id)))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    Err(Error::usage(format!("the run cannot be PASSED while gates are open: {}", open.join(", ")))
        .advise_command_that(
            Suggestion::new("run resume").of(driver.id()),
            Advice::from("continues it; to end it as it is, write ").then(Advice::joined(
                [RunStatus::Failed, RunStatus::Canceled]
                    .map(|status| Argument::option("status", status.to_string())),
                " or ",
            )),
        ))
}

/// An agent ends no run but a part of the one that it works for, such as a task that it began: how a
/// run ends otherwise is for its gates or a person to say.
pub(super) fn refuse_ending(project: &Project, caller: &Caller, id: &RunId) -> Result<(), Error> {
    let Some(agent) = take_over::agent(project, caller) else { return Ok(()) };
    let is_over = project.store.read(id)?.run.status.is_end();
    if is_over || take_over::is_own_part(project, caller, id)? {
        return Ok(());
    }
    Err(Error::usage(format!("an agent cannot end run {id} ({agent})")).advise_command_that(
        Suggestion::new("gate fail").option("reason", OPEN_WORDS),
        "if the work of a gate cannot be done; only a person can end the run, in their own terminal",
    ))
}
