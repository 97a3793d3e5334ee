//! Walk a whole workflow in a scratch folder. Every packet is
//! rendered and every decision shown; no executor runs and nothing is touched.

use super::Caller;
use super::Error;
use super::Options;
use super::Project;
use super::stand_ins;
use super::start;
use super::start::Begin;
use crate::advance;
use crate::advance::Handed;
use crate::check::MadeOf;
use crate::checkpoint_policy::CheckpointPolicy;
use crate::contract::Contract;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Judged;
use crate::event::RunStatus;
use crate::files;
use crate::finding::Finding;
use crate::finding::Validation;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::next;
use crate::next::Step;
use crate::run::GateStatus;
use crate::surroundings::Surroundings;
use crate::template::Context;
use crate::workflow::Approval;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

/// More steps than any sound workflow takes when every gate passes.
const STEPS_MAX: usize = 20_000;

/// The workflow to rehearse, its inputs, and the gates to fail.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Workflow name.
    pub workflow: String,
    /// Inputs of the workflow, by name.
    #[serde(default)]
    pub inputs: Values,
    /// Answers by gate, for `when` and the packets.
    #[serde(default)]
    pub answers: std::collections::BTreeMap<String, Values>,
    /// Gates whose first attempt fails.
    #[serde(default)]
    pub fail: Vec<String>,
}

/// One step of the walk.
#[derive(Debug, Clone, Default, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct RehearsalStep {
    /// The gate concerned; `None` for the run as a whole.
    pub gate: Option<GateId>,
    /// What happens there, in words.
    pub decision: String,
    /// The command of an attempt, with its arguments.
    pub command: Option<Vec<String>>,
    /// What would make it fail before it starts, such as a secret that is not set; for the run as a
    /// whole, why it failed although nobody asked for that.
    pub problem: Option<Finding>,
    /// The packet of an attempt.
    pub packet: Option<String>,
    /// The text shown to the person who approves.
    pub message: Option<String>,
}

/// Walks the workflow; the project's files are seen as far as templates and lists read them.
pub fn rehearse(
    project: &Project,
    caller: &Caller,
    request: &Request,
) -> Result<Vec<RehearsalStep>, Error> {
    let (workflow, _) = Workflow::load(&request.workflow, &project.shelf)?;
    for name in &request.fail {
        let known = || workflow.gates.iter().map(|gate| gate.id.as_str());
        let base = name.split('[').next().unwrap_or_default();
        if !known().any(|gate| gate == base) {
            return Err(Error::usage(format!(
                "gate `{name}` not found in workflow `{}`",
                workflow.name
            ))
            .advise(crate::source::suggest(name, known())));
        }
    }
    let scratch = tempfile::tempdir().map_err(|error| Error::environment(error.to_string()))?;
    copy_texts(project, request, scratch.path())?;
    // Nobody sits at what is rehearsed, and nothing is to go on when this process ends.
    let surroundings = Surroundings { program: None, ..project.surroundings.clone() };
    let folder = scratch.path().to_owned();
    let reserved = project.shelf.reserved().clone();
    let options = Options { folder, surroundings, reserved, ..Options::default() };
    let mut stage = Project::open(options)?;
    stage.config.checkpoint = CheckpointPolicy::default();
    stage.config.notify.clear();
    let (mut workflow, definition) = Workflow::load(&request.workflow, &stage.shelf)?;
    // There is no work that could be lost.
    workflow.checkpoint = CheckpointPolicy::default();
    let inputs = request.inputs.clone();
    let begin = Begin { inputs, driven: true, rehearsed: true, ..Begin::default() };
    let mut driver = start::begin(&stage, &caller.elsewhere(), (workflow, definition), begin)?;
    let mut scenes = Vec::new();
    for _ in 0..STEPS_MAX {
        let steps = next::next(&driver.workflow, driver.run());
        let Some(step) = steps.into_iter().next() else { break };
        match step {
            Step::Start { gate, .. } => {
                if let Some(its) = driver.workflow.gate(&gate) {
                    stand_ins::attachments(project, &driver, (its, &gate))?;
                }
                perform(&mut driver, request, &gate, &mut scenes)?;
            }
            Step::Finish(status) => {
                scenes.push(finish(&driver, request, status));
                break;
            }
            Step::Poll { .. } | Step::Follow(_) => break,
            Step::Expand(gate) => {
                if let Some(its) = driver.workflow.gate(&gate) {
                    stand_ins::list(project, &driver, its)?;
                }
                let scene = decision(&Step::Expand(gate.clone()));
                advance::take(&mut driver, Step::Expand(gate.clone()))?;
                let attempt = driver.run().gate(&gate).and_then(|its| its.attempt());
                let problem = attempt.and_then(|attempt| attempt.findings.first().cloned());
                scenes.push(RehearsalStep { problem, ..scene });
            }
            step @ (Step::Skip { .. }
            | Step::Jump { .. }
            | Step::Gather { .. }
            | Step::Refuse { .. }
            | Step::Reopen { .. }
            | Step::End { .. }) => {
                scenes.push(decision(&step));
                advance::take(&mut driver, step)?;
            }
        }
    }
    Ok(scenes)
}

