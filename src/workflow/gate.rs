//! A gate as the runner uses it: every name resolved, every template parsed,
//! every duration a duration.

use super::file::ApprovalFile;
use super::file::AuditsFile;
use super::file::EachFile;

use super::file::GateFile;
use super::file::Join;

use super::course;
use super::course::Course;
use super::course::End;
use super::course::OnFail;
use super::course::Retry;
use super::file::OnInterrupt;
use super::file::Order;
use super::file::PollFile;
use super::input;
use super::input::Input;
use crate::budget::Budget;
use crate::clock;
use crate::contract;
use crate::contract::Contract;
use crate::definition::Definition;
use crate::document::Placed;
use crate::executor::ExecutorKind;
use crate::id::GateId;
use crate::secret;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest;
use crate::template::Template;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::time::Duration;

/// The names that every template of a gate may use, beside the inputs.
pub(super) const GATE_NAMES: [&str; 5] = ["run", "gate", "attempt", "gates", "session"];

/// One stop on the way.
#[derive(Debug, Clone)]
pub struct Gate {
    pub id: GateId,
    pub name: String,
    pub work: Work,
    /// The path of its prompt in the definition, `prompts/a/b.md`.
    pub prompt: Option<String>,
    pub contract: Option<Contract>,
    /// The path of its contract in the definition, `contracts/a/b.toml`.
    pub contract_path: Option<String>,
    pub approval: Approval,
    pub audits: Option<GateId>,
    /// Whether the agent whose work it audits may do it, in another session.
    pub same_program: bool,
    pub retry: Retry,
    pub on_fail: OnFail,
    pub timeout: Option<Duration>,
    pub poll: Option<Poll>,
    /// Names of what it must have to itself while it is at work.
    pub locks: Vec<String>,
    pub needs: Vec<GateId>,
    pub join: Join,
    pub course: Course,
    pub when: Option<Template>,
    pub environment: IndexMap<String, Template>,
    pub secrets: Vec<secret::Name>,
    pub reads: Vec<Template>,
    /// Globs of files of earlier gates that it makes new versions of.
    pub edits: Vec<Template>,
    pub reuse: bool,
    pub each: Option<Box<Each>>,
    pub on_interrupt: OnInterrupt,
    pub attach: Vec<Template>,
    pub estimate: Option<Duration>,
    /// What all its attempts together may spend.
    pub budget: Budget,
    pub answers: Vec<Input>,
    pub every_session: bool,
}

impl Gate {
    /// Whether it runs once nothing else can, at every end of the run.
    pub fn is_finally(&self) -> bool {
        matches!(self.course, Course::Finally)
    }

    /// Whether its outputs must be written in the round that they are judged in, unless they say
    /// otherwise.
    pub fn writes_anew(&self) -> bool {
        match self.work {
            Work::Agent(_) => true,
            Work::Human | Work::Command(_) | Work::Shell(_) | Work::Workflow(_) => false,
        }
    }

    /// What the run comes to when this gate is reached.
    pub fn end(&self) -> Option<&End> {
        match &self.course {
            Course::End(end) => Some(end),
            Course::OnTheWay | Course::Finally => None,
        }
    }
}

/// Who does the work, and how.
#[derive(Debug, Clone)]
pub enum Work {
    Human,
    /// The role, where one is named.
    Agent(Option<String>),
    Command(Vec<Template>),
    Shell(String),
    /// A child run.
    Workflow(String),
}

impl Work {
    pub fn executor(&self) -> ExecutorKind {
        match self {
            Self::Human => ExecutorKind::Human,
            Self::Agent(_) => ExecutorKind::Agent,
            Self::Command(_) | Self::Shell(_) => ExecutorKind::Command,
            Self::Workflow(_) => ExecutorKind::Workflow,
        }
    }
}

/// Whose word is needed after a passing contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    None,
    Person,
    Signed { by: Vec<String>, not_by: Option<GateId> },
}

/// How a command is asked again in the same attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Poll {
    pub every: Duration,
    pub deadline: Duration,
}

/// A fan-out over a list.
#[derive(Debug, Clone)]
pub struct Each {
    pub list: EachList,
    pub name: String,
    pub order: Order,
}

/// Where the list of a fan-out is.
#[derive(Debug, Clone)]
pub enum EachList {
    Expression(Template),
    File { path: Template, pointer: String },
}

/// What a gate is built from beside its own table.
pub(super) struct Surroundings<'a> {
    pub(super) source: &'a Source,
    pub(super) definition: &'a Definition,
    pub(super) inputs: &'a [Input],
    pub(super) all: &'a BTreeSet<String>,
}

