//! Routes in `orch.toml` that no work goes by: they name a workflow, a gate or a role that is not there.

use super::Project;
use crate::config::Route;
use crate::source;
use crate::workflow::Role;
use crate::workflow::Work;
use crate::workflow::Workflow;
use std::collections::BTreeSet;

/// A route that no work goes by.
pub(super) struct RouteSlip {
    /// What it names that is not there, and what may be meant.
    pub words: String,
    /// Whether something of nearly that name is there. A route of another name may be for what other
    /// projects have.
    pub is_near: bool,
    /// The workflow that the route is for; all without one.
    workflow: Option<String>,
}

impl RouteSlip {
    /// Whether it is a slip for who runs or checks this workflow.
    pub fn concerns(&self, workflow: &str) -> bool {
        self.workflow.as_deref().map_or(self.is_near, |own| own == workflow)
    }
}

/// The names that routes can have of some workflows.
#[derive(Default)]
struct RouteNames {
    gates: BTreeSet<String>,
    roles: BTreeSet<String>,
    /// Whether templates choose roles, which are then known in a run alone.
    chooses_roles: bool,
}

/// Looks for such routes, against all workflows that can be run here.
pub(super) fn route_slips(project: &Project) -> Vec<RouteSlip> {
    let routes = project.config.routes();
    let is_plain =
        |route: &Route| route.workflow.is_none() && route.gate.is_none() && route.role.is_none();
    if routes.iter().all(is_plain) {
        return Vec::new();
    }
    let names = project.shelf.names("workflows", ".toml");
    let load = |name: &String| Some(Workflow::load(name, &project.shelf).ok()?.0);
    let workflows: Vec<Workflow> = names.iter().filter_map(load).collect();
    routes.iter().flat_map(|route| slips(route, &names, &workflows)).collect()
}

fn slips(route: &Route, names: &BTreeSet<String>, workflows: &[Workflow]) -> Vec<RouteSlip> {
    let slip = |kind: &str, name: &str, known: &BTreeSet<String>| {
        let known = || known.iter().map(String::as_str);
        let help = source::suggest(name, known());
        RouteSlip {
            words: format!(
                "a route in orch.toml is for {kind} `{name}`, which does not exist; {help}"
            ),
            is_near: source::nearest_of(name, known()).is_some(),
            workflow: route.workflow.clone().filter(|_| kind != "workflow"),
        }
    };
    if let Some(name) = route.workflow.as_ref().filter(|name| !names.contains(*name)) {
        return vec![slip("workflow", name, names)];
    }
    let known = known_to(workflows.iter().filter(|workflow| route.is_of(&workflow.name)));
    let gate = route.gate.as_ref().filter(|gate| !known.gates.contains(*gate));
    let role = route.role.as_ref().filter(|role| !known.roles.contains(*role));
    let role = role.filter(|role| !role.is_empty() && !known.chooses_roles);
    let gate = gate.map(|gate| slip("gate", gate, &known.gates));
    gate.into_iter().chain(role.map(|role| slip("role", role, &known.roles))).collect()
}

fn known_to<'w>(workflows: impl Iterator<Item = &'w Workflow>) -> RouteNames {
    let mut known = RouteNames::default();
    for gate in workflows.flat_map(|workflow| &workflow.gates) {
        known.gates.insert(gate.id.base().to_owned());
        match &gate.work {
            Work::Agent(Role::Named(name)) => {
                known.roles.insert(name.clone());
            }
            Work::Agent(Role::Chosen(_)) => known.chooses_roles = true,
            Work::Agent(Role::Any)
            | Work::Human
            | Work::Command(_)
            | Work::Shell { .. }
            | Work::Workflow(_) => {}
        }
    }
    known
}
