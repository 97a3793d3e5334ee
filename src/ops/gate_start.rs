//! Begin an attempt by hand. A command is carried out at once, and what
//! an agent was cut off at is given back to it; any other gate gets its packet and waits to
//! be handed in.

use super::Caller;
use super::Error;
use super::GateChoice;
use super::GateReply;
use super::Project;
use super::choose;
use super::gate_finish;
use super::run::DriveRequest;
use crate::advance;
use crate::advance::BusyAgent;
use crate::advance::Prepared;
use crate::advance::Start;
use crate::advance::StartedBy;
use crate::config::NO_AGENT;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::run::GateStatus;
use crate::run::Run;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use crate::work;
use crate::workflow::Gate;
use crate::workflow::Work;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `gate_start`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which gate.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub gate: GateChoice,
    /// Agent that will do the work, for the record.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub agent: Option<String>,
    /// Session id of that agent; audits do not run in this session.
    #[cfg_attr(feature = "cli", arg(long, value_name = "ID"))]
    pub session: Option<String>,
}

/// Begins an attempt.
pub fn gate_start(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<GateReply, Error> {
    let (mut driver, gate) = choose::held(project, caller, &request.gate)?;
    refuse_closed(&driver.workflow, driver.run(), &gate)?;
    if advance::look_at_needs(&mut driver, &gate)? {
        refuse_closed(&driver.workflow, driver.run(), &gate)?;
    }
    let is_command = driver
        .workflow
        .gate(&gate)
        .is_some_and(|gate| matches!(gate.work, Work::Command(_) | Work::Shell { .. }));
    let is_decided = asks_to_decide(driver.run(), &gate) && request.agent.is_none();
    let agent = request.agent.as_deref();
    let by = if is_command || is_decided {
        StartedBy::Configured { given: agent }
    } else {
        StartedBy::Hand { agent: agent.filter(|name| *name != NO_AGENT) }
    };
    let start = Start {
        gate: &gate,
        reuse: None,
        by,
        adopt: false,
        session: request.session.clone(),
        again: false,
    };
    match advance::prepare(&mut driver, &start)? {
        Prepared::Ended(report) => advance::settle(&mut driver, &report)?,
        Prepared::Held(reason) => {
            let command = Box::new(Suggestion::new("run resume").of(driver.id()));
            return Err(Error::Budget { reason, command });
        }
        Prepared::Busy(busy) => return Err(not_yet(&busy)),
        Prepared::Work { order, slot: _slot } => {
            let report = work::perform(&order, &advance::workspace_held(&driver));
            advance::settle(&mut driver, &report)?;
        }
    }
    gate_finish::go_on(driver, caller, &gate, &DriveRequest::default())
}

fn not_yet(busy: &BusyAgent) -> Error {
    let message = match busy {
        BusyAgent::Slots(agent) => format!("agent {agent} cannot start: all its slots are taken"),
        BusyAgent::Rests { agent, until } => format!("agent {agent} is not started before {until}"),
    };
    let resume = Advice::from(Suggestion::new("run resume"));
    Error::usage(message).advise(resume.then(" waits for it"))
}

/// Whether the gate was cut off and waits for somebody to say what becomes of it.
fn asks_to_decide(run: &Run, gate: &GateId) -> bool {
    run.gate(gate).and_then(|state| state.waits_for) == Some(WaitsFor::Decision)
}

/// A gate can be begun when the run goes on, its needs are met, and it is not at work or done; whoever asks
/// holds the run.
pub(super) fn refuse_closed(workflow: &Workflow, run: &Run, gate: &GateId) -> Result<(), Error> {
    let id = &run.started.run_id;
    if run.status.is_final() {
        return Err(Error::usage(format!("run {id} is {}", run.status)));
    }
    if choose::is_fan_out(workflow, gate) {
        return Err(choose::no_instance(run, gate));
    }
    if run.started.driven && workflow.gate(gate).is_some_and(Gate::is_finally) {
        return Err(Error::usage(format!("gate {gate} starts by itself at the end of the run"))
            .advise_command(Suggestion::new("status").of(id)));
    }
    let status = run.status_of(gate);
    let closed = || Error::usage(format!("gate {gate} is {status} and cannot be started"));
    match status {
        GateStatus::NotStarted | GateStatus::Fail | GateStatus::Stale => {}
        GateStatus::Waiting if asks_to_decide(run, gate) => {}
        // No process is at work at it: its driver would hold the run.
        GateStatus::Running if run.started.driven => {
            return Err(closed().advise_command(Suggestion::new("run resume").of(id)));
        }
        GateStatus::Running
        | GateStatus::Waiting
        | GateStatus::Pass
        | GateStatus::Skipped
        | GateStatus::Waived => {
            return Err(closed().advise_command(Suggestion::new("status").of(id)));
        }
    }
    let needs = workflow.gate(gate).map(|gate| gate.needs.clone()).unwrap_or_default();
    let Some(need) = needs.iter().find(|need| !run.status_of(need).satisfies()) else {
        return Ok(());
    };
    let next = match refuse_closed(workflow, run, need) {
        Ok(()) => Suggestion::new("gate start").of(id).at(need),
        Err(closed) => closed.command().unwrap_or_else(|| Suggestion::new("status").of(id)),
    };
    let status = run.status_of(need);
    Err(Error::usage(format!("gate {gate} needs {need}, which is {status}")).advise_command(next))
}

/// The error of a gate that nobody can hand in, with what can be done about it instead.
pub(super) fn not_waiting(workflow: &Workflow, run: &Run, gate: &GateId) -> Error {
    let id = &run.started.run_id;
    let error = Error::usage(format!("gate {gate} is {}, not WAITING", run.status_of(gate)));
    let closed = match refuse_closed(workflow, run, gate) {
        Ok(()) => Some(Suggestion::new("gate start").of(id).at(gate)),
        Err(closed) => closed.command(),
    };
    match closed {
        Some(command) => error.advise_command(command),
        None => error,
    }
}
