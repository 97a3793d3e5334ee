//! The process that sends the notifications of a run, while nobody waits for it.

use super::Error;
use super::Project;
use crate::id::RunId;
use crate::process;
use crate::project::notices;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The run whose notifications to send.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Run id.
    #[cfg_attr(feature = "cli", arg(long))]
    pub run: String,
}

/// Sends what is still to be sent, in a process of its own. A signal may end that at any point: what was
/// not sent then is sent once the run is resumed.
pub fn notify_send(project: &Project, request: &Request) -> Result<(), Error> {
    let id = RunId::parse(&request.run).map_err(|error| Error::usage(error.to_string()))?;
    notices::send(project, &id, process::be_on_own)
}
