//! Audits that the agent of the audited work would do: refused when they are to begin, and told of
//! before that work is done and paid.

use super::player;
use crate::config::Config;
use crate::executor::Agent;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
use crate::workflow::Gate;
use crate::workflow::OnFail;
use crate::workflow::Work;
use crate::workflow::Workflow;

/// Tells of each audit of a run that its agent could not do, in words. `given` was chosen for this
/// sitting.
pub fn own_audits(driver: &Driver<'_>, given: Option<&str>) -> Result<Vec<String>, Error> {
    audits_of(&driver.workflow, |role| {
        // What is wrong with an agent is told where it is to work.
        Ok(player::player(driver.project, driver.run(), (role, given))?.ok().flatten())
    })
}

/// The same of a workflow that no run has begun of, as `orch.toml` casts its roles.
pub fn own_audits_by(config: &Config, workflow: &Workflow) -> Result<Vec<String>, Error> {
    let mut told = audits_of(workflow, |role| Ok(config.agent(role, None)?.cloned()))?;
    for gate in &workflow.gates {
        let Some(judged) = decides_on(gate).and_then(|judged| workflow.gate(judged)) else {
            continue;
        };
        let (Some(own), Some(other)) = (role_of(gate), role_of(judged)) else { continue };
        let (own, other) = (config.agent(own, None)?, config.agent(other, None)?);
        if let (Some(auditor), Some(producer)) = (own, other)
            && auditor.definition == producer.definition
        {
            told.push(format!(
                "{} decides on the work of {}, and agent {} does both: write audits = \"{}\", and name \
                 another agent for it in orch.toml",
                gate.id, judged.id, auditor.definition, judged.id
            ));
        }
    }
    Ok(told)
}

/// The gate that a verdict goes back to where nothing says that it is audited.
fn decides_on(gate: &Gate) -> Option<&GateId> {
    let contract = gate.contract.as_ref().filter(|_| gate.audits.is_none())?;
    if !contract.rules().any(|rule| rule.verdict) {
        return None;
    }
    match &gate.on_fail {
        OnFail::Goto { gate: judged, .. } if *judged != gate.id => Some(judged),
        OnFail::Goto { .. } | OnFail::Stop | OnFail::Continue | OnFail::Ignore => None,
    }
}

fn audits_of(
    workflow: &Workflow,
    player: impl Fn(&str) -> Result<Option<Agent>, Error>,
) -> Result<Vec<String>, Error> {
    let mut told = Vec::new();
    for gate in workflow.gates.iter().filter(|gate| !gate.same_program) {
        let audited = gate.audits.as_ref().and_then(|audited| workflow.gate(audited));
        let Some(audited) = audited else { continue };
        let (Some(own), Some(other)) = (role_of(gate), role_of(audited)) else { continue };
        let (Some(auditor), Some(producer)) = (player(own)?, player(other)?) else { continue };
        if auditor.definition == producer.definition {
            told.push(format!(
                "{} audits {}, and agent {} would do both: name another agent for it in orch.toml, or \
                 write audits = {{ gate = \"{}\", same_program = true }}",
                gate.id, audited.id, auditor.definition, audited.id
            ));
        }
    }
    Ok(told)
}

fn role_of(gate: &Gate) -> Option<&str> {
    match &gate.work {
        Work::Agent(role) => Some(role.as_deref().unwrap_or_default()),
        Work::Human | Work::Command(_) | Work::Shell { .. } | Work::Workflow(_) => None,
    }
}
