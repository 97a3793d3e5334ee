//! Seal a checkpoint by hand.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use super::reason;
use crate::event::Checkpoint;
use crate::id::RunId;
use crate::project::seal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `checkpoint_create`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default)]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Reason, for the record.
    #[cfg_attr(feature = "cli", arg(long, value_name = "REASON", default_value_t = Self::default().reason))]
    pub reason: String,
}

impl Default for Request {
    fn default() -> Self {
        Self { run: RunChoice::default(), reason: "by hand".to_owned() }
    }
}

/// What was sealed.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The checkpoint, as recorded in the journal.
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
    /// Why it was not committed, if it was not.
    pub problems: Vec<String>,
}

/// Seals a checkpoint of a run that no process is driving.
pub fn checkpoint_create(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Reply, Error> {
    reason::refuse_blank(&*request.reason, reason::of_run("checkpoint create", &request.run))?;
    let id = choose::run(project, caller, &request.run)?;
    let mut driver = Driver::take(project, &id)?;
    let checkpoint = seal::seal(&mut driver, &request.reason)?;
    Ok(Reply { run_id: id, checkpoint, problems: driver.problems() })
}
