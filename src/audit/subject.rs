//! What is audited: a workflow with its texts, who plays its roles, and the inputs that are given.

use super::order::GateOrder;
use super::places::Key;
use super::places::Places;
use super::places::Spot;
use super::reach::GateReach;
use super::report::AuditFinding;
use super::report::AuditLevel;
use crate::config::Config;
use crate::contract::OutputFiles;
use crate::definition::Definition;
use crate::definition::TextKind;
use crate::executor::Agent;
use crate::source::Source;
use crate::template::Context;
use crate::template::Template;
use crate::workflow;
use crate::workflow::Gate;
use crate::workflow::Role;
use crate::workflow::Work;
use crate::workflow::Workflow;
use crate::workflow::input;
use std::collections::BTreeSet;

/// Whether a gate runs, by its `when` and the inputs that are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    Runs,
    Perhaps,
    Never,
}

/// Who does the work of an agent's gate.
pub(super) enum Player<'s> {
    /// This one.
    Known(&'s Agent),
    /// Nobody: the run waits, and shows the packet.
    Nobody,
    /// A template decides, in a run.
    Open,
}

/// What is audited.
pub(crate) struct AuditSubject<'s> {
    pub(super) workflow: &'s Workflow,
    pub(super) definition: &'s Definition,
    pub(super) config: &'s Config,
    /// Who plays the roles that `orch.toml` does not name.
    pub(super) agent: Option<&'s str>,
    /// The inputs that are given; the others stay open.
    pub(super) inputs: Context,
    pub(super) places: Places,
    pub(super) courses: Vec<Course>,
    pub(super) order: GateOrder,
    pub(super) reaches: Vec<GateReach>,
}

/// What is found, before it has its place.
pub(super) struct Found {
    pub rule: &'static str,
    pub level: AuditLevel,
    pub message: String,
    pub help: String,
}

impl<'s> AuditSubject<'s> {
    /// Takes a workflow with the texts that it was built from.
    pub(crate) fn new(
        (workflow, definition): (&'s Workflow, &'s Definition),
        (config, agent): (&'s Config, Option<&'s str>),
        inputs: &input::Values,
    ) -> Self {
        let inputs = input::context(inputs);
        let courses: Vec<Course> =
            workflow.gates.iter().map(|gate| course(gate, &inputs)).collect();
        let path = TextKind::Workflow.path(&workflow.name);
        let text = definition.source(&path).map(|source| source.text.clone());
        let source = Source::new(path, text.unwrap_or_else(|| "".into()));
        let file = workflow::written(&source, &workflow.name).ok();
        let subject = Self {
            order: GateOrder::of(workflow, &courses),
            reaches: Vec::new(),
            places: Places { source, file },
            workflow,
            definition,
            config,
            agent,
            inputs,
            courses,
        };
        let reach = |gate: &Gate| GateReach::of(gate, config, subject.needed_hosts(gate));
        Self { reaches: workflow.gates.iter().map(reach).collect(), ..subject }
    }

    /// The hosts that the agent of a gate talks to whatever is permitted; of all agents, where another one may
    /// do the work.
    fn needed_hosts(&self, gate: &Gate) -> BTreeSet<String> {
        let Work::Agent(role) = &gate.work else { return BTreeSet::new() };
        let has_stand_in =
            |agent: &Agent| agent.settings().fallback.as_ref().is_some_and(|it| !it.is_empty());
        let agents = match self.player(role) {
            Player::Nobody if !self.has_routes() => Vec::new(),
            Player::Known(agent) if !self.has_routes() && !has_stand_in(agent) => vec![agent],
            Player::Known(_) | Player::Nobody | Player::Open => {
                self.config.names().filter_map(|name| self.config.known(name)).collect()
            }
        };
        let needs = agents.into_iter().filter_map(|agent| agent.settings().needs.as_ref());
        needs.flat_map(|needs| needs.hosts.clone()).collect()
    }

    /// The gates that may run, by their places.
    pub(super) fn gates(&self) -> impl Iterator<Item = (usize, &'s Gate)> {
        let gates = self.workflow.gates.iter().enumerate();
        gates.filter(|(at, _)| self.courses[*at] != Course::Never)
    }

    /// A finding at a key of a gate.
    pub(super) fn at(&self, gate: &Gate, key: Key, found: Found) -> AuditFinding {
        placed(&self.places.of(gate, key), Some(gate), found)
    }

    /// A finding at the first place of some words in a contract.
    pub(super) fn in_contract(&self, gate: &Gate, words: &str, found: Found) -> AuditFinding {
        let path = gate.contract_path.clone();
        let source = path.and_then(|path| {
            let text = self.definition.source(&path)?.text.clone();
            Some(Source::new(path, text))
        });
        match source {
            Some(source) => placed(&Spot::find(&source, words), Some(gate), found),
            None => self.at(gate, Key::Id, found),
        }
    }

    /// Who plays a role.
    pub(super) fn player(&self, role: &Role) -> Player<'s> {
        let name = match role {
            Role::Any => Some(String::new()),
            Role::Named(name) => Some(name.clone()),
            Role::Chosen(template) => rendered(template, &self.inputs),
        };
        let Some(name) = name else { return Player::Open };
        let given = match role {
            Role::Chosen(_) => Some(name.as_str()),
            Role::Any | Role::Named(_) => self.agent,
        };
        match self.config.agent(&name, given) {
            Ok(Some(agent)) => Player::Known(agent),
            Ok(None) | Err(_) => Player::Nobody,
        }
    }

    /// Whether `orch.toml` may send work of this workflow to other agents.
    pub(super) fn has_routes(&self) -> bool {
        self.config.routes().iter().any(|route| route.is_of(&self.workflow.name))
    }
}

fn placed(spot: &Spot, gate: Option<&Gate>, found: Found) -> AuditFinding {
    let (line, column) = spot.line_and_column();
    AuditFinding {
        rule: found.rule.to_owned(),
        level: found.level,
        gate: gate.map(|gate| gate.id.clone()),
        message: found.message,
        help: found.help,
        file: spot.source.name.clone(),
        line,
        column,
    }
}

fn course(gate: &Gate, inputs: &Context) -> Course {
    let Some(when) = &gate.when else { return Course::Runs };
    match rendered(when, inputs).as_deref() {
        Some("true") => Course::Runs,
        Some("false") => Course::Never,
        Some(_) | None => Course::Perhaps,
    }
}

/// What a template comes to, where the inputs that are given decide it.
pub(super) fn rendered(template: &Template, inputs: &Context) -> Option<String> {
    let is_decided = template.names().iter().all(|name| inputs.get(name).is_some());
    template.render(inputs).ok().filter(|_| is_decided)
}

/// The files that a gate leaves behind, as they are written.
pub(super) fn outputs(gate: &Gate) -> impl Iterator<Item = &Template> {
    let outputs = gate.contract.iter().flat_map(|contract| &contract.outputs);
    outputs.flat_map(|output| match &output.target {
        OutputFiles::Path(path) => std::slice::from_ref(path),
        OutputFiles::AnyOf(paths) | OutputFiles::FirstOf(paths) => paths,
        OutputFiles::Glob(glob) => std::slice::from_ref(glob),
    })
}

/// How many there are, with the word for one or for several.
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Names in a sentence, of many the first few.
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    const NAMES_MAX: usize = 4;
    let shown: Vec<&str> = names.iter().take(NAMES_MAX).map(AsRef::as_ref).collect();
    let more = names.len() - shown.len();
    let shown = shown.join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