/// The end of the walk, and what made the run fail that nobody asked for.
fn finish(driver: &super::Driver<'_>, request: &Request, status: RunStatus) -> RehearsalStep {
    let run = driver.run();
    let failed = run
        .gates_in(GateStatus::Fail)
        .filter(|id| !request.fail.iter().any(|name| name == id.as_str() || name == id.base()));
    let first = failed.filter_map(|id| {
        let finding = run.gate(id)?.attempt()?.findings.first()?.clone();
        Some(Finding { message: format!("gate {id} failed: {}", finding.message), ..finding })
    });
    let problem = first.into_iter().next().filter(|_| status == RunStatus::Failed);
    RehearsalStep { problem, ..decision(&Step::Finish(status)) }
}

/// Renders the packet of an attempt and plays its end: a pass, or the failure that was asked for.
fn perform(
    driver: &mut super::Driver<'_>,
    request: &Request,
    id: &GateId,
    scenes: &mut Vec<RehearsalStep>,
) -> Result<(), Error> {
    let Some(gate) = driver.workflow.gate(id).cloned() else { return Ok(()) };
    let attempt = driver.run().gate(id).map_or(1, |state| state.attempts.len() + 1);
    let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
    let this = AttemptId::new(id, attempt);
    let Handed { packet, command, problem } = advance::rehearse(driver, &gate, &this)?;
    let message = advance::approval_message(&driver.workflow, driver.run(), &this)?;
    let fails =
        attempt == 1 && request.fail.iter().any(|name| name == id.as_str() || name == id.base());
    let who = gate.work.executor();
    let decides =
        gate.contract.iter().any(|contract| contract.rules().any(|rule| rule.is_decision));
    let decision = if fails {
        let how = if decides { "refuses" } else { "fails" };
        format!("attempt {attempt} by {who}: {how}, as requested")
    } else if gate.approval != Approval::None {
        format!("attempt {attempt} by {who}: passes, and a person approves it")
    } else {
        format!("attempt {attempt} by {who}: passes")
    };
    let started = Event::GateStarted(GateStarted::new(&this, who));
    let form = gate.answers;
    let gate = Some(id.clone());
    scenes.push(RehearsalStep { gate, decision, command, problem, packet, message });
    let gate_id = id.clone();
    if fails {
        let (reason, judged) = (FAILURE.to_owned(), failed(decides));
        let failed = Event::GateFailed { gate: gate_id, attempt, reason, judged };
        return driver.append(&[started, failed]);
    }
    let given = request.answers.get(id.base()).cloned().unwrap_or_default();
    let answers = answers(driver.project, &form, given)?;
    let answered = Event::GateAnswered { gate: id.clone(), answers };
    let judged = Judged::default();
    driver.append(&[started, answered, Event::GatePassed { gate: gate_id, attempt, judged }])
}

/// What a rehearsed failure is told to whoever mends it.
const FAILURE: &str = "the findings would be listed here";

/// A failure that was asked for. A gate that decides of another one's work refuses it.
fn failed(decides: bool) -> Judged {
    let finding = Finding::of("rehearsal", FAILURE);
    if !decides {
        return Judged { findings: vec![finding], ..Judged::default() };
    }
    let decision = Validation {
        check: finding.check.clone(),
        path: None,
        pass: false,
        severity: finding.severity,
        is_decision: true,
        findings: vec![finding],
    };
    Judged { validations: vec![decision], ..Judged::default() }
}

