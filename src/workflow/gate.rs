//! A gate as the runner uses it: every name resolved, every template parsed,
//! every duration a duration.

use super::approval;
use super::approval::Approval;
use super::approval::Asking;
use super::course;
use super::course::Course;
use super::course::End;
use super::course::OnFail;
use super::course::Retry;
use super::file::AuditsFile;
use super::file::EachFile;
use super::file::GateFile;
use super::file::JobsFile;
use super::file::Join;
use super::file::OnInterrupt;
use super::file::Order;
use super::gate_id::gate_id;
use super::input;
use super::input::Called;
use super::input::Input;
use super::names;
use super::names::SeenGate;
use super::names::View;
use super::part;
use super::permits;
use super::permits::PermitsTemplate;
use super::reading::Gaps;
use super::texts::Texts;
use super::times::build_poll;
use super::times::read_duration;
use super::times::read_limit;
use super::work;
use super::work::AnswersFrom;
use super::work::Printing;
use super::work::Work;
use crate::budget::Budget;
use crate::contract::Contract;
use crate::definition::Definition;
use crate::definition::TextKind;
use crate::document::Placed;
use crate::files::ProjectPath;
use crate::id::GateId;
use crate::permits::Permits;
use crate::phase::Phase;
use crate::secret;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Names;
use crate::template::Template;
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// One stop on the way.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Gate {
    /// Its id.
    pub id: GateId,
    /// Its name for people; the id where it has none.
    pub name: String,
    /// Who does the work, and how.
    pub work: Work,
    /// The path of its prompt in the definition, `prompts/a/b.md`.
    pub prompt: Option<String>,
    /// What it must leave behind.
    pub contract: Option<Contract>,
    /// The path of its contract in the definition, `contracts/a/b.toml`.
    pub contract_path: Option<String>,
    /// Whose word is needed once the contract holds.
    pub approval: Approval,
    /// What a person is shown before they approve.
    pub asking: Asking,
    /// The gate whose work it audits.
    pub audits: Option<GateId>,
    /// Whether the agent whose work it audits may do it, in another session.
    pub same_program: bool,
    /// Tries before it has failed.
    pub retry: Retry,
    /// What follows when no try is left.
    pub on_fail: OnFail,
    /// The folder where its program works.
    pub dir: Option<Template>,
    /// What becomes of what its command prints.
    pub printing: Printing,
    /// How long one call of its program may take.
    pub timeout: Option<Duration>,
    /// How long a person's work is waited for.
    pub within: Option<Duration>,
    /// How its command is asked again while it is not done.
    pub poll: Option<Poll>,
    /// Names of what it must have to itself while it is at work.
    pub locks: Vec<String>,
    /// The gates that must be done before it starts.
    pub needs: Vec<GateId>,
    /// What must have become of them.
    pub join: Join,
    /// Where it stands in the course of the run.
    pub course: Course,
    /// Whether it is needed; always, if there is none.
    pub when: Option<Template>,
    /// Variables for its program.
    pub environment: IndexMap<String, Template>,
    /// Variables that are passed through and redacted.
    pub secrets: Vec<secret::Name>,
    /// The inputs that it uses, where it does not use all of them.
    pub inputs: Option<BTreeSet<String>>,
    /// What its programs are permitted, of the workflow and of itself.
    pub permits: Vec<PermitsTemplate>,
    /// Globs of the files that its work is made from.
    pub reads: Vec<Template>,
    /// Globs of files of earlier gates that it makes new versions of.
    pub edits: Vec<Template>,
    /// Whether an earlier result for the same recipe is taken over.
    pub reuse: bool,
    /// The list that it fans out over.
    pub each: Option<Box<Each>>,
    /// What to do with an interrupted attempt.
    pub on_interrupt: OnInterrupt,
    /// Files that its packet includes whole.
    pub attach: Vec<Template>,
    /// The expected work.
    pub estimate: Option<Duration>,
    /// What all its attempts together may spend.
    pub budget: Budget,
    /// The form that is filled in with its work.
    pub answers: Vec<Input>,
    /// The file that a program answers the form with.
    pub answers_from: Option<AnswersFrom>,
    /// The phase that the work is in from here on.
    pub phase: Option<Phase>,
    /// Whether every session judges it anew.
    pub every_session: bool,
    /// The gates that its templates look at.
    pub sees: Arc<[SeenGate]>,
}

impl Gate {
    /// Whether it runs once nothing else can, at every end of the run.
    pub fn is_finally(&self) -> bool {
        matches!(self.course, Course::Finally)
    }

