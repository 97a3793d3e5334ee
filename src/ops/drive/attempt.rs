//! Attempts: what is written before one begins, and what becomes of it when it ends.

use super::super::Driver;
use super::super::Error;
use super::super::Site;
use super::Notice;
use super::baselines;
use super::packet;
use super::recipe;
use super::work;
use super::work::Call;
use super::work::Judging;
use super::work::Work;
use crate::check::Since;
use crate::contract::Contract;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Invocation;
use crate::event::Judged;
use crate::event::WaitsFor;
use crate::executor::ChildRun;
use crate::executor::Command;
use crate::executor::Executor;
use crate::executor::Human;
use crate::executor::Program;
use crate::executor::Usage;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::id::GateId;
use crate::id::RunId;
use crate::judge;
use crate::run::GateStatus;
use crate::run::Run;
use crate::secret::Secrets;
use crate::template::Context;
use crate::workflow;
use crate::workflow::Approval;
use crate::workflow::Gate;
use crate::workflow::OnInterrupt;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use std::collections::BTreeMap;

/// An attempt that is to begin.
pub struct Start<'s> {
    pub gate: &'s GateId,
    /// Why an earlier result does not serve.
    pub reuse: Option<String>,
    /// Who does agent gates whose role is not configured.
    pub agent: Option<&'s str>,
    /// Judge what lies there instead of doing the work.
    pub adopt: bool,
    /// Whether somebody outside does the work, whatever is configured.
    pub by_hand: bool,
    /// The agent's session, where a person says it.
    pub session: Option<String>,
}

/// What there is to do for an attempt.
pub enum Prepared {
    /// It is over already, or waits.
    Ended(Box<Ended>),
    Work(Box<Work>),
}

/// How an attempt came to its end, or that it waits.
pub struct Ended {
    pub gate: GateId,
    pub attempt: u32,
    pub invocation: Option<Invocation>,
    pub result: Result,
}

/// What became of the work.
pub enum Result {
    Passed { judged: Judged, answers: Values },
    Failed { reason: String, judged: Judged },
    Interrupted(String),
    Waiting(WaitsFor),
}

/// Begins an attempt: the intent is written, then there is work to do.
pub fn prepare(driver: &mut Driver<'_>, start: &Start<'_>) -> std::result::Result<Prepared, Error> {
    let id = start.gate;
    let site = driver.site;
    let Some(gate) = driver.workflow.gate(id).cloned() else {
        return Err(Error::usage(format!("there is no gate `{id}`")));
    };
    let attempt = next_attempt(driver.run(), id);
    let context = packet::attempt_context(driver.run(), &gate, id, attempt);
    let mut doer = doer(site, driver.run(), &gate, &context, start)?;
    let agent = agent_name(&gate, start, doer.configured.as_deref());
    let audited = audit_problem(driver.run(), &gate, agent.as_deref(), start);
    doer.problem = doer.problem.or(audited);
    let text = match packet_text(driver, &gate, (id, attempt, agent.as_deref()), &doer) {
        Ok(text) => text,
        Err(message) => {
            doer.problem = doer.problem.or_else(|| Some(Finding::of("packet", message)));
            String::new()
        }
    };
    let run_id = driver.id().clone();
    packet::ignore_logs(site, &run_id)?;
    let logs = packet::folder(site, &run_id, id, attempt);
    let packet_path = logs.join("prompt.txt");
    if !text.is_empty() {
        packet::write(site, &run_id, (id, attempt), &text)?;
    }
    let unrecorded = baseline_problem(site, &run_id, &gate, (id, attempt), &context);
    doer.problem = doer.problem.or(unrecorded);
    let started =
        started(driver.run(), &gate, start, (attempt, agent.clone()), (&text, &context), site);
    if let Some(finding) = doer.problem {
        driver.append(&[started])?;
        let ended = Ended { gate: id.clone(), attempt, invocation: None, result: failed(finding) };
        return Ok(Prepared::Ended(Box::new(ended)));
    }
    let now = site.clock.now();
    let invocation_id = site.new_invocation_id(now);
    let mut events = vec![started];
    if doer.acts && !start.adopt {
        let invocation_id = invocation_id.clone();
        events.push(Event::InvocationStarted { invocation_id, gate: id.clone(), attempt });
    }
    driver.append(&events)?;
    let judging = Judging {
        contract: gate.contract.clone(),
        context,
        secrets: doer.secrets,
        ..judging(site, driver.run(), &gate, (id, attempt))
    };
    let answers_path = logs.join("answers.json");
    let mut environment = judging.environment.clone();
    environment.insert("ORCH_ANSWERS".to_owned(), answers_path.display().to_string());
    Ok(Prepared::Work(Box::new(Work {
        gate: id.clone(),
        attempt,
        executor: gate.work.executor(),
        doer: doer.executor.filter(|_| !start.adopt),
        waits_for: doer.waits_for,
        agent,
        invocation_id,
        started_at: now,
        invocation: Call {
            packet: text,
            packet_path,
            logs,
            answers_path,
            environment,
            timeout: gate.timeout,
            earlier: earlier(driver.run()),
        },
        judging,
        audited_session: audited_session(driver.run(), &gate),
        definition: definition_paths(driver),
        answers: gate.answers.clone(),
    })))
}

