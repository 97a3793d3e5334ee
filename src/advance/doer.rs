//! Who does the work of an attempt: what a gate, its role and the configuration come to, and what
//! forbids it to begin.

use super::attempt::Start;
use super::attempt::StartedBy;
use super::attempt::next_attempt;
use super::child_order;
use super::player;
use super::role;
use super::route;
use crate::budget::Budget;
use crate::config::NO_AGENT;
use crate::event::ChildOrder;
use crate::event::Routing;
use crate::event::WaitsFor;
use crate::event::Worker;
use crate::executor::Agent;
use crate::executor::CommandExecutor;
use crate::finding::Finding;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::project::worktree;
use crate::run::Run;
use crate::secret::Secrets;
use crate::template::Context;
use crate::template::Template;
use crate::work::Doer;
use crate::work::OrderPaths;
use crate::work::WorkResult;
use crate::workflow;
use crate::workflow::AnswersFrom;
use crate::workflow::Gate;
use std::path::Path;

/// Who does the work, and what is known of them.
pub struct Chosen {
    pub doer: Doer,
    /// The role that the gate names.
    role: Option<String>,
    /// The agent that a role came to.
    pub configured: Option<String>,
    /// Which agent that is, whatever role it plays.
    pub worker: Worker,
    /// Why it is that one, where more than its role decides.
    pub routing: Option<Routing>,
    /// What that agent may spend in a run.
    pub budget: Option<Budget>,
    /// What it comes to where it cannot be begun.
    pub problem: Option<WorkResult>,
    /// The child run that does it.
    pub child: Option<Box<ChildOrder>>,
    /// Where the program works.
    pub paths: OrderPaths,
}

pub fn choose(
    driver: &Driver<'_>,
    gate: &Gate,
    context: &Context,
    start: &Start<'_>,
) -> Result<Chosen, Error> {
    let (project, run) = (driver.project, driver.run());
    let unfit = Secrets::of_all(&gate.secrets, &project.surroundings.variables).err();
    let unfit = unfit.map(|error| WorkResult::failed(Finding::of("secrets", error.to_string())));
    let mut chosen = Chosen::placed(project, gate, context);
    let command = |argv| Doer::Command(CommandExecutor { argv });
    match &gate.work {
        workflow::Work::Human => {}
        workflow::Work::Workflow(work) => {
            chosen.doer = Doer::Outside(WaitsFor::ChildRun);
            match child_order::order(project, gate, work, (context, next_attempt(run, start.gate)))
            {
                Ok(order) => chosen.child = Some(Box::new(order)),
                Err(message) => {
                    chosen.problem = Some(WorkResult::failed(Finding::of("child run", message)));
                }
            }
        }
        workflow::Work::Shell { script, with } => {
            chosen.doer = command(with.iter().chain([script]).cloned().collect());
        }
        workflow::Work::Command(argv) => {
            let argv: Result<Vec<_>, _> =
                argv.iter().map(|template| template.render(context)).collect();
            match argv {
                Ok(argv) => chosen.doer = command(argv),
                Err(error) => {
                    let finding = Finding::of("command", error.to_string());
                    chosen.problem = Some(WorkResult::unusable(finding));
                }
            }
        }
        workflow::Work::Agent(_) => {
            chosen.doer = Doer::Outside(WaitsFor::Agent);
            let role = role::of((project, run), gate, |role| rendered(role, context));
            chosen.role = role.clone().ok().flatten().filter(|role| !role.is_empty());
            match start.by {
                StartedBy::Hand { agent } => {
                    chosen.worker.definition =
                        agent.and_then(|name| player::definition(project, run, name));
                }
                StartedBy::Configured { given } => match role {
                    Err(problem) => chosen.problem = Some(WorkResult::unusable(problem)),
                    Ok(role) => {
                        let role = role.unwrap_or_default();
                        chosen.find(driver, gate, (start, &role), given)?;
                    }
                },
            }
        }
    }
    // Whoever does the work elsewhere has secrets of their own.
    chosen.problem = unfit.filter(|_| chosen.acts()).or(chosen.problem);
    if chosen.acts() && chosen.problem.is_none() {
        let problem = worktree::problem(project, run)?;
        let finding = problem.map(|message| Finding::of("worktree", message));
        chosen.problem = finding.map(WorkResult::failed);
    }
    if start.adopt {
        chosen.stand_aside(gate, run);
    }
    Ok(chosen)
}

impl Chosen {
    /// Where the work of a gate is done, or what is wrong with its places; by a person, until somebody else
    /// is found for it.
    fn placed(project: &Project, gate: &Gate, context: &Context) -> Self {
        let problem = environment_problem(gate, context).map(WorkResult::unusable);
        let problem = problem.or_else(|| path_problem(project, gate, context));
        let (paths, problem) = match paths(gate, context) {
            Ok(paths) => (paths, problem),
            Err(unplaced) => {
                (OrderPaths::default(), problem.or(Some(WorkResult::unusable(unplaced))))
            }
        };
        Self {
            doer: Doer::Outside(WaitsFor::Person),
            role: None,
            configured: None,
            worker: Worker::default(),
            routing: None,
            budget: None,
            problem,
            child: None,
            paths,
        }
    }

