//! A person applies a corrected definition to an unfinished run.

use super::Caller;
use super::Driver;
use super::Error;
use super::Person;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::amendment;
use super::amendment::amendment;
use super::amendment_diff;
pub use super::amendment_diff::TextDiff;
use super::choose;
use super::reason;
use crate::advance;
use crate::caller::asker;
use crate::config::AGENTS;
use crate::config::CAST;
use crate::config::FILE;
use crate::definition::Definition;
use crate::digest::Digest;
use crate::event::Amended;
use crate::event::Event;
use crate::files::Lock;
use crate::id::GateId;
use crate::id::RunId;
use crate::project::signing;
use crate::run::Run;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `run_amend`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Reason, for the record.
    #[cfg_attr(feature = "cli", arg(long))]
    pub reason: Option<String>,
}

/// What a person is asked to apply.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct AmendmentQuestion {
    /// The run to amend.
    pub run: RunId,
    /// The digest of the run's frozen definition.
    pub before: Digest,
    /// The digest of the definition as it is now.
    pub after: Digest,
    /// The texts that changed, and how.
    pub changes: Vec<String>,
    /// The differences, also in scripts that agents' commands name.
    pub diffs: Vec<TextDiff>,
    /// The gates that will be reopened.
    pub reopened: Vec<GateId>,
}

/// Its state.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The status of the run.
    pub run: Standing,
    /// What was applied; `None` if there was nothing to apply.
    pub amended: Option<AmendmentQuestion>,
}

/// What there is to take in, for the face to show before it asks; none where there is nothing.
pub fn question(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Option<AmendmentQuestion>, Error> {
    let command = reason::of_run("run amend", &request.run);
    reason::refuse_blank(request.reason.as_deref(), command)?;
    asker::refuse_agents(project, caller)?;
    let id = choose::run(project, caller, &request.run)?;
    let path = project.store.lock_place(&id);
    if let Some(held) = Lock::holder(&path) {
        return Err(Error::held(&id, held));
    }
    let run = project.store.read(&id)?.run;
    refuse_over(&run)?;
    refuse_signed(&run)?;
    let Some(amendment) = amendment(project, &run)? else { return Ok(None) };
    let diffs = amendment_diff::diffs(project, &run, &amendment.amended)?;
    Ok(Some(asked(&id, &amendment.amended, diffs)))
}

/// An amendment has no signature, and could take away the question for one.
fn refuse_signed(run: &Run) -> Result<(), Error> {
    let started = &run.started;
    let workflow = Workflow::parse(&started.workflow, &Definition::thaw(&started.definition))?;
    match workflow.gates.iter().find(|gate| signing::demand(gate).is_some()) {
        None => Ok(()),
        Some(gate) => Err(Error::usage(format!(
            "gate {} of this run requires a signature; the run cannot be amended",
            gate.id
        ))
        .advise(
            Advice::from("start another run: ")
                .then(Suggestion::new("run cancel").of(&started.run_id))
                .then(" && ")
                .then(Suggestion::new("run").word(&started.workflow)),
        )),
    }
}

/// The files that have changed since a run started and that it does not use; none if it cannot be read.
pub fn pending(project: &Project, run: &RunId) -> Vec<String> {
    let reading = project.store.glance(run);
    reading.map(|reading| amendment::differs(project, &reading.run)).unwrap_or_default()
}

/// Whether the files as they are could be applied to a run.
pub fn can_amend(project: &Project, run: &RunId) -> bool {
    project.store.glance(run).is_ok_and(|reading| {
        refuse_over(&reading.run).is_ok()
            && refuse_signed(&reading.run).is_ok()
            && matches!(amendment(project, &reading.run), Ok(Some(_)))
    })
}

/// Tells where a run stands in which a gate failed whether that may come from what it does not use.
pub fn tell(project: &Project, standing: &mut Standing) {
    if standing.failed.is_empty() || standing.status.is_final() {
        return;
    }
    standing.differs = pending(project, &standing.run_id).iter().map(|path| shown(path)).collect();
    standing.can_amend = !standing.differs.is_empty() && can_amend(project, &standing.run_id);
}

/// Where a run stands that there was nothing to take into.
pub fn unchanged(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let id = choose::run(project, caller, &request.run)?;
    let driver = Driver::take(project, &id)?;
    Ok(Reply { run: advance::standing(&driver), amended: None })
}

/// Applies what was shown, and nothing else.
pub fn run_amend(
    project: &Project,
    caller: &Caller,
    request: &Request,
    (person, question): (&Person, &AmendmentQuestion),
) -> Result<Reply, Error> {
    asker::refuse_agents(project, caller)?;
    let mut driver = Driver::take(project, &question.run)?;
    refuse_over(driver.run())?;
    refuse_signed(driver.run())?;
    let found = amendment(project, driver.run())?;
    let Some(found) = found.filter(|found| {
        (found.amended.before, found.amended.after) == (question.before, question.after)
    }) else {
        return Err(Error::usage(
            "the definition has changed since it was shown; nothing was written",
        )
        .advise_command(Suggestion::new("run amend").of(&question.run)));
    };
    let amended = Amended {
        by: person.by.clone(),
        how: person.how.clone(),
        reason: request.reason.clone(),
        ..found.amended
    };
    let asked = asked(&question.run, &amended, question.diffs.clone());
    let by = person.by.clone();
    let budget = found.budget.map(|budget| Event::BudgetSet { budget, by });
    let events = std::iter::once(Event::RunAmended(Box::new(amended))).chain(budget);
    driver.append(&events.collect::<Vec<_>>())?;
    driver.workflow = found.workflow;
    driver.commit(None, true)?;
    Ok(Reply { run: advance::standing(&driver), amended: Some(asked) })
}

/// How a text is called to people: agents are written in `orch.toml`.
pub fn shown(path: &str) -> String {
    if path.starts_with(AGENTS) || path == CAST {
        return format!("{path} (of {FILE})");
    }
    path.to_owned()
}

fn asked(run: &RunId, amended: &Amended, diffs: Vec<TextDiff>) -> AmendmentQuestion {
    let changes = amended.changes.iter().map(|change| {
        let how = match (change.before, change.after) {
            (None, _) => "added",
            (Some(_), None) => "removed",
            (Some(_), Some(_)) => "changed",
        };
        format!("{how} {}", shown(&change.path))
    });
    AmendmentQuestion {
        run: run.clone(),
        before: amended.before,
        after: amended.after,
        changes: changes.collect(),
        diffs,
        reopened: amended.reopened.clone(),
    }
}

fn refuse_over(run: &Run) -> Result<(), Error> {
    if !run.status.is_final() {
        return Ok(());
    }
    Err(Error::usage(format!(
        "run {} is {}; its definition can no longer change",
        run.started.run_id, run.status
    )))
}