/// Records what later checks compare with; a tree that cannot be read lets no attempt begin.
fn baseline_problem(
    site: &Site,
    run: &RunId,
    gate: &Gate,
    attempt: (&GateId, u32),
    context: &Context,
) -> Option<Finding> {
    let contract = gate.contract.as_ref()?;
    let error = baselines::record_attempt(site, run, attempt, (contract, context)).err()?;
    Some(Finding::of("baseline", error.to_string()))
}

/// Where the run's definition lay in the project; what `file` inputs held is no part of it.
fn definition_paths(driver: &Driver<'_>) -> Vec<ProjectPath> {
    let frozen = driver.run().started.definition.iter();
    let texts = frozen.filter(|text| !text.path.starts_with("inputs/"));
    texts.filter_map(|text| driver.site.project.path(&text.path).ok()).collect()
}

/// The packet; a command is handed none.
fn packet_text(
    driver: &Driver<'_>,
    gate: &Gate,
    (id, attempt, agent): (&GateId, u32, Option<&str>),
    doer: &Doer,
) -> std::result::Result<String, String> {
    if gate.work.executor() == "command" {
        return Ok(String::new());
    }
    let is_driven = doer.acts;
    let text = packet::render(
        (driver.site, &driver.workflow, driver.run()),
        gate,
        (id, attempt, agent),
        is_driven,
    )?;
    Ok(doer.secrets.redact(&text))
}

fn started(
    run: &Run,
    gate: &Gate,
    start: &Start<'_>,
    (attempt, agent): (u32, Option<String>),
    (text, context): (&str, &Context),
    site: &Site,
) -> Event {
    let contract = gate.contract.as_ref();
    Event::GateStarted(GateStarted {
        gate: start.gate.clone(),
        attempt,
        executor: gate.work.executor().to_owned(),
        agent,
        session: start.session.clone(),
        prompt_sha256: (!text.is_empty()).then(|| crate::digest::Digest::of(text)),
        required_outputs: contract
            .map(|contract| judge::required_outputs(contract, context))
            .unwrap_or_default(),
        // A recipe that cannot be told is no obstacle to the work, only to reusing it.
        recipe: gate
            .reuse
            .then(|| recipe::recipe(site, run, gate, start.gate, None).ok())
            .flatten(),
        reuse: start.reuse.clone(),
    })
}

/// What earlier calls of this run used, by the agent's session, for agents that tell running totals.
fn earlier(run: &Run) -> BTreeMap<String, Usage> {
    let mut earlier: BTreeMap<String, Usage> = BTreeMap::new();
    for invocation in &run.invocations {
        let Some(session) = &invocation.session else { continue };
        let usage = Usage {
            cost_usd: invocation.cost_usd,
            cost_is_estimate: invocation.cost_is_estimate,
            input_tokens: invocation.input_tokens,
            output_tokens: invocation.output_tokens,
            cached_input_tokens: invocation.cached_input_tokens,
            ..Usage::default()
        };
        let before = earlier.remove(session).unwrap_or_default();
        earlier.insert(session.clone(), before.plus(&usage));
    }
    earlier
}

