//! The slots of agents: a gate whose agent has as many processes as it may have, or rests because its
//! provider asked for a pause, waits. It spends no try.

use super::role;
use crate::clock::Moment;
use crate::config::Cast;
use crate::config::PoolSettings;
use crate::files::Lock;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::next;
use crate::next::Step;
use crate::project::Driver;
use crate::project::Error;
use crate::run::Run;
use crate::standing::AgentWait;
use crate::standing::WaitReason;
use crate::store::Store;
use crate::store::pool::Pool;
use crate::work::Doer;
use crate::workflow::Workflow;
use std::time::Duration;

/// How often a slot is asked for that another gate holds.
pub const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Why an agent cannot begin now.
#[derive(Debug)]
pub enum BusyAgent {
    /// As many processes of this definition are at work as may be.
    Slots(String),
    /// It rests.
    Rests {
        /// Its definition.
        agent: String,
        /// Until then.
        until: Moment,
    },
}

/// Takes the slot of the agent that is to do the work, where their number is limited. It is held as long
/// as the work takes.
pub fn take(driver: &Driver<'_>, doer: &Doer) -> Result<Result<Option<Lock>, BusyAgent>, Error> {
    let Doer::Agent(agent) = doer else { return Ok(Ok(None)) };
    let project = driver.project;
    let pool = project.store.pool();
    if let Some(until) = rests_until(&pool, &agent.definition, || project.clock.now()) {
        return Ok(Err(BusyAgent::Rests { agent: agent.definition.clone(), until }));
    }
    let Some(slots) = project.config.pool.per_agent.get(&agent.definition) else {
        return Ok(Ok(None));
    };
    let since = project.clock.now().to_string();
    let taken = pool.take_agent(&agent.definition, *slots, &since);
    let taken = taken.map_err(|source| {
        Error::environment(format!("cannot use the slots of agents: {source}"))
    })?;
    Ok(taken.map(Some).ok_or_else(|| BusyAgent::Slots(agent.definition.clone())))
}

/// Has the agent of an attempt, whose provider asked for a pause or failed, rest in all runs.
pub fn rest(driver: &Driver<'_>, attempt: &AttemptId, until: Moment) -> Result<(), Error> {
    let state = driver.run().gate(&attempt.gate).and_then(|state| state.attempt());
    let Some(definition) = state.and_then(|it| it.worker.definition.as_deref()) else {
        return Ok(());
    };
    let rested = driver.project.store.pool().rest(definition, until);
    rested.map_err(|source| Error::environment(format!("cannot have {definition} rest: {source}")))
}

fn rests_until(pool: &Pool, definition: &str, now: impl Fn() -> Moment) -> Option<Moment> {
    pool.rests_until(definition).ok().flatten().filter(|until| *until > now())
}

/// The gates of a run that could begin but for their agent. Those whose agent is not known yet are left
/// out.
pub fn waits(
    (store, settings): (&Store, &PoolSettings),
    (workflow, run): (&Workflow, &Run),
    now: impl Fn() -> Moment,
) -> Vec<AgentWait> {
    let pool = store.pool();
    if settings.per_agent.is_empty() && !pool.has_agents() {
        return Vec::new();
    }
    let Ok(Some(cast)) = Cast::thaw(&run.started.definition) else { return Vec::new() };
    let begun = next::next(workflow, run).into_iter().filter_map(Step::begins);
    let ready = begun.filter(|(_, at)| at.is_none_or(|at| at <= now())).map(|(gate, _)| gate);
    let waits = ready.filter_map(|gate| {
        let agent = agent_of(&cast, workflow, run, &gate)?;
        let definition = cast.definition(&agent)?;
        let reason =
            match (rests_until(&pool, definition, &now), settings.per_agent.get(definition)) {
                (Some(until), _) => WaitReason::Rests { until },
                (None, Some(slots)) if pool.agents_at_work(definition, *slots) == *slots => {
                    WaitReason::Slots { slots: *slots }
                }
                (None, _) => return None,
            };
        Some(AgentWait { gate, agent, reason })
    });
    waits.collect()
}

/// The agent that a gate works with, where its role tells it.
fn agent_of(cast: &Cast, workflow: &Workflow, run: &Run, id: &GateId) -> Option<String> {
    let gate = workflow.gate(id)?;
    let takes_over = run.gate(id).and_then(|state| state.fallback.as_deref());
    if let Some(routing) = takes_over {
        return Some(routing.agent.clone());
    }
    let roles = role::all(run, gate);
    let [role] = roles.as_slice() else { return None };
    cast.player(role, run.started.agent.as_deref()).map(str::to_owned)
}
