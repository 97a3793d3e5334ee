//! Pause the session and its run.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::Standing;
use super::reason;
use super::session;
use super::session::Epic;
use crate::advance;
use crate::event::Event;
use crate::event::PauseCause;
use crate::event::SessionStatus;
use crate::project::sitting;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `session_pause`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default)]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub epic: Epic,
    /// Reason, for the record.
    #[cfg_attr(feature = "cli", arg(long, default_value_t = Self::default().reason))]
    pub reason: String,
}

impl Default for Request {
    fn default() -> Self {
        Self { epic: Epic::default(), reason: "paused by a person".to_owned() }
    }
}

/// Ends the session and pauses the run.
pub fn session_pause(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Standing, Error> {
    let command = reason::of_epic("session pause", &request.epic);
    reason::refuse_blank(&*request.reason, command)?;
    let id = request.epic.run(project, caller)?;
    let mut driver = Driver::take(project, &id)?;
    let reason = request.reason.clone();
    let ended = sitting::ended(&driver, SessionStatus::Paused, Some(reason.clone()));
    let ended = ended.ok_or_else(|| session::nobody_sits(&driver))?;
    driver.append(&[ended, Event::RunPaused { reason, cause: PauseCause::Person }])?;
    driver.commit(None, true)?;
    sitting::end_keeping(project, &id);
    Ok(advance::standing(&driver))
}