/// Writes what became of an attempt, and commits it where it is over.
pub fn settle(
    driver: &mut Driver<'_>,
    ended: &Ended,
    notify: &mut dyn FnMut(Notice),
) -> std::result::Result<(), Error> {
    let (gate, attempt) = (ended.gate.clone(), ended.attempt);
    let mut events: Vec<Event> = Vec::new();
    events.extend(
        ended.invocation.clone().map(|invocation| Event::InvocationRecorded(Box::new(invocation))),
    );
    match &ended.result {
        Result::Passed { judged, answers } => {
            if !answers.is_empty() {
                events.push(Event::GateAnswered { gate: gate.clone(), answers: answers.clone() });
            }
            events.push(passed_or_waiting(driver, &gate, attempt, judged.clone())?);
        }
        Result::Failed { reason, judged } => events.push(Event::GateFailed {
            gate: gate.clone(),
            attempt,
            reason: reason.clone(),
            judged: judged.clone(),
        }),
        Result::Interrupted(reason) => {
            let reason = reason.clone();
            events.push(Event::GateInterrupted { gate: gate.clone(), attempt, reason });
            events.extend(ask_after_interruption(driver, &gate, attempt));
        }
        Result::Waiting(waits_for) => events.push(Event::GateWaiting {
            gate: gate.clone(),
            attempt,
            waits_for: *waits_for,
            judged: None,
        }),
    }
    driver.append(&events)?;
    let is_over = events.iter().any(|event| {
        matches!(
            event,
            Event::GatePassed { .. } | Event::GateFailed { .. } | Event::GateInterrupted { .. }
        )
    });
    if is_over {
        driver.commit(Some(&gate), false)?;
    }
    announce(driver, ended, notify);
    Ok(())
}

/// After a passing contract comes the approval, where the gate asks for one.
pub fn passed_or_waiting(
    driver: &Driver<'_>,
    gate: &GateId,
    attempt: u32,
    judged: Judged,
) -> std::result::Result<Event, Error> {
    let needs_approval =
        driver.workflow.gate(gate).is_some_and(|gate| gate.approval != Approval::None);
    if needs_approval {
        let (gate, waits_for) = (gate.clone(), WaitsFor::Approval);
        return Ok(Event::GateWaiting { gate, attempt, waits_for, judged: Some(judged) });
    }
    passed(driver, gate, attempt, judged)
}

/// The pass of a gate, with what later gates compare with.
pub fn passed(
    driver: &Driver<'_>,
    gate: &GateId,
    attempt: u32,
    mut judged: Judged,
) -> std::result::Result<Event, Error> {
    let run = driver.run();
    let moment = Since::Gate(gate.to_string());
    judged.baselines =
        baselines::record(driver.site, &driver.workflow, Some(run), &run.started.inputs, &moment)
            .map_err(Error::environment)?;
    Ok(Event::GatePassed { gate: gate.clone(), attempt, judged })
}

/// What an attempt's outputs were judged to be, where that was before this process.
pub fn judged_of(run: &Run, gate: &GateId) -> Judged {
    let attempt = run.gate(gate).and_then(|state| state.attempt());
    attempt.map_or_else(Judged::default, |attempt| Judged {
        artifacts: attempt.artifacts.clone(),
        validations: attempt.validations.clone(),
        findings: attempt.findings.clone(),
        ..Judged::default()
    })
}

/// What outputs that were judged come to.
pub fn verdict(judged: Judged, answers: Values) -> Result {
    if work::passes(&judged) {
        Result::Passed { judged, answers }
    } else {
        Result::Failed { reason: work::reason(&judged), judged }
    }
}

/// A failure by somebody's word.
pub fn said_to_fail(check: &str, reason: &str) -> Result {
    let finding = Finding::of(check, reason);
    let judged = Judged { findings: vec![finding], ..Judged::default() };
    Result::Failed { reason: reason.to_owned(), judged }
}

