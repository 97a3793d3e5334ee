//! Attempts: what is written before one begins, and the work that it then is.

use super::agent_slots;
use super::agent_slots::BusyAgent;
use super::audit;
use super::baselines;
use super::claim;
use super::doer;
use super::doer::Chosen;
use super::fresh;
use super::granted;
use super::judging;
use super::look::Look;
use super::packet;
use super::recipe::recipe;
use super::watch;
use crate::budget::Budget;
use crate::event::Event;
use crate::event::GateStarted;
use crate::executor::ExecutorKind;
use crate::executor::OrchBy;
use crate::executor::Usage;
use crate::files::Lock;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::judge;
use crate::project::Driver;
use crate::project::Error;
use crate::project::sitting_budget;
use crate::run::GateState;
use crate::run::Run;
use crate::spending::Claim;
use crate::suggestion;
use crate::suggestion::Suggestion;
use crate::template::Context;
use crate::work::Doer;
use crate::work::Judging;
use crate::work::WorkOrder;
use crate::work::WorkReport;
use crate::work::WorkResult;
use crate::workflow::Gate;
use std::collections::BTreeMap;

/// Who is to do an attempt's work.
#[derive(Debug, Clone, Copy)]
pub enum StartedBy<'s> {
    /// Whoever is configured; `given` does agent gates whose role is not.
    Configured {
        /// An agent that was named for this drive.
        given: Option<&'s str>,
    },
    /// Somebody outside, whatever is configured; an agent of this name, where one is named.
    Hand {
        /// The agent that is recorded.
        agent: Option<&'s str>,
    },
}

/// An attempt that is to begin.
pub struct Start<'s> {
    /// The gate that it is of.
    pub gate: &'s GateId,
    /// Why an earlier result does not serve.
    pub reuse: Option<String>,
    /// Who is to do it.
    pub by: StartedBy<'s>,
    /// Judge what lies there instead of doing the work.
    pub adopt: bool,
    /// The agent's session, where a person says it.
    pub session: Option<String>,
    /// Ask the command again in the attempt that is open.
    pub again: bool,
}

/// What there is to do for an attempt.
pub enum Prepared {
    /// It is over already.
    Ended(Box<WorkReport>),
    /// Hands are to do it.
    Work {
        /// What is to be done.
        order: Box<WorkOrder>,
        /// The slot of its agent, where their number is limited: held until the work is over.
        slot: Option<Lock>,
    },
    /// Its agent cannot begin now. Nothing was written.
    Busy(BusyAgent),
    /// What is left of a budget does not carry it now. Nothing was written.
    Held(String),
}

/// Begins an attempt: the intent is written, then there is work to do.
pub fn prepare(driver: &mut Driver<'_>, start: &Start<'_>) -> Result<Prepared, Error> {
    let id = start.gate;
    let project = driver.project;
    let Some(gate) = driver.workflow.gate(id).cloned() else {
        return Err(Error::not_found(format!("gate `{id}` not found")));
    };
    let open = driver.run().gate(id).and_then(|state| state.attempt()).filter(|_| start.again);
    let number = open.map_or_else(|| next_attempt(driver.run(), id), |open| open.attempt);
    let attempt = AttemptId::new(id, number);
    let context = packet::attempt_context(driver.run(), &gate, &attempt);
    let mut chosen = doer::choose(driver, &gate, &context, start)?;
    let agent = doer::agent_name(&gate, start, &chosen);
    let acts = chosen.acts();
    let Drawn { claim, slot, alone: _alone } = match draw(driver, &gate, start, (&agent, &chosen))?
    {
        Ok(drawn) => drawn,
        Err(not_now) => return Ok(not_now),
    };
    let who = (agent.as_deref(), &chosen.worker);
    let audited = audit::problem(driver.run(), &gate, who, (start.session.as_deref(), acts));
    let audited = audited.map(WorkResult::failed);
    let barred = audit::barred(driver.run(), &gate, who);
    chosen.problem = chosen.problem.or(audited);
    let packet = packet_of(driver, &gate, (&attempt, agent.as_deref()), &mut chosen);
    let problem =
        if start.again { None } else { lay_out(driver, &gate, &attempt, (&packet, &context))? };
    chosen.problem = chosen.problem.or(problem.map(WorkResult::failed));
    let started = (!start.again).then(|| {
        started(driver, &gate, start, (&attempt, &agent, &mut chosen), (&packet, &context))
    });
    let refused = || audit::standing_refusal(driver.run(), &gate, id);
    if let Some(result) = chosen.problem.or_else(refused) {
        driver.append(&started.into_iter().collect::<Vec<_>>())?;
        let report = WorkReport { attempt, invocation: None, result };
        return Ok(Prepared::Ended(Box::new(report)));
    }
    if acts {
        refuse_unenforceable(driver, &gate, &attempt, &chosen.doer)?;
    }
    let now = project.clock.now();
    let invocation_id = project.new_invocation_id(now);
    let left_usd = claim.as_ref().and_then(|claim| driver.meter.left_usd(claim));
    let reserved = claim.map(|claim| driver.meter.begin(&invocation_id, claim));
    let intent = reserved.map(|reserved| intent(&attempt, &invocation_id, reserved));
    let begun: Vec<Event> = started.into_iter().chain(intent).collect();
    write_begun(driver, &begun, acts || start.adopt)?;
    let mut judging =
        judging::judging(project, (&driver.workflow, driver.run()), &gate, attempt.clone());
    granted::add_agents(&mut judging.granted, &chosen.doer);
    let order = Box::new(WorkOrder {
        run: driver.id().clone(),
        attempt,
        invocation_id,
        started_at: now,
        executor: gate.work.executor(),
        doer: chosen.doer,
        agent,
        worker: chosen.worker,
        packet,
        timeout: gate.timeout,
        is_polled: gate.poll.is_some(),
        earlier: earlier(driver.run()),
        reserved: reserved.unwrap_or_default(),
        left_usd,
        paths: chosen.paths,
        answers: gate.answers.clone(),
        barred,
        watch: watch::of(driver, &gate),
        judging: Judging { freshness: judging.freshness.filter(|_| !start.adopt), ..judging },
    });
    Ok(Prepared::Work { order, slot })
}

