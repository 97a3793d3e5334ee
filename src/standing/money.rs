//! What a run has spent, in words.

use crate::budget::Budget;
use crate::budget::Measure;
use crate::spending::Cost;
use serde::Serialize;

/// What is spent of one measure.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Spending {
    /// In words: `0.50 USD of 5.00 USD, cost unknown for 1 of 2 calls`.
    pub words: String,
    /// Whether the line is passed at which a warning is given.
    pub is_near: bool,
}

/// What is spent, one line for each measure that is bounded or known.
pub fn spending(cost: &Cost, budget: &Budget) -> Vec<Spending> {
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
        let mut words = if known || unknown == 0 {
            measure.show(spent)
        } else {
            "an unknown amount".to_owned()
        };
        if *measure == Measure::Usd && cost.cost_is_estimate {
            words.push_str(" (estimated)");
        }
        words.extend(bound.map(|bound| format!(" of {}", measure.show(bound))));
        if unknown > 0 {
            let what = if *measure == Measure::Usd { "cost" } else { "tokens" };
            words.push_str(&format!(", {what} unknown for {unknown} of {} calls", cost.calls));
        }
        let is_near = bound.is_some_and(|bound| spent >= bound * budget.warning_share());
        Some(Spending { words, is_near })
    };
    Measure::ALL.iter().filter_map(line).collect()
}
