//! What a run has spent, in words.

use crate::budget::Budget;
use crate::budget::Measure;
use crate::spending::Cost;
use serde::Serialize;

/// What is spent of one measure.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Spending {
    /// In words: `spent 0.50 USD of 5.00 USD, cost unknown for 1 of 2 calls`.
    pub words: String,
    /// Whether the line is passed at which a warning is given.
    pub is_near: bool,
}

/// What is spent, one line for each measure that is bounded or known.
pub fn spending(cost: &Cost, budget: &Budget) -> Vec<Spending> {
    let bounded = |measure| budget.bound(measure).is_some();
    let is_nothing_known = cost.cost_usd.is_none() && cost.tokens.is_none();
    let is_any_unknown = cost.cost_unknown > 0 && cost.cost_unknown == cost.tokens_unknown;
    if is_nothing_known && is_any_unknown && !Measure::ALL.iter().any(|it| bounded(*it)) {
        let words = unknown("cost and tokens", cost.cost_unknown, cost);
        return vec![Spending { words, is_near: false }];
    }
    let line = |measure: &Measure| {
        let bound = budget.bound(*measure);
        let (known, unknown) = match measure {
            Measure::Usd => (cost.cost_usd.is_some(), cost.cost_unknown),
            Measure::Tokens => (cost.tokens.is_some(), cost.tokens_unknown),
            Measure::Minutes => (bound.is_some(), 0),
        };
        if !known && unknown == 0 && bound.is_none() {
            return None;
        }
        let spent = cost.spent(*measure);
        let what = if *measure == Measure::Usd { "cost" } else { "tokens" };
        let words = if known || unknown == 0 {
            let is_estimate = *measure == Measure::Usd && cost.cost_is_estimate;
            let estimated = if is_estimate { " (estimated)" } else { "" };
            let of = bound.map(|bound| format!(" of {}", measure.show(bound)));
            let rest = (unknown > 0).then(|| format!(", {}", self::unknown(what, unknown, cost)));
            format!(
                "spent {}{estimated}{}{}",
                measure.show(spent),
                of.unwrap_or_default(),
                rest.unwrap_or_default()
            )
        } else {
            let budget = bound.map(|bound| format!(" (budget {})", measure.show(bound)));
            format!("{}{}", self::unknown(what, unknown, cost), budget.unwrap_or_default())
        };
        let is_near = bound.is_some_and(|bound| spent >= bound * budget.warning_share());
        Some(Spending { words, is_near })
    };
    Measure::ALL.iter().filter_map(line).collect()
}

fn unknown(what: &str, unknown: u64, cost: &Cost) -> String {
    format!("{what} unknown for {unknown} of {} calls", cost.calls)
}
