//! Audits that the agent of the audited work would do: refused when they are to begin, and told of
//! before that work is done and paid.

use super::role;
use super::route;
use crate::config::Config;
use crate::config::RoutedWork;
use crate::executor::Agent;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
use crate::workflow::Gate;
use crate::workflow::OnFail;
use crate::workflow::Role;
use crate::workflow::Work;
use crate::workflow::Workflow;

/// Tells of each audit of a run that its agent could not do, in words. `given` was chosen for this
/// sitting.
pub fn own_audits(driver: &Driver<'_>, given: Option<&str>) -> Result<Vec<String>, Error> {
    audits_of(&driver.workflow, |gate| {
        let mut players = Vec::new();
        for role in role::all(driver.run(), gate) {
            let work = (&gate.id, role.as_str());
            players.extend(route::usual(driver.project, driver.run(), work, given)?.0);
        }
        Ok(players)
    })
}

/// The same of a workflow that no run has begun of, as `orch.toml` casts its roles.
pub fn own_audits_by(config: &Config, workflow: &Workflow) -> Result<Vec<String>, Error> {
    let players = |gate: &Gate| players_by(config, &workflow.name, gate);
    let mut told = audits_of(workflow, players)?;
    for gate in &workflow.gates {
        let Some(judged) = decides_on(gate).and_then(|judged| workflow.gate(judged)) else {
            continue;
        };
        if let Some(both) = of_both(&players(gate)?, &players(judged)?) {
            told.push(format!(
                "{} judges the work of {}, but agent {both} does both; write audits = \"{}\" and \
                 configure another agent for it in orch.toml",
                gate.id, judged.id, judged.id
            ));
        }
    }
    Ok(told)
}

/// The gate that a verdict goes back to where nothing says that it is audited.
fn decides_on(gate: &Gate) -> Option<&GateId> {
    let contract = gate.contract.as_ref().filter(|_| gate.audits.is_none())?;
    if !contract.rules().any(|rule| rule.is_decision) {
        return None;
    }
    match &gate.on_fail {
        OnFail::Goto { gate: judged, .. } if *judged != gate.id => Some(judged),
        OnFail::Goto { .. } | OnFail::Stop | OnFail::Continue | OnFail::Ignore => None,
    }
}

fn audits_of(
    workflow: &Workflow,
    players: impl Fn(&Gate) -> Result<Vec<Agent>, Error>,
) -> Result<Vec<String>, Error> {
    let mut told = Vec::new();
    for gate in workflow.gates.iter().filter(|gate| !gate.same_program) {
        let audited = gate.audits.as_ref().and_then(|audited| workflow.gate(audited));
        let Some(audited) = audited else { continue };
        if let Some(both) = of_both(&players(gate)?, &players(audited)?) {
            told.push(format!(
                "{} audits {}, but agent {both} would do both; configure another agent for it in \
                 orch.toml, or write audits = {{ gate = \"{}\", same_program = true }}",
                gate.id, audited.id, audited.id
            ));
        }
    }
    Ok(told)
}

/// Who plays a gate whatever the inputs are.
fn players_by(config: &Config, workflow: &str, gate: &Gate) -> Result<Vec<Agent>, Error> {
    let role = match &gate.work {
        Work::Agent(Role::Any) => "",
        Work::Agent(Role::Named(name)) => name,
        Work::Agent(Role::Chosen(_))
        | Work::Human
        | Work::Command(_)
        | Work::Shell { .. }
        | Work::Workflow(_) => return Ok(Vec::new()),
    };
    let work = RoutedWork { workflow, gate: &gate.id, role, attempt: 1 };
    Ok(config.usual(work, None)?.0.cloned().into_iter().collect())
}

/// The definition that is among both, whatever roles it plays.
fn of_both<'a>(some: &'a [Agent], others: &[Agent]) -> Option<&'a str> {
    let mut definitions = some.iter().map(|agent| agent.definition.as_str());
    definitions.find(|definition| others.iter().any(|other| other.definition == *definition))
}