    /// The values of the inputs that it uses.
    pub fn takes(&self, values: &input::Values) -> input::Values {
        let is_own = |name: &String| self.inputs.as_ref().is_none_or(|own| own.contains(name));
        let own = values.iter().filter(|(name, _)| is_own(name));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Whether its outputs must be written in the round that they are judged in, unless they say
    /// otherwise.
    pub fn writes_anew(&self) -> bool {
        match self.work {
            Work::Agent(_) => true,
            Work::Human | Work::Command(_) | Work::Shell { .. } | Work::Workflow(_) => false,
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

/// How a command is asked again in the same attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Poll {
    /// The delay after each "not yet".
    pub every: Duration,
    /// How long it may stay "not yet".
    pub deadline: Duration,
}

/// A fan-out over a list.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Each {
    /// Where the list is.
    pub list: EachList,
    /// What templates call the element.
    pub name: String,
    /// How the instances run.
    pub order: Order,
    /// How many of them are begun and not ended at the same time; no limit where it renders 0.
    pub jobs: Option<Template>,
}

/// Where the list of a fan-out is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum EachList {
    /// A template that renders it.
    Expression(Template),
    /// A document that holds it.
    File {
        /// The document's path.
        path: Template,
        /// The JSON pointer to the list.
        pointer: String,
    },
}

/// What a gate is built from beside its own table.
pub(super) struct GateSurroundings<'a> {
    pub(super) source: &'a Source,
    pub(super) definition: &'a Definition,
    pub(super) view: &'a View,
    pub(super) gaps: &'a Gaps,
    pub(super) permits: Option<&'a Placed<Permits>>,
}

/// Builds a gate whose table `lint` has found sound by itself; `above` is the gate that it needs where
/// it names none.
pub(super) fn build(
    file: &GateFile,
    above: Option<&Placed<String>>,
    around: &GateSurroundings<'_>,
) -> Result<Gate, Vec<Box<Unsound>>> {
    if around.gaps.cover(file.id.span().start) {
        return Err(part::told(file, above, around));
    }
    let outer = around.view.names_of(around.source, file).map_err(|error| vec![error])?;
    let names = names::with_item(&outer, file);
    let (contract, mut errors) = match build_contract(file, around, &names) {
        Ok(contract) => (contract, Vec::new()),
        Err(errors) => (None, errors),
    };
    match build_with(file, above, around, ((&outer, &names), contract)) {
        Ok(gate) if errors.is_empty() => Ok(gate),
        gate => {
            errors.extend(gate.err().into_iter().flatten());
            Err(errors)
        }
    }
}

fn build_with(
    file: &GateFile,
    above: Option<&Placed<String>>,
    around: &GateSurroundings<'_>,
    (names, contract): ((&Names, &Names), Option<Contract>),
) -> Result<Gate, Vec<Box<Unsound>>> {
    let texts = Texts::new(around.source, names);
    let built = build_from(file, above, around, (&texts, names.1, contract));
    let mut errors = texts.wrong();
    match built {
        Ok(gate) if errors.is_empty() => Ok(gate),
        built => {
            errors.extend(built.err());
            Err(errors)
        }
    }
}

