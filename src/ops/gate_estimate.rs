//! A newer estimate than the workflow's of how long a gate takes.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::Project;
use super::choose;
use crate::clock;
use crate::event::Event;
use crate::id::GateId;
use crate::id::RunId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `gate_estimate`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Estimated time: 45m, 2h, 1d.
    #[cfg_attr(feature = "cli", arg(value_name = "DURATION"))]
    pub estimate: String,
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
}

/// What is estimated now, and what was worked so far.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The run's id.
    pub run_id: RunId,
    /// The gate.
    pub gate: GateId,
    /// Estimated working time in seconds.
    pub estimate_s: u64,
    /// Working time so far, in seconds.
    pub active_s: u64,
}

/// Writes the estimate down; the ones before it stay in the journal.
pub fn gate_estimate(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Reply, Error> {
    let estimate = clock::parse_duration(&request.estimate)?;
    let id = choose::open_run(project, caller, &request.gate.run)?;
    let mut driver = Driver::take(project, &id)?;
    let gate = choose::gate(&driver, caller, request.gate.gate.as_deref())?;
    let by = caller.who(project)?.to_string();
    let estimate_s = estimate.as_secs();
    driver.append(&[Event::GateEstimated { gate: gate.clone(), estimate_s, by }])?;
    let now = project.clock.now();
    let spent = driver.run().gate(&gate).map(|state| state.time.until(now)).unwrap_or_default();
    Ok(Reply { run_id: id, gate, estimate_s, active_s: spent.active.as_secs() })
}
