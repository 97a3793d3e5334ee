//! Budgets that cannot bind: an agent that does not tell what it costs is not stopped by a
//! bound in money. Who begins or takes up a run is told so, and what binds instead.

use super::role;
use super::route;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::executor::Agent;
use crate::project::Driver;
use crate::project::Error;

/// Tells of each agent of the run which bounds do not bind it, in words. `given` was chosen for this
/// sitting.
pub fn unbound(driver: &Driver<'_>, given: Option<&str>) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    for gate in &driver.workflow.gates {
        for role in role::all(driver.run(), gate) {
            let work = (&gate.id, role.as_str());
            let (agent, _) = route::usual(driver.project, driver.run(), work, given)?;
            let Some(agent) = agent else { continue };
            let budgets = [gate.budget, agent.budget.unwrap_or_default(), driver.run().budget];
            for warning in [Measure::Usd, Measure::Tokens]
                .into_iter()
                .filter_map(|measure| warning(&agent, measure, &budgets))
            {
                if !warnings.contains(&warning) {
                    warnings.push(warning);
                }
            }
        }
    }
    Ok(warnings)
}

/// Why a bound does not bind, where that is so; the nearest budget comes first.
fn warning(agent: &Agent, measure: Measure, budgets: &[Budget]) -> Option<String> {
    let bound = |measure: Measure| budgets.iter().find_map(|budget| budget.bound(measure));
    let amount = measure.show(bound(measure)?);
    if agent.can_tell(measure) {
        return None;
    }
    let instead: Vec<String> = Measure::ALL
        .into_iter()
        .filter(|other| *other != measure && agent.can_tell(*other))
        .filter_map(|other| Some(other.show(bound(other)?)))
        .collect();
    let instead = match instead.as_slice() {
        [] => "set `minutes` to limit it".to_owned(),
        [only] => format!("the budget of {only} does"),
        [first, rest @ ..] => format!("the budgets of {first} and {} do", rest.join(" and ")),
    };
    let name = &agent.name;
    let what = match (measure, agent.can_tell(Measure::Tokens), &agent.model) {
        (Measure::Usd, true, Some(model)) => {
            format!("its cost, and `prices` has none for its model `{model}`")
        }
        (Measure::Usd, true, None) => "its cost, and without `model` it has no price".to_owned(),
        (Measure::Usd, false, _) => "its cost".to_owned(),
        (Measure::Tokens | Measure::Minutes, _, _) => "its token usage".to_owned(),
    };
    Some(format!(
        "agent {name} does not report {what}, so the budget of {amount} does not limit it; \
         {instead}"
    ))
}
