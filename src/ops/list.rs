//! The runs that workers drive, and how each of them fares.

use super::Error;
use super::Project;
use super::pooled;
use super::pooled::PooledRun;
use crate::event::RunStatus;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `list`.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Also list runs that passed or were canceled.
    #[cfg_attr(feature = "cli", arg(long))]
    pub all: bool,
}

/// Lists them, the newest first.
pub fn list(project: &Project, request: &Request) -> Result<Vec<PooledRun>, Error> {
    let mut runs = pooled::all(project)?;
    let is_final = |run: &PooledRun| run.status.is_some_and(RunStatus::is_final);
    runs.retain(|run| request.all || !is_final(run) && !run.is_deleted);
    Ok(runs)
}