/// The given answers, and for the rest what each type can stand for.
fn answers(
    project: &Project,
    form: &[crate::workflow::Input],
    mut given: Values,
) -> Result<Values, Error> {
    use crate::workflow::InputType;
    let example = |input: &crate::workflow::Input| match input.kind {
        InputType::Bool => Json::from(true),
        InputType::Integer | InputType::Number => Json::from(1),
        InputType::List => Json::from(vec!["item"]),
        InputType::Choice => input.choices.first().cloned().map_or(Json::Null, Json::from),
        InputType::String | InputType::Slug | InputType::Path | InputType::File => {
            Json::from("example")
        }
    };
    loop {
        match input::resolve(form, &given, &project.folder) {
            Err(input::Error::Missing { name, .. }) if !given.contains_key(&name) => {
                let example = form.iter().find(|input| input.name == name).map(example);
                given.insert(name, example.unwrap_or_default());
            }
            resolved => return Ok(resolved?),
        }
    }
}

/// Lays the texts, `file` inputs and orch.toml of the project into the scratch folder.
fn copy_texts(project: &Project, request: &Request, stage: &std::path::Path) -> Result<(), Error> {
    let (workflow, definition) = Workflow::load(&request.workflow, &project.shelf)?;
    let write = |path: &str, bytes: &[u8]| {
        files::write_view(&stage.join(path), bytes)
            .map_err(|source| Error::environment(format!("{path}: {source}")))
    };
    for text in definition.texts.values() {
        write(&text.path, text.source.text.as_bytes())?;
    }
    // Files that the checks themselves are made of, as far as no template names them.
    let rules = workflow.gates.iter().filter_map(|gate| gate.contract.as_ref());
    let checks = rules.flat_map(Contract::rules);
    let checks = checks.filter_map(|rule| rule.build(&Context::default()).ok());
    for check in checks {
        let MadeOf::File(path) = check.made_of() else { continue };
        let inside = project.folder.path(path)?;
        if let Ok(bytes) = project.folder.read(&inside, project.config.limits.text_bytes) {
            write(path, &bytes)?;
        }
    }
    let config = files::read_own(&project.folder.root().join("orch.toml"));
    write("orch.toml", &config.ok().flatten().unwrap_or_default())?;
    let paths =
        workflow.inputs.iter().filter(|input| input.kind == crate::workflow::InputType::File);
    for path in
        paths.filter_map(|input| request.inputs.get(&input.name)?.as_str().map(str::to_owned))
    {
        let inside = project.folder.path(&path)?;
        let bytes = project.folder.read(&inside, project.config.limits.text_bytes);
        write(&path, &bytes.map_err(|error| Error::usage(error.to_string()))?)?;
    }
    Ok(())
}

fn decision(step: &Step) -> RehearsalStep {
    let (gate, decision) = match step {
        Step::Expand(gate) => (Some(gate), "fans out over its list".to_owned()),
        Step::Skip { gate, reason } => (Some(gate), format!("is skipped: {reason}")),
        Step::Jump { from, to, .. } => (Some(from), format!("failed and goes back to {to}")),
        Step::Gather { gate, passed: true } => (Some(gate), "all its instances passed".to_owned()),
        Step::Gather { gate, passed: false } => {
            (Some(gate), "some of its instances failed".to_owned())
        }
        Step::Refuse { gate, reason, .. } => (Some(gate), format!("cannot start: {reason}")),
        Step::Reopen { gate, reason } => (Some(gate), format!("is reopened: {reason}")),
        Step::End { gate, status, .. } => (Some(gate), format!("ends the run as {status}")),
        Step::Start { gate, .. } => (Some(gate), "starts".to_owned()),
        Step::Poll { gate, .. } => (Some(gate), "is polled again".to_owned()),
        Step::Follow(gate) => (Some(gate), "waits for its child run".to_owned()),
        Step::Finish(status) => (None, format!("the run is {status}")),
    };
    RehearsalStep { gate: gate.cloned(), decision, ..RehearsalStep::default() }
}
