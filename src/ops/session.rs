//! What the operations on sessions share: the run that is meant, the process that keeps a
//! session, and how a session ends.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use super::session_keep;
use crate::advance::Limits;
use crate::event::SessionStatus;
use crate::files::Lock;
use crate::id::RunId;
use crate::project::itself;
use crate::project::itself::Task;
use crate::run::Run;
use crate::run::Session;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::thread;

/// The run that a session operation applies to.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Epic {
    /// Key of the run; defaults to the current run, or to the one whose session started it.
    #[cfg_attr(feature = "cli", arg(long, value_name = "KEY"))]
    pub epic: Option<String>,
}

impl Epic {
    /// The run of this key: the open one, else the last one.
    pub fn run(&self, project: &Project, caller: &Caller) -> Result<RunId, Error> {
        let Some(epic) = &self.epic else {
            let id = choose::run(project, caller, &RunChoice::default())?;
            return Ok(sat_at(project, id));
        };
        if let Some(open) = choose::open_run_of(project, epic)? {
            return Ok(open);
        }
        let last = choose::runs_of(project, epic)?.into_iter().max();
        last.ok_or_else(|| {
            Error::not_found(format!("no run of key `{epic}` found")).advise_command(begin(epic))
        })
    }
}

/// The run that sessions were started at: a child run is a part of the session in which it began.
fn sat_at(project: &Project, id: RunId) -> RunId {
    let mut around = Some(id.clone());
    while let Some(at) = around {
        let Ok(reading) = project.store.glance(&at) else { break };
        if !reading.run.sessions.is_empty() {
            return at;
        }
        around = reading.run.started.parent.filter(|parent| *parent < at);
    }
    id
}

/// One gate after the other: whoever sits down waits for it.
pub(super) fn limits() -> Limits {
    let jobs = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Limits { jobs, agent: None, sits_down: false, follows: false, leaves: false }
}

/// What begins a sitting at the run of a key.
pub(super) fn begin(epic: &str) -> Suggestion {
    Suggestion::new("session start").at_key(epic)
}

/// What takes the sittings at it up again.
pub(super) fn resume(epic: &str) -> Suggestion {
    Suggestion::new("session resume").word(epic)
}

/// Where a sitting stands: one that nobody keeps has died.
pub(super) fn status(project: &Project, run: &RunId, session: &Session) -> SessionStatus {
    let is_kept = Lock::is_held(&project.store.session_lock(run));
    if session.status.is_live() && !is_kept { SessionStatus::Failed } else { session.status }
}

/// Has the session's lock and its timer held: by a process of its own, or by a thread of this one.
pub(super) fn begin_keeping(project: &Project, run: &RunId, session: u32) -> Result<(), Error> {
    if itself::start(project, Task::Session(run, session))? {
        return Ok(());
    }
    session_keep::keep_here(project, run, session)
}

/// Refuses where somebody sits at the run.
pub(super) fn refuse_sat(project: &Project, run: &Run) -> Result<(), Error> {
    let id = &run.started.run_id;
    let (Some(session), Some(held)) =
        (run.session(), Lock::holder(&project.store.session_lock(id)))
    else {
        return Ok(());
    };
    Err(Error::Sat {
        run: id.to_string(),
        epic: run.started.key.clone(),
        session: session.number,
        by: session.by.clone(),
        held,
    })
}

/// The error that nobody sits at a run.
pub(super) fn nobody_sits(driver: &Driver<'_>) -> Error {
    let (run, status) = (driver.id(), driver.run().status);
    let error = Error::usage(format!("run {run} is {status} and has no active session"));
    if status.is_final() {
        return error.advise_command(Suggestion::new("run show").of(run));
    }
    error.advise_command(resume(&driver.run().started.key))
}
