//! Roles that `orch.toml` has no agent for: the default agent plays them, or nobody does. That may be
//! meant, and it may be a slip, so it is told before anything is paid.

use super::player;
use super::role;
use super::route;
use crate::config::NO_AGENT;
use crate::project::Driver;
use crate::project::Error;
use crate::source;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Tells of the roles of a run that no agent is called by, in words. `given` was chosen for this
/// sitting.
pub fn unknown_roles(driver: &Driver<'_>, given: Option<&str>) -> Result<Vec<String>, Error> {
    let (project, run) = (driver.project, driver.run());
    let known = player::names(project, run);
    let known = || known.iter().map(String::as_str).chain(project.config.names());
    let mut warnings = Vec::new();
    let mut others: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for gate in &driver.workflow.gates {
        for role in role::all(run, gate) {
            if role.is_empty() || role == NO_AGENT || known().any(|name| name == role) {
                continue;
            }
            if route::is_routed(run, (&gate.id, &role), given) {
                continue;
            }
            let player = player::player(project, run, (&role, given))?.ok().flatten();
            let instead = match player {
                Some(agent) => format!("agent {} will do the work", agent.name),
                None => "the run will wait for someone to do the work".to_owned(),
            };
            if let Some(near) = source::nearest_of(&role, known()) {
                let id = &gate.id;
                warnings.push(format!(
                    "gate {id}: orch.toml defines no agent `{role}`; {instead}; did you mean \
                     `{near}`?"
                ));
            } else {
                others.entry(instead).or_default().insert(role);
            }
        }
    }
    // Who chose an agent for all roles without one knows that they have none.
    others.retain(|_, _| given.or(run.started.agent.as_deref()).is_none());
    let listed = |roles: &BTreeSet<String>| {
        roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(", ")
    };
    let told = |(instead, roles): (String, BTreeSet<String>)| {
        let agents = if roles.len() == 1 { "agent" } else { "agents" };
        format!("orch.toml defines no {agents} {}; {instead}", listed(&roles))
    };
    warnings.extend(others.into_iter().map(told));
    Ok(warnings)
}