    /// Whether they do the work here and now, or it waits for somebody outside.
    pub fn acts(&self) -> bool {
        !matches!(self.doer, Doer::Outside(_) | Doer::Nobody)
    }

    /// Finds the agent for a role.
    fn find(
        &mut self,
        driver: &Driver<'_>,
        gate: &Gate,
        (start, role): (&Start<'_>, &str),
        given: Option<&str>,
    ) -> Result<(), Error> {
        let (project, run) = (driver.project, driver.run());
        self.routing = match route::decide(driver, gate, (start.gate, role), given) {
            Ok(routing) => routing.filter(|_| !start.adopt),
            Err(problem) => {
                self.problem = Some(WorkResult::failed(problem));
                return Ok(());
            }
        };
        let found = match &self.routing {
            Some(routing) if routing.agent == NO_AGENT => Ok(None),
            Some(routing) => player::named(project, run, &routing.agent)?.map(Some),
            None => player::player(project, run, (role, given))?,
        };
        match found {
            Ok(Some(agent)) => self.cast(agent),
            Ok(None) => {}
            Err(problem) => self.problem = Some(WorkResult::failed(problem)),
        }
        Ok(())
    }

    /// Does nothing: what lies there is judged. What the gate asks, nobody but a person can answer.
    fn stand_aside(&mut self, gate: &Gate, run: &Run) {
        let is_answered = run.gate(&gate.id).is_some_and(|state| !state.answers.is_empty());
        self.doer = if gate.answers.is_empty() || is_answered {
            Doer::Nobody
        } else {
            Doer::Outside(WaitsFor::Person)
        };
        self.problem = None;
    }

    /// The agent does the work.
    fn cast(&mut self, agent: Agent) {
        let program = Path::new(agent.program()).file_name();
        self.worker = Worker {
            definition: Some(agent.definition.clone()),
            purse: agent.purse.clone(),
            // Records hold no path of this machine.
            program: program.map(|name| name.to_string_lossy().into_owned()),
        };
        self.configured = Some(agent.name.clone());
        self.budget = agent.budget;
        self.doer = Doer::Agent(Box::new(agent));
    }
}

/// The name that the record gives the agent: what a person says, else its role, else the agent
/// that was chosen.
pub fn agent_name(gate: &Gate, start: &Start<'_>, chosen: &Chosen) -> Option<String> {
    let workflow::Work::Agent(_) = &gate.work else { return None };
    let said = match start.by {
        StartedBy::Hand { agent } => agent,
        StartedBy::Configured { .. } => None,
    };
    said.or(chosen.role.as_deref()).or(chosen.configured.as_deref()).map(str::to_owned)
}

fn rendered(template: &Template, context: &Context) -> Result<String, String> {
    template.render(context).map_err(|error| error.to_string())
}

/// Where the program of a gate works, and where it leaves things.
fn paths(gate: &Gate, context: &Context) -> Result<OrderPaths, Finding> {
    let rendered = |key: &str, template: &Template| {
        rendered(template, context).map_err(|error| Finding::of(key, error))
    };
    let answers_from =
        |from: &AnswersFrom| Ok((rendered("answers_from", &from.file)?, from.pointer.clone()));
    Ok(OrderPaths {
        dir: gate.dir.as_ref().map(|dir| rendered("dir", dir)).transpose()?,
        stdout: gate.printing.file.as_ref().map(|path| rendered("stdout", path)).transpose()?,
        answers_from: gate.answers_from.as_ref().map(answers_from).transpose()?,
    })
}

pub fn environment_problem(gate: &Gate, context: &Context) -> Option<Finding> {
    gate.environment.iter().find_map(|(name, template)| {
        let error = template.render(context).err()?;
        Some(Finding::of("env", format!("{name}: {error}")))
    })
}

/// What a gate attaches or reads lies inside the project, whoever does its work.
fn path_problem(project: &Project, gate: &Gate, context: &Context) -> Option<WorkResult> {
    let attached = gate.attach.iter().map(|template| ("attach", template));
    let read = gate.reads.iter().map(|template| ("reads", template));
    attached.chain(read).find_map(|(key, template)| {
        let path = match template.render(context) {
            Ok(path) => path,
            Err(error) => return Some(WorkResult::unusable(Finding::of(key, error.to_string()))),
        };
        let error = project.folder.path(&path).err()?;
        Some(WorkResult::failed(Finding::of(key, error.to_string())))
    })
}