/// Builds a gate whose table `lint` has found sound by itself; `above` is the gate that it needs where
/// it names none.
pub(super) fn build(
    file: &GateFile,
    above: Option<&Placed<String>>,
    around: &Surroundings<'_>,
) -> Result<Gate, Box<Unsound>> {
    let source = around.source;
    let mut names: BTreeSet<String> =
        around.inputs.iter().map(|input| input.name.clone()).collect();
    names.extend(GATE_NAMES.iter().map(|&name| name.to_owned()));
    if let Some(each) = &file.each {
        names.insert(each.name.get_ref().clone());
    }
    let template = |text: &Placed<String>| {
        refuse_unknown_gates(source, text, around.all)?;
        Template::parse(text.get_ref(), source, text.span(), &names)
    };
    let inside = |text: &Placed<String>| {
        refuse_unknown_gates(source, text, around.all)?;
        contract::inside(source, text, &names)
    };
    let condition = |text: &Placed<String>| {
        refuse_unknown_gates(source, text, around.all)?;
        Template::parse_condition(text.get_ref(), source, text.span(), &names)
    };
    let paths = |texts: &[Placed<String>]| texts.iter().map(inside).collect::<Result<Vec<_>, _>>();
    let id = gate_id(source, &file.id)?;
    let needs = needs(source, file, above)?;
    let duration = |text: &Option<Placed<String>>| {
        text.as_ref().map(|text| read_duration(source, text)).transpose()
    };
    let environment =
        file.env.iter().map(|(name, text)| Ok((name.get_ref().clone(), template(text)?)));
    for value in file.with.values() {
        let text = value.get_ref().as_str().unwrap_or_default();
        template(&Placed::new(value.span(), text.to_owned()))?;
    }
    let work = build_work(file, &template)?;
    let is_command = matches!(work, Work::Command(_) | Work::Shell(_));
    Ok(Gate {
        name: file.name.clone().unwrap_or_else(|| id.to_string()),
        work,
        prompt: file.prompt.as_ref().map(|name| format!("prompts/{}", name.get_ref())),
        contract_path: contract_path(file),
        contract: build_contract(file, around, &names)?,
        approval: build_approval(source, file)?,
        audits: file.audits.as_ref().map(|audits| audited(source, audits)).transpose()?,
        same_program: file.audits.as_ref().is_some_and(|audits| audits.get_ref().same_program),
        retry: course::build_retry(source, file)?,
        on_fail: course::build_on_fail(source, file)?,
        timeout: duration(&file.timeout)?,
        poll: file.poll.as_ref().map(|poll| build_poll(source, poll)).transpose()?,
        locks: file.locks.iter().map(|name| name.get_ref().clone()).collect(),
        needs,
        join: file.join.as_ref().map_or_else(Join::default, |join| *join.get_ref()),
        course: course::build(file, &template)?,
        when: file.when.as_ref().map(condition).transpose()?,
        environment: environment.collect::<Result<_, Box<Unsound>>>()?,
        secrets: file.secrets.iter().map(|secret| secret.get_ref().0.clone()).collect(),
        reads: paths(&file.reads)?,
        edits: paths(&file.edits)?,
        reuse: file.reuse,
        each: file.each.as_ref().map(|each| build_each(each, &template, &inside)).transpose()?,
        on_interrupt: file.on_interrupt.unwrap_or(if is_command && file.poll.is_none() {
            OnInterrupt::Ask
        } else {
            OnInterrupt::Rerun
        }),
        attach: paths(&file.attach)?,
        estimate: duration(&file.estimate)?,
        budget: file.budget,
        answers: input::build(source, file.answers.clone())?,
        every_session: file.every_session,
        id,
    })
}

/// The gates that one names, else the one above it; what runs at the end of the run follows none.
fn needs(
    source: &Source,
    file: &GateFile,
    above: Option<&Placed<String>>,
) -> Result<Vec<GateId>, Box<Unsound>> {
    match (&file.needs, above) {
        (Some(needs), _) => needs.iter().map(|need| gate_id(source, need)).collect(),
        (None, Some(above)) if !file.finally => Ok(vec![gate_id(source, above)?]),
        (None, _) => Ok(Vec::new()),
    }
}

pub(super) fn gate_id(source: &Source, text: &Placed<String>) -> Result<GateId, Box<Unsound>> {
    GateId::parse(text.get_ref().as_str())
        .map_err(|error| source.unsound(text.span(), error.to_string()))
}

fn contract_path(file: &GateFile) -> Option<String> {
    file.contract.as_ref().map(|name| format!("contracts/{}.toml", name.get_ref()))
}

fn audited(source: &Source, audits: &Placed<AuditsFile>) -> Result<GateId, Box<Unsound>> {
    gate_id(source, &Placed::new(audits.span(), audits.get_ref().gate.clone()))
}

