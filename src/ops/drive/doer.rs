//! Who does the work of an attempt: the executor that a gate, its role and the
//! configuration come to, and what forbids it to begin.

use super::super::Error;
use super::super::Site;
use super::attempt::Start;
use super::player;
use crate::budget::Budget;
use crate::event::WaitsFor;
use crate::event::Worker;
use crate::executor::Agent;
use crate::executor::ChildRun;
use crate::executor::Command;
use crate::executor::Executor;
use crate::executor::Human;
use crate::executor::Program;
use crate::finding::Finding;
use crate::run::Run;
use crate::secret::Secrets;
use crate::template::Context;
use crate::workflow;
use crate::workflow::Gate;
use std::path::Path;

/// Who does the work.
pub struct Doer {
    pub executor: Option<Box<dyn Executor + Send + Sync>>,
    /// Whether it does the work itself, or waits for somebody.
    pub acts: bool,
    pub waits_for: WaitsFor,
    /// The agent that a role came to.
    pub configured: Option<String>,
    /// Which agent that is, whatever role it plays.
    pub worker: Worker,
    /// What that agent may spend in a run.
    pub budget: Option<Budget>,
    pub problem: Option<Finding>,
}

pub fn doer(
    site: &Site,
    run: &Run,
    gate: &Gate,
    context: &Context,
    start: &Start<'_>,
) -> std::result::Result<Doer, Error> {
    let unfit = Secrets::of_environment(&gate.secrets).err();
    let unfit = unfit.map(|error| Finding::of("secrets", error.to_string()));
    let problem = environment_problem(gate, context);
    let problem = problem.or_else(|| path_problem(site, gate, context));
    let mut doer = Doer {
        executor: Some(Box::new(Human)),
        acts: false,
        waits_for: WaitsFor::Person,
        configured: None,
        worker: Worker::default(),
        budget: None,
        problem,
    };
    let act = |doer: &mut Doer, executor: Box<dyn Executor + Send + Sync>| {
        doer.executor = Some(executor);
        doer.acts = true;
    };
    match &gate.work {
        workflow::Work::Human => {}
        workflow::Work::Workflow(name) => {
            act(&mut doer, Box::new(ChildRun { workflow: name.clone() }));
        }
        workflow::Work::Shell(script) => {
            act(&mut doer, Box::new(Command { program: Program::Shell(script.clone()) }));
        }
        workflow::Work::Command(argv) => {
            let argv: std::result::Result<Vec<_>, _> =
                argv.iter().map(|template| template.render(context)).collect();
            match argv {
                Ok(argv) => act(&mut doer, Box::new(Command { program: Program::Argv(argv) })),
                Err(error) => doer.problem = Some(Finding::of("command", error.to_string())),
            }
        }
        workflow::Work::Agent(role) => {
            doer.waits_for = WaitsFor::Agent;
            let role = role.as_deref().unwrap_or_default();
            if start.by_hand {
                doer.worker.definition =
                    start.agent.and_then(|name| player::definition(site, run, name));
            } else {
                match player::player(site, run, (role, start.agent))? {
                    Ok(Some(agent)) => cast(&mut doer, agent),
                    Ok(None) => {}
                    Err(problem) => doer.problem = Some(problem),
                }
            }
        }
    }
    // Whoever does the work elsewhere has secrets of their own.
    doer.problem = unfit.filter(|_| doer.acts).or(doer.problem);
    Ok(doer)
}

/// The agent does the work.
fn cast(doer: &mut Doer, agent: Agent) {
    let program = Path::new(agent.program()).file_name();
    doer.worker = Worker {
        definition: Some(agent.definition.clone()),
        // Records hold no path of this machine.
        program: program.map(|name| name.to_string_lossy().into_owned()),
        purse: agent.purse.clone(),
    };
    doer.configured = Some(agent.name.clone());
    doer.budget = agent.budget;
    doer.executor = Some(Box::new(agent));
    doer.acts = true;
}

/// The name that the record gives the agent: what a person says, else its role, else the agent
/// that was chosen.
pub fn agent_name(gate: &Gate, start: &Start<'_>, configured: Option<&str>) -> Option<String> {
    let workflow::Work::Agent(role) = &gate.work else { return None };
    let said = start.agent.filter(|said| start.by_hand && *said != "none");
    said.or(role.as_deref()).or(configured).map(str::to_owned)
}

pub fn environment_problem(gate: &Gate, context: &Context) -> Option<Finding> {
    gate.environment.iter().find_map(|(name, template)| {
        let error = template.render(context).err()?;
        Some(Finding::of("env", format!("{name}: {error}")))
    })
}

/// What a gate attaches or reads lies inside the project, whoever does its work.
fn path_problem(site: &Site, gate: &Gate, context: &Context) -> Option<Finding> {
    let attached = gate.attach.iter().map(|template| ("attach", template));
    let read = gate.reads.iter().map(|template| ("reads", template));
    attached.chain(read).find_map(|(key, template)| {
        let path = match template.render(context) {
            Ok(path) => path,
            Err(error) => return Some(Finding::of(key, error.to_string())),
        };
        let error = site.project.path(&path).err()?;
        Some(Finding::of(key, error.to_string()))
    })
}