/// Refuses to begin what must be held to its permits and cannot be.
fn refuse_unenforceable(
    driver: &Driver<'_>,
    gate: &Gate,
    attempt: &AttemptId,
    doer: &Doer,
) -> Result<(), Error> {
    let mut granted = granted::granted(driver.project, driver.run(), gate, attempt);
    granted::add_agents(&mut granted, doer);
    let workspace = judging::workspace_held(driver);
    granted.refuse_unenforceable(attempt, &workspace).map_err(|why| {
        let problem = format!("gate {} cannot be held to its permits: {why}", attempt.gate);
        Error::usage(problem).advise_command(Suggestion::new("doctor"))
    })
}

/// What an attempt takes before it begins.
struct Drawn {
    claim: Option<Claim>,
    slot: Option<Lock>,
    /// Held until what is taken of the budgets is written.
    alone: Option<Lock>,
}

/// Takes what an attempt needs of budgets and of the slots of its agent, or says why it cannot begin now.
fn draw(
    driver: &Driver<'_>,
    gate: &Gate,
    start: &Start<'_>,
    (agent, chosen): (&Option<String>, &Chosen),
) -> Result<Result<Drawn, Prepared>, Error> {
    let acts = chosen.acts();
    let draws = acts || chosen.child.is_some();
    let alone = draws.then(|| sitting_budget::alone(driver.project, driver.run())).transpose()?;
    if let Some(reason) = claim::refuse_share(driver, chosen)? {
        return Ok(Err(Prepared::Held(reason)));
    }
    let claim = acts.then(|| claim::claim(driver, gate, start.gate, (agent.as_deref(), chosen)));
    let claim = claim.transpose()?;
    if let Some(Err(reason)) = claim.as_ref().map(|claim| driver.meter.need(claim)) {
        return Ok(Err(Prepared::Held(reason)));
    }
    Ok(match agent_slots::take(driver, &chosen.doer)? {
        Ok(slot) => Ok(Drawn { claim, slot, alone: alone.flatten() }),
        Err(busy) => Err(Prepared::Busy(busy)),
    })
}

/// The call that an attempt makes, before it is made, with what of the budgets is kept for it.
fn intent(attempt: &AttemptId, id: &InvocationId, reserved: Budget) -> Event {
    let AttemptId { gate, number } = attempt.clone();
    Event::InvocationStarted { invocation_id: id.clone(), gate, attempt: number, reserved }
}

/// Where nothing is done, there is nothing that would have to be known after a power cut.
fn write_begun(driver: &mut Driver<'_>, events: &[Event], acts: bool) -> Result<(), Error> {
    if acts { driver.append(events) } else { driver.append_lazily(events) }
}

/// Writes what the work is begun with: the packet, and what its checks compare with later. Gives
/// why the work cannot begin.
fn lay_out(
    driver: &Driver<'_>,
    gate: &Gate,
    attempt: &AttemptId,
    (text, context): (&str, &Context),
) -> Result<Option<Finding>, Error> {
    let (project, run) = (driver.project, driver.id());
    if !text.is_empty() {
        packet::write(project, run, attempt, text)?;
    }
    fresh::record(project, driver.run(), gate, attempt, context)?;
    let recorded = gate.contract.as_ref().map_or(Ok(()), |contract| {
        baselines::record_attempt(project, run, attempt, (contract, context))
    });
    Ok(recorded.err().map(|error| Finding::of("baseline", error.to_string())))
}