pub(super) type Parse<'p> = dyn Fn(&Placed<String>) -> Result<Template, Box<Unsound>> + 'p;

fn build_work(file: &GateFile, template: &Parse<'_>) -> Result<Work, Box<Unsound>> {
    let role = file.agent.as_ref().map(|agent| agent.get_ref().clone());
    let kind = file.executor.as_ref().and_then(|kind| ExecutorKind::parse(kind.get_ref()));
    let kind = kind.unwrap_or(ExecutorKind::Human);
    Ok(match (kind, &file.command, &file.shell, &file.workflow) {
        (ExecutorKind::Command, Some(command), _, _) => {
            Work::Command(command.get_ref().iter().map(template).collect::<Result<_, _>>()?)
        }
        (ExecutorKind::Command, None, Some(script), _) => Work::Shell(script.get_ref().clone()),
        (ExecutorKind::Workflow, _, _, Some(workflow)) => {
            Work::Workflow(workflow.get_ref().clone())
        }
        (ExecutorKind::Agent, _, _, _) => Work::Agent(role),
        // Of the others the rules have refused what has no work.
        (ExecutorKind::Human | ExecutorKind::Command | ExecutorKind::Workflow, _, _, _) => {
            Work::Human
        }
    })
}

fn build_contract(
    file: &GateFile,
    around: &Surroundings<'_>,
    names: &BTreeSet<String>,
) -> Result<Option<Contract>, Box<Unsound>> {
    let (Some(name), Some(path)) = (&file.contract, contract_path(file)) else { return Ok(None) };
    match around.definition.source(&path) {
        Some(source) => Ok(Some(Contract::parse(source, names)?)),
        None => Err(around.source.unsound(name.span(), format!("there is no {path}"))),
    }
}

fn build_approval(source: &Source, file: &GateFile) -> Result<Approval, Box<Unsound>> {
    let Some(approval) = &file.approval else { return Ok(Approval::None) };
    match approval.get_ref() {
        ApprovalFile::None => Ok(Approval::None),
        ApprovalFile::Person => Ok(Approval::Person),
        ApprovalFile::Signed(signed) if signed.by.is_empty() => Err(source
            .unsound(approval.span(), "a signed approval that nobody can give")
            .advise("name who may: by = [\"ada@example.org\"]")),
        ApprovalFile::Signed(signed) if signed.signed => Ok(Approval::Signed {
            by: signed.by.clone(),
            not_by: signed
                .not_by
                .as_ref()
                .map(|gate| gate_id(source, &Placed::new(approval.span(), gate.clone())))
                .transpose()?,
        }),
        ApprovalFile::Signed(_) => Err(source
            .unsound(approval.span(), "`signed` is true or the table is not there")
            .advise("write approval = \"person\" for one without a signature")),
    }
}

fn build_each(
    file: &EachFile,
    template: &Parse<'_>,
    inside: &Parse<'_>,
) -> Result<Box<Each>, Box<Unsound>> {
    let list = match (&file.list, &file.file) {
        (Some(list), _) => EachList::Expression(template(list)?),
        (None, Some(path)) => EachList::File { path: inside(path)?, pointer: file.pointer.clone() },
        (None, None) => EachList::Expression(Template::literal("[]")),
    };
    Ok(Box::new(Each { list, name: file.name.get_ref().clone(), order: file.order }))
}

fn build_poll(source: &Source, file: &PollFile) -> Result<Poll, Box<Unsound>> {
    let every = read_duration(source, &file.every)?;
    if every.is_zero() {
        return Err(source
            .unsound(file.every.span(), "`every` of 0 asks without a pause")
            .advise("write every = \"30s\""));
    }
    Ok(Poll { every, deadline: read_duration(source, &file.deadline)? })
}

pub(super) fn read_duration(
    source: &Source,
    text: &Placed<String>,
) -> Result<Duration, Box<Unsound>> {
    let text_is = text.get_ref().as_str();
    clock::parse_duration(text_is).map_err(|message| {
        let seconds = text_is.parse::<f64>().map(|_| format!("write \"{text_is}s\" for seconds"));
        source.unsound(text.span(), message).advise_if(seconds.ok())
    })
}

/// `gates.<id>` in a template names a gate of this workflow.
fn refuse_unknown_gates(
    source: &Source,
    text: &Placed<String>,
    all: &BTreeSet<String>,
) -> Result<(), Box<Unsound>> {
    for (at, _) in text.get_ref().match_indices("gates.") {
        let rest = &text.get_ref()[at + "gates.".len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let name = &rest[..end];
        if !name.is_empty() && !all.contains(name) {
            return Err(source
                .unsound(text.span(), format!("unknown gate `{name}` in a template"))
                .advise(suggest(name, all.iter().map(String::as_str))));
        }
    }
    Ok(())
}
