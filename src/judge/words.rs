//! A contract in words, for the packet: what is demanded of each output, and what the gate's decision is
//! read from.

use super::applies;
use super::implied;
use super::in_words;
use crate::check::Check;
use crate::contract::Contract;
use crate::contract::Rule;
use crate::finding::Severity;
use crate::packet::Demand;
use crate::template::Context;

/// Every rule that applies in words, for the packet: what is demanded, and what the gate's decision is
/// read from. `is_fresh` says whether outputs are written anew that say nothing of it, `answers_refusal`
/// whether one of them must differ from what was refused.
pub fn words(
    contract: &Contract,
    (is_fresh, answers_refusal): (bool, bool),
    context: &Context,
) -> (Vec<Demand>, Vec<Demand>) {
    let mut demands = Vec::new();
    let mut decisions = Vec::new();
    let mut take = |subject: Option<String>, rules: &[&Rule], more: Option<&str>| {
        let applying = rules.iter().filter(|rule| applies(rule, context) != Ok(false));
        let (verdicts, form): (Vec<&Rule>, Vec<&Rule>) =
            applying.partition(|rule| rule.is_decision);
        let points = form.into_iter().map(|rule| demanded(rule, context));
        let points = points.chain(more.map(str::to_owned)).collect();
        push(&mut demands, Demand { subject: subject.clone(), points });
        let points = verdicts.into_iter().map(|rule| decided(rule, context)).collect();
        push(&mut decisions, Demand { subject, points });
    };
    for output in &contract.outputs {
        let shown = output.markdown(context).unwrap_or_else(|error| error.to_string());
        let implied = if output.optional { None } else { implied(output) };
        let rules: Vec<&Rule> = implied.iter().chain(&output.checks).collect();
        let fresh =
            output.is_fresh(is_fresh).then_some(if answers_refusal { CHANGED } else { WRITTEN });
        take(Some(shown), &rules, fresh);
    }
    take(None, &contract.checks.iter().collect::<Vec<_>>(), None);
    (demands, decisions)
}

/// What is asked of an output that is written anew.
const WRITTEN: &str = "it is written in this round of the gate; an older file does not count";

/// What is asked of one where the work was refused.
const CHANGED: &str = "it differs from the refused version, unless another output does";

/// Where something is asked for.
fn push(demands: &mut Vec<Demand>, demand: Demand) {
    if !demand.points.is_empty() {
        demands.push(demand);
    }
}

/// A rule as it is demanded: by its message, where it has one. Scripts and patterns are nothing to read.
fn demanded(rule: &Rule, context: &Context) -> String {
    let check = rule.build(context);
    let said = match &rule.message {
        None => plainly(rule, &check),
        Some(message) => {
            let beside = match &check {
                Ok(check) => check.words_beside_message(),
                Err(_) => Some(plainly(rule, &check)),
            };
            let beside = beside.map(|beside| format!(" ({beside})")).unwrap_or_default();
            format!("{}{beside}", in_words(message, context))
        }
    };
    match rule.severity {
        Severity::Error => said,
        Severity::Warning | Severity::Info => format!("{said} (warning only)"),
    }
}

/// What a verdict is read from, which is nothing to reach for.
fn decided(rule: &Rule, context: &Context) -> String {
    format!("it counts as an approval only if {}", plainly(rule, &rule.build(context)))
}

fn plainly(rule: &Rule, check: &Result<Box<dyn Check + Send + Sync>, String>) -> String {
    match check {
        Ok(check) => check.words(),
        Err(error) => format!("{} ({error})", rule.kind.name),
    }
}
