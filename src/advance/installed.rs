//! Whether the programs of agents are there: told before a run begins or goes on, and not by a gate
//! that fails for want of one.

use super::role;
use super::route;
use crate::config::NO_AGENT;
use crate::config::RoutedWork;
use crate::document::quoted_list;
use crate::document::words;
use crate::executor::Agent;
use crate::process;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::suggestion::Advice;
use crate::suggestion::Argument;
use crate::workflow::Workflow;
use crate::workflow::input::Values;

/// Refuses a run that would begin with these inputs; `given` plays roles without an agent.
pub fn refuse_missing(
    project: &Project,
    (workflow, inputs): (&Workflow, &Values),
    given: Option<&str>,
) -> Result<(), Error> {
    for gate in &workflow.gates {
        for role in role::of_inputs(gate, inputs) {
            let work =
                RoutedWork { workflow: &workflow.name, gate: &gate.id, role: &role, attempt: 1 };
            let (agent, fallback) = project.config.usual(work, given)?;
            if let Some(agent) = agent.filter(|_| !fallback.iter().any(|it| is_there(project, it)))
            {
                refuse_missing_of(project, agent)?;
            }
        }
    }
    Ok(())
}

/// Refuses to go on with a run that has work left for an agent whose program is missing.
pub fn refuse_missing_now(driver: &Driver<'_>, given: Option<&str>) -> Result<(), Error> {
    let run = driver.run();
    for gate in &driver.workflow.gates {
        if run.status_of(&gate.id).satisfies() {
            continue;
        }
        for role in role::all(run, gate) {
            let (agent, fallback) = route::usual(driver.project, run, (&gate.id, &role), given)?;
            let takes_over = |agent: &Agent| is_there(driver.project, agent);
            if let Some(agent) = agent.filter(|_| !fallback.iter().any(takes_over)) {
                refuse_missing_of(driver.project, &agent)?;
            }
        }
    }
    Ok(())
}

fn is_there(project: &Project, agent: &Agent) -> bool {
    // One that sets its own PATH is found by that.
    let has_own_path = agent.settings().env.contains_key("PATH");
    has_own_path || process::resolve(agent.program(), project.folder.root()).is_some()
}

fn refuse_missing_of(project: &Project, agent: &Agent) -> Result<(), Error> {
    if is_there(project, agent) {
        return Ok(());
    }
    let program = agent.program();
    let why = process::unresolved(program, project.folder.root());
    let message = format!("agent `{}` runs `{program}`, which {why}", agent.name);
    let words = words(program);
    if words.len() > 1 && !program.starts_with('/') {
        let help = format!("write command = {} in orch.toml", quoted_list(words));
        return Err(Error::usage(message).advise(help));
    }
    let help =
        Advice::from("install it, change `command` in orch.toml, or do the work by hand with ")
            .then(Argument::option("agent", NO_AGENT));
    Err(Error::usage(message).advise(help))
}
