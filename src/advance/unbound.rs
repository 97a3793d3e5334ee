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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Amount;
    use crate::executor::Prices;
    use serde_json::json;

    /// What is said of an agent that tells these things, under these budgets.
    fn said(output: serde_json::Value, measure: Measure, budgets: &[Budget]) -> Option<String> {
        let settings = json!({"command": ["poet", "{model}"], "model": "m", "output": output});
        let settings = serde_json::from_value(settings).unwrap();
        let agent = Agent::new("poet", settings, &Prices::default()).unwrap();
        warning(&agent, measure, budgets)
    }

    #[test]
    fn a_bound_that_an_agent_does_not_tell_of_is_named_with_what_binds_instead() {
        let usd = Budget::of_usd(Amount::at_most(5.0));
        let tokens = Budget { tokens: Some(1000), ..Budget::default() };
        let minutes = Budget { minutes: Some(Amount::at_most(9.0)), ..Budget::default() };
        let none = || json!({"format": "jsonl"});
        let told = || json!({"format": "jsonl", "input_tokens": "/i", "output_tokens": "/o"});
        assert_eq!(said(none(), Measure::Usd, &[tokens]), None);
        assert_eq!(said(json!({"format": "jsonl", "cost_usd": "/c"}), Measure::Usd, &[usd]), None);
        assert_eq!(said(told(), Measure::Tokens, &[tokens]), None);
        let says = |what: &str, amount: &str, instead: &str| {
            format!(
                "agent poet does not report {what}, so the budget of {amount} does not limit it; \
                 {instead}"
            )
        };
        let set = "set `minutes` to limit it";
        assert_eq!(said(none(), Measure::Usd, &[usd]).unwrap(), says("its cost", "5.00 USD", set));
        let unpriced = "its cost, and `prices` has none for its model `m`";
        let both = "the budgets of 1000 tokens and 9.0 minutes do";
        let words = said(told(), Measure::Usd, &[usd, tokens, minutes]).unwrap();
        assert_eq!(words, says(unpriced, "5.00 USD", both));
        let words = said(none(), Measure::Tokens, &[minutes, tokens]).unwrap();
        assert_eq!(words, says("its token usage", "1000 tokens", "the budget of 9.0 minutes does"));
        // The nearest budget is the one that is told.
        let near = Budget::of_usd(Amount::at_most(1.0));
        let words = said(none(), Measure::Usd, &[near, usd]).unwrap();
        assert_eq!(words, says("its cost", "1.00 USD", set));
    }
}