/// A gate that cannot begin: an attempt that failed before any work.
pub fn refuse(
    driver: &mut Driver<'_>,
    id: &GateId,
    reason: &str,
    notify: &mut dyn FnMut(Notice),
) -> std::result::Result<(), Error> {
    let attempt = next_attempt(driver.run(), id);
    let executor = driver.workflow.gate(id).map_or("human", |gate| gate.work.executor());
    driver.append(&[Event::GateStarted(GateStarted {
        gate: id.clone(),
        attempt,
        executor: executor.to_owned(),
        agent: None,
        session: None,
        prompt_sha256: None,
        required_outputs: Vec::new(),
        recipe: None,
        reuse: None,
    })])?;
    let result = failed(Finding::of("gate", reason));
    settle(driver, &Ended { gate: id.clone(), attempt, invocation: None, result }, notify)
}

/// The variables that an attempt's programs get.
pub fn environment(
    site: &Site,
    run: &Run,
    gate: &Gate,
    id: &GateId,
    attempt: u32,
) -> BTreeMap<String, String> {
    let context = packet::attempt_context(run, gate, id, attempt);
    let mut variables = BTreeMap::from([
        ("ORCH_RUN".to_owned(), run.started.run_id.to_string()),
        ("ORCH_GATE".to_owned(), id.to_string()),
        ("ORCH_ATTEMPT".to_owned(), attempt.to_string()),
        ("ORCH_PROJECT".to_owned(), site.project.root().display().to_string()),
    ]);
    let mut set = |name: &str, value: &serde_json::Value| {
        variables.insert(format!("ORCH_INPUT_{}", name.to_uppercase()), input::as_text(value));
    };
    for (name, value) in &run.started.inputs {
        set(name, value);
    }
    let items = run.gate(&gate.id).and_then(|state| state.items.as_ref());
    let item = items.and_then(|items| items.iter().find(|item| item.gate == *id));
    if let (Some(each), Some(item)) = (&gate.each, item) {
        set(&each.name, &item.value);
    }
    for (name, template) in &gate.environment {
        // A template that does not render was refused when the recipe or packet was made.
        variables.insert(name.clone(), template.render(&context).unwrap_or_default());
    }
    variables
}

/// What judging a gate's outputs takes, apart from its contract.
pub fn judging(site: &Site, run: &Run, gate: &Gate, (id, attempt): (&GateId, u32)) -> Judging {
    Judging {
        project: site.project.clone(),
        contract: None,
        context: Context::default(),
        baselines: baselines::of_attempt(site, run, id, attempt),
        environment: environment(site, run, gate, id, attempt),
        scratch: packet::folder(site, &run.started.run_id, id, attempt),
        stop: site.stop.clone(),
        text_bytes_max: site.config.limits.text_bytes,
        secrets: Secrets::default(),
    }
}

/// Judges the outputs of a gate as they are now, outside of its own thread.
pub fn judge_now(
    site: &Site,
    workflow: &Workflow,
    run: &Run,
    id: &GateId,
    contract: Option<&Contract>,
) -> Judged {
    let Some(gate) = workflow.gate(id) else { return Judged::default() };
    let attempts = run.gate(id).map_or(0, |state| state.attempts.len());
    let attempt = u32::try_from(attempts).unwrap_or(u32::MAX).max(1);
    Judging {
        contract: contract.or(gate.contract.as_ref()).cloned(),
        context: packet::attempt_context(run, gate, id, attempt),
        // A secret that is not set here was never seen here either.
        secrets: secrets(gate).unwrap_or_default(),
        ..judging(site, run, gate, (id, attempt))
    }
    .judge()
}

fn secrets(gate: &Gate) -> std::result::Result<Secrets, crate::secret::Error> {
    Secrets::of_environment(gate.secrets.iter().map(String::as_str))
}

/// Who does the work.
struct Doer {
    executor: Option<Box<dyn Executor + Send + Sync>>,
    /// Whether it does the work itself, or waits for somebody.
    acts: bool,
    waits_for: WaitsFor,
    /// The agent that a role came to.
    configured: Option<String>,
    secrets: Secrets,
    problem: Option<Finding>,
}

