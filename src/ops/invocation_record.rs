//! Record an agent's call that orch did not make itself.

use super::Caller;
use super::Error;
use super::GateChoice;
use super::Project;
use super::choose;
use crate::advance;
use crate::budget::Amount;
use crate::event::Event;
use crate::event::Invocation;
use crate::event::InvocationStatus;
use crate::event::RunStatus;
use crate::event::Worker;
use crate::executor::Usage;
use crate::project::sitting_budget;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `invocation_record`. Omitted values are recorded as unknown.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
    /// Agent that was invoked.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub agent: Option<String>,
    /// How the invocation ended.
    #[cfg_attr(feature = "cli", arg(long, value_enum, default_value_t))]
    #[serde(default)]
    pub status: InvocationStatus,
    /// Model that answered.
    #[cfg_attr(feature = "cli", arg(long))]
    pub model: Option<String>,
    /// Session id of the agent.
    #[cfg_attr(feature = "cli", arg(long, value_name = "ID"))]
    pub session: Option<String>,
    /// Cost in US dollars.
    #[cfg_attr(feature = "cli", arg(long, value_name = "USD", allow_negative_numbers = true))]
    pub cost: Option<f64>,
    /// Input tokens.
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub input_tokens: Option<u64>,
    /// Output tokens.
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub output_tokens: Option<u64>,
    /// Duration in milliseconds.
    #[cfg_attr(feature = "cli", arg(long, value_name = "MS"))]
    pub duration_ms: Option<u64>,
}

/// Records the call within the gate's last attempt.
pub fn invocation_record(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Invocation, Error> {
    let (mut driver, gate) = choose::held(project, caller, &request.gate)?;
    let Some(attempt) = driver.run().gate(&gate).and_then(|state| state.attempt()) else {
        return Err(Error::usage(format!(
            "gate {gate} has no attempt; a call is recorded in an attempt"
        ))
        .advise_command(Suggestion::new("gate start").of(driver.id()).at(&gate)));
    };
    request.cost.map(Amount::try_from).transpose().map_err(Error::usage)?;
    // Recorded tokens and a price tell as much as an agent's own would.
    let usage = Usage {
        model: request.model.clone(),
        cost_usd: request.cost,
        input_tokens: request.input_tokens,
        output_tokens: request.output_tokens,
        ..Usage::default()
    };
    let usage = usage.estimated(&project.config.prices);
    let finished_at = project.clock.now();
    let invocation = Invocation {
        invocation_id: project.new_invocation_id(finished_at),
        attempt: attempt.attempt,
        gate,
        executor: attempt.executor,
        agent: request.agent.clone().or_else(|| attempt.agent.clone()),
        worker: if request.agent.is_some() { Worker::default() } else { attempt.worker.clone() },
        model: request.model.clone(),
        session: request.session.clone(),
        status: request.status,
        exit_code: None,
        started_at: finished_at,
        finished_at,
        duration_ms: request.duration_ms.unwrap_or_default(),
        cost_usd: usage.cost_usd,
        cost_is_estimate: usage.cost_is_estimate,
        input_tokens: request.input_tokens,
        output_tokens: request.output_tokens,
        cached_input_tokens: None,
        error: None,
        unread: None,
        permits: None,
        warnings: Vec::new(),
    };
    driver.append(&[Event::InvocationRecorded(Box::new(invocation.clone()))])?;
    // Nobody else would end a sitting whose work is done and paid for outside.
    let goes_on = matches!(driver.run().status, RunStatus::Running | RunStatus::Waiting);
    let budget = driver.run().budget;
    let budget = budget.narrowed(sitting_budget::bound(project, driver.run(), budget)?);
    match driver.meter.run_out(budget).filter(|_| goes_on) {
        Some(reason) => advance::run_out(&mut driver, &reason)?,
        None => driver.commit(None, true)?,
    }
    Ok(invocation)
}
