//! Routes: which agent does the work of an attempt. It is decided once, when the attempt begins, and
//! stands in its first event.

use super::audit;
use super::claim;
use super::player;
use crate::budget::Amount;
use crate::config::Cast;
use crate::config::LEFT;
use crate::config::NO_AGENT;
use crate::config::Route;
use crate::config::RoutedWork;
use crate::event::Routing;
use crate::executor::Agent;
use crate::finding::Finding;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::run::Run;
use crate::template::Context;
use crate::workflow::Gate;
use std::collections::BTreeMap;

/// Who does the work of the next attempt of a gate in this role; `None` where the role alone decides
/// and nobody would take over. `given` was chosen for this sitting.
pub fn decide(
    driver: &Driver<'_>,
    gate: &Gate,
    (id, role): (&GateId, &str),
    given: Option<&str>,
) -> Result<Option<Routing>, Finding> {
    let run = driver.run();
    let given = given.or(run.started.agent.as_deref());
    if role == NO_AGENT || given == Some(NO_AGENT) {
        return Ok(None);
    }
    let state = run.gate(id);
    if let Some(taking_over) = state.and_then(|state| state.fallback.as_deref()) {
        return Ok(Some(taking_over.clone()));
    }
    let Ok(Some(cast)) = Cast::thaw(&run.started.definition) else { return Ok(None) };
    let attempt = state.map_or(0, |state| state.tries) + 1;
    let work = RoutedWork { workflow: &run.started.workflow, gate: id, role, attempt };
    for route in cast.routes() {
        let context = || context(driver, gate, id, attempt).map_err(|error| error.to_string());
        match route.takes(work, context) {
            Ok(false) => {}
            Ok(true) => {
                let own = route.fallback.clone();
                let fallback = own.unwrap_or_else(|| cast.fallback(&route.agent).to_vec());
                return Ok(Some(Routing::new(&route.agent, Some(route.words()), fallback)));
            }
            Err(message) => return Err(Finding::of("route", message)),
        }
    }
    let player = cast.player(role, given);
    let fallback = player.map(|name| (name, cast.fallback(name)));
    let fallback = fallback.filter(|(_, fallback)| !fallback.is_empty());
    Ok(fallback.map(|(name, fallback)| Routing::new(name, None, fallback.to_vec())))
}

/// Who takes over the work of an attempt whose surroundings failed for this reason. An agent whose work
/// the gate audits is passed over.
pub fn after(driver: &Driver<'_>, gate: &Gate, id: &GateId, failure: &str) -> Option<Routing> {
    let (project, run) = (driver.project, driver.run());
    let may = |name: &str| {
        let definition = player::definition(project, run, name);
        !audit::is_of_own_work(run, gate, definition.as_deref())
    };
    run.gate(id)?.attempt()?.routing.as_ref()?.next(failure, may)
}

/// Whether a route decides who does the work of a gate in its first attempt, whatever is left of budgets.
pub fn is_routed(run: &Run, (gate, role): (&GateId, &str), given: Option<&str>) -> bool {
    let cast = Cast::thaw(&run.started.definition).ok().flatten().unwrap_or_default();
    standing_route(&cast, run, (gate, role), given).is_some()
}

fn standing_route<'c>(
    cast: &'c Cast,
    run: &Run,
    (gate, role): (&GateId, &str),
    given: Option<&str>,
) -> Option<&'c Route> {
    let given = given.or(run.started.agent.as_deref());
    let work = RoutedWork { workflow: &run.started.workflow, gate, role, attempt: 1 };
    let is_open = role != NO_AGENT && given != Some(NO_AGENT);
    cast.routes().iter().find(|route| is_open && route.always_takes(work))
}

/// Who does the work of a gate in its first attempt, whatever is left of budgets, and who takes over.
/// What is wrong with an agent is told where it is to work.
pub fn usual(
    project: &Project,
    run: &Run,
    (gate, role): (&GateId, &str),
    given: Option<&str>,
) -> Result<(Option<Agent>, Vec<Agent>), Error> {
    let one = |name: &str| Ok(player::named(project, run, name)?.ok());
    let all = |names: &[String]| -> Result<Vec<Agent>, Error> {
        let agents = names.iter().map(|name| one(name));
        Ok(agents.collect::<Result<Vec<_>, Error>>()?.into_iter().flatten().collect())
    };
    let cast = Cast::thaw(&run.started.definition).ok().flatten().unwrap_or_default();
    let Some(route) = standing_route(&cast, run, (gate, role), given) else {
        let player = player::player(project, run, (role, given))?.ok().flatten();
        let fallback = player.as_ref().map(|agent| agent.fallback().to_vec());
        return Ok((player, all(&fallback.unwrap_or_default())?));
    };
    let agent = if route.agent == NO_AGENT { None } else { one(&route.agent)? };
    let own = route.fallback.as_deref().or(agent.as_ref().map(Agent::fallback));
    let fallback = all(own.unwrap_or_default())?;
    Ok((agent, fallback))
}

/// What the condition of a route sees.
fn context(driver: &Driver<'_>, gate: &Gate, id: &GateId, attempt: u32) -> Result<Context, Error> {
    let claim = claim::of_gate(driver, gate, id)?;
    let left = driver.meter.left(&claim).map(|left| left.unwrap_or(Amount::MAX));
    let left: BTreeMap<&str, f64> = LEFT.into_iter().zip(left).collect();
    Ok(Context::default().with("budget", &left).with("attempt", &attempt))
}