/// What an attempt would be handed, were it begun now.
pub struct Handed {
    /// The packet; a command is handed none.
    pub packet: Option<String>,
    /// The command and its arguments; other work has none.
    pub command: Option<Vec<String>>,
    /// What would make it fail before it does anything.
    pub problem: Option<Finding>,
}

/// What an attempt would be handed by whoever is configured; nothing is begun. Fails where a template
/// cannot be rendered.
pub fn rehearse(driver: &Driver<'_>, gate: &Gate, attempt: &AttemptId) -> Result<Handed, Error> {
    let start = Start {
        gate: &attempt.gate,
        reuse: None,
        by: StartedBy::Configured { given: None },
        adopt: false,
        session: None,
        again: false,
    };
    let context = packet::attempt_context(driver.run(), gate, attempt);
    let chosen = doer::choose(driver, gate, &context, &start)?;
    let agent = doer::agent_name(gate, &start, &chosen);
    let packet = packet_text(driver, gate, (attempt, agent.as_deref()), &chosen)
        .map_err(|message| Error::usage(format!("gate {}: {message}", attempt.gate)))?;
    let command = match chosen.doer {
        Doer::Command(command) => {
            Some(command.argv.iter().map(|word| driver.secrets.redact(word)).collect())
        }
        Doer::Agent(_) | Doer::Outside(_) | Doer::Nobody => None,
    };
    let problem = chosen.problem.as_ref().and_then(WorkResult::problem).cloned();
    Ok(Handed { packet: (!packet.is_empty()).then_some(packet), command, problem })
}

/// The packet; where there can be none, that is the problem.
fn packet_of(
    driver: &Driver<'_>,
    gate: &Gate,
    who: (&AttemptId, Option<&str>),
    chosen: &mut Chosen,
) -> String {
    packet_text(driver, gate, who, chosen).unwrap_or_else(|message| {
        let unusable = || WorkResult::unusable(Finding::of("packet", message));
        chosen.problem.get_or_insert_with(unusable);
        String::new()
    })
}

/// The packet; a command is handed none.
fn packet_text(
    driver: &Driver<'_>,
    gate: &Gate,
    (attempt, agent): (&AttemptId, Option<&str>),
    chosen: &Chosen,
) -> Result<String, String> {
    if gate.work.executor() == ExecutorKind::Command {
        return Ok(String::new());
    }
    let by_path = match &chosen.doer {
        Doer::Agent(agent) => agent.orch() == OrchBy::Path,
        Doer::Command(_) | Doer::Outside(_) | Doer::Nobody => false,
    };
    let program = driver.project.surroundings.program.as_ref().filter(|_| by_path);
    let orch = program.map(|path| suggestion::shell_word(&path.display().to_string()));
    let text = packet::render(
        (driver.project, &driver.workflow, driver.run()),
        gate,
        (attempt, agent),
        (chosen.acts(), orch),
    )?;
    Ok(driver.secrets.redact(&text))
}

/// The event that says what is about to be done.
fn started(
    driver: &Driver<'_>,
    gate: &Gate,
    start: &Start<'_>,
    (attempt, agent, chosen): (&AttemptId, &Option<String>, &mut Chosen),
    (text, context): (&str, &Context),
) -> Event {
    let run = driver.run();
    let contract = gate.contract.as_ref();
    Event::GateStarted(GateStarted {
        gate: start.gate.clone(),
        attempt: attempt.number,
        executor: gate.work.executor(),
        agent: agent.clone(),
        worker: chosen.worker.clone(),
        routing: chosen.routing.take().map(Box::new),
        session: start.session.clone(),
        prompt_sha256: (!text.is_empty()).then(|| crate::digest::Digest::of(text)),
        required_outputs: contract
            .map(|contract| judge::required_outputs(contract, context))
            .unwrap_or_default(),
        edits: gate.edits.iter().filter_map(|glob| glob.render_glob(context).ok()).collect(),
        // A recipe that cannot be told is no obstacle to the work, only to reusing it.
        recipe: gate.reuse.then(|| recipe(&Look::of(driver), run, gate, start.gate).ok()).flatten(),
        reuse: start.reuse.clone(),
        child: chosen.child.take(),
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

pub fn next_attempt(run: &Run, id: &GateId) -> u32 {
    run.gate(id).map_or(1, GateState::next_attempt)
}