/// What is wrong with the texts is left with these; a gate is sound where there is nothing.
pub(super) fn build_from(
    file: &GateFile,
    above: Option<&Placed<String>>,
    around: &GateSurroundings<'_>,
    (texts, names, contract): (&Texts<'_>, &Names, Option<Contract>),
) -> Result<Gate, Box<Unsound>> {
    let source = around.source;
    let template = |text: &Placed<String>| texts.template(text);
    let inside = |text: &Placed<String>| texts.inside(text);
    let paths = |texts: &[Placed<String>]| texts.iter().map(inside).collect::<Vec<_>>();
    let id = gate_id(source, &file.id)?;
    let needs = needs(source, file, above)?;
    let duration = |text: &Option<Placed<String>>| {
        text.as_ref().and_then(|text| texts.kept(read_duration(source, text)))
    };
    let limit = |text: &Option<Placed<String>>| {
        text.as_ref().and_then(|text| texts.kept(read_limit(source, text)))
    };
    let environment = file.env.iter().map(|(name, text)| (name.get_ref().clone(), template(text)));
    let work = work::build(file, texts);
    let stdout = file.stdout.as_ref().map(inside);
    let on_interrupt = on_interrupt(file, &work);
    let mut gate = Gate {
        name: file.name.clone().unwrap_or_else(|| id.to_string()),
        work,
        prompt: file.prompt.as_ref().map(|name| TextKind::Prompt.path(name.get_ref())),
        contract_path: contract_path(file),
        contract: work::with_stdout(contract, stdout.as_ref(), &id),
        dir: file.dir.as_ref().map(|dir| texts.folder(dir)),
        printing: Printing {
            file: stdout,
            is_shown: file.show.as_ref().is_some_and(|show| *show.get_ref()),
        },
        approval: approval::build(source, file)?,
        asking: approval::build_asking(source, file, texts)?,
        audits: file.audits.as_ref().map(|audits| audited(source, audits)).transpose()?,
        same_program: file.audits.as_ref().is_some_and(|audits| audits.get_ref().same_program),
        retry: course::build_retry(source, file)?,
        on_fail: course::build_on_fail(source, file)?,
        timeout: limit(&file.timeout),
        within: limit(&file.within),
        poll: file.poll.as_ref().map(|poll| build_poll(source, poll.get_ref())).transpose()?,
        locks: file.locks.iter().map(|name| name.get_ref().clone()).collect(),
        needs,
        join: file.join.as_ref().map_or_else(Join::default, |join| *join.get_ref()),
        course: course::build(file, &template),
        when: file.when.as_ref().map(|text| texts.condition(text)),
        environment: environment.collect(),
        secrets: file.secrets.iter().map(|secret| secret.get_ref().0.clone()).collect(),
        inputs: names::own_inputs(file),
        reads: paths(&file.reads),
        permits: permits::build(around.permits, file, texts),
        edits: paths(&file.edits),
        reuse: file.reuse,
        each: file.each.as_ref().map(|each| build_each(each, texts)),
        on_interrupt,
        attach: paths(&file.attach),
        estimate: duration(&file.estimate),
        budget: file.budget,
        answers: input::build(source, Called::Answer, file.answers.clone())
            .map_err(|mut errors| errors.swap_remove(0))?,
        answers_from: work::answers_from(file, &inside),
        phase: file.phase,
        every_session: file.every_session,
        sees: Arc::default(),
        id,
    };
    names::check_prompts(&gate, around.definition, names)?;
    let mut asked = texts.asked();
    names::ask(&gate, around.definition, &mut asked);
    gate.sees = around.view.seen(&asked);
    Ok(gate)
}

/// A command that may have had its effect is not run twice unasked.
fn on_interrupt(file: &GateFile, work: &Work) -> OnInterrupt {
    let is_command = matches!(work, Work::Command(_) | Work::Shell { .. });
    let asks = is_command && file.poll.is_none();
    file.on_interrupt.unwrap_or(if asks { OnInterrupt::Ask } else { OnInterrupt::Rerun })
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

fn contract_path(file: &GateFile) -> Option<String> {
    file.contract.as_ref().map(|name| TextKind::Contract.path(name.get_ref()))
}

fn audited(source: &Source, audits: &Placed<AuditsFile>) -> Result<GateId, Box<Unsound>> {
    gate_id(source, &Placed::new(audits.span(), audits.get_ref().gate.clone()))
}

pub(super) fn build_contract(
    file: &GateFile,
    around: &GateSurroundings<'_>,
    names: &Names,
) -> Result<Option<Contract>, Vec<Box<Unsound>>> {
    let (Some(name), Some(path)) = (&file.contract, contract_path(file)) else { return Ok(None) };
    let Some(source) = around.definition.source(&path) else {
        let (message, help) = match ProjectPath::parse(name.get_ref()) {
            Ok(_) => (format!("`{path}` not found"), format!("create {path}")),
            Err(error) => (error.to_string(), error.help()),
        };
        return Err(vec![around.source.unsound(name.span(), message).advise(help)]);
    };
    Contract::parse_all(source, names).map(Some)
}

fn build_each(file: &EachFile, texts: &Texts<'_>) -> Box<Each> {
    let list = match (&file.list, &file.file) {
        (Some(list), _) => EachList::Expression(texts.of_items(list)),
        (None, Some(path)) => {
            let pointer = file.pointer.as_ref().map(Placed::get_ref).cloned();
            EachList::File { path: texts.file_of_items(path), pointer: pointer.unwrap_or_default() }
        }
        (None, None) => EachList::Expression(Template::literal("[]")),
    };
    let number = |jobs: &Placed<JobsFile>| Placed::new(jobs.span(), jobs.get_ref().0.clone());
    let jobs = file.jobs.as_ref().map(|jobs| texts.of_items(&number(jobs)));
    Box::new(Each { list, name: file.name.get_ref().clone(), order: file.order, jobs })
}