fn doer(
    site: &Site,
    run: &Run,
    gate: &Gate,
    context: &Context,
    start: &Start<'_>,
) -> std::result::Result<Doer, Error> {
    let (secrets, problem) = match secrets(gate) {
        Ok(secrets) => (secrets, environment_problem(gate, context)),
        Err(error) => (Secrets::default(), Some(Finding::of("secrets", error.to_string()))),
    };
    let mut doer = Doer {
        executor: Some(Box::new(Human)),
        acts: false,
        waits_for: WaitsFor::Person,
        configured: None,
        secrets,
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
            let given = start.agent.or(run.started.agent.as_deref());
            let role = role.as_deref().unwrap_or_default();
            let found = if start.by_hand { None } else { site.config.agent(role, given)? };
            if let Some(found) = found {
                doer.configured = Some(found.name.clone());
                act(&mut doer, Box::new(found.clone()));
            }
        }
    }
    Ok(doer)
}

/// The name that the record gives the agent: what a person says, else its role, else the agent
/// that was chosen.
fn agent_name(gate: &Gate, start: &Start<'_>, configured: Option<&str>) -> Option<String> {
    let workflow::Work::Agent(role) = &gate.work else { return None };
    let said = start.agent.filter(|said| start.by_hand && *said != "none");
    said.or(role.as_deref()).or(configured).map(str::to_owned)
}

/// An audit is done by another agent than the work it judges.
fn audit_problem(
    run: &Run,
    gate: &Gate,
    agent: Option<&str>,
    start: &Start<'_>,
) -> Option<Finding> {
    let audited = gate.audits.as_ref()?;
    let (producer, session) = run.gate(audited)?.producer();
    let same_name = producer.is_some() && producer == agent;
    let same_session = session.is_some() && session == start.session.as_deref();
    (same_name || same_session).then(|| {
        Finding::of(
            "audits",
            format!("{} audits {audited} and cannot be done by its producer", gate.id),
        )
        .expected("another agent and another session")
        .actual(agent.unwrap_or("the same session"))
    })
}

fn audited_session(run: &Run, gate: &Gate) -> Option<String> {
    let (_, session) = run.gate(gate.audits.as_ref()?)?.producer();
    session.map(str::to_owned)
}

fn environment_problem(gate: &Gate, context: &Context) -> Option<Finding> {
    gate.environment.iter().find_map(|(name, template)| {
        let error = template.render(context).err()?;
        Some(Finding::of("env", format!("{name}: {error}")))
    })
}

fn failed(finding: Finding) -> Result {
    let reason = finding.to_string();
    Result::Failed { reason, judged: Judged { findings: vec![finding], ..Judged::default() } }
}

/// A command is not run twice unasked; an agent is, but not for ever.
fn ask_after_interruption(driver: &Driver<'_>, id: &GateId, attempt: u32) -> Option<Event> {
    let gate = driver.workflow.gate(id)?;
    let interruptions = driver.run().gate(id).map_or(0, |state| state.interruptions);
    let asks =
        gate.on_interrupt == OnInterrupt::Ask || interruptions + 1 >= super::INTERRUPTIONS_MAX;
    let (gate, waits_for) = (id.clone(), WaitsFor::Decision);
    asks.then_some(Event::GateWaiting { gate, attempt, waits_for, judged: None })
}

fn next_attempt(run: &Run, id: &GateId) -> u32 {
    let attempts = run.gate(id).map_or(0, |state| state.attempts.len());
    u32::try_from(attempts).unwrap_or(u32::MAX).saturating_add(1)
}

fn announce(driver: &Driver<'_>, ended: &Ended, notify: &mut dyn FnMut(Notice)) {
    let gate = ended.gate.clone();
    if let Result::Passed { judged, .. } | Result::Failed { judged, .. } = &ended.result {
        for finding in judged.all_findings() {
            notify(Notice::Found { gate: gate.clone(), finding: finding.clone() });
        }
    }
    let status: GateStatus = driver.run().status_of(&gate);
    let reason = match &ended.result {
        Result::Failed { reason, .. } | Result::Interrupted(reason) => Some(reason.clone()),
        Result::Waiting(waits_for) => Some(format!("waits for {waits_for}")),
        Result::Passed { .. } => None,
    };
    notify(Notice::GateEnded { gate, status, attempt: ended.attempt, reason });
}
