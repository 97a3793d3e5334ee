//! What a brief says of money, tokens and time, and what is left of them.

use super::content::Facts;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::clock;
use crate::standing;
use crate::standing::Tally;
use crate::standing::Variance;
use serde::Serialize;

/// Money, tokens and time. What is unknown is null, never zero.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct BriefSpending {
    /// Known cost in total.
    pub cost_usd: Option<f64>,
    /// The same in words.
    pub cost: String,
    /// Number of calls.
    pub calls: u64,
    /// Number of calls of unknown cost.
    pub calls_of_unknown_cost: u64,
    /// Known tokens in total, in and out.
    pub tokens: Option<u64>,
    /// The run's budget.
    pub budget: Budget,
    /// What is left of the budget, or of that of the run around this one if that is less.
    pub remaining_usd: Option<f64>,
    /// The budget and what is left of it, in words.
    pub limit: Option<String>,
    /// Working time in seconds.
    pub active_s: u64,
    /// The same in words.
    pub active: String,
    /// Waiting time in seconds.
    pub waiting_s: u64,
    /// The same in words.
    pub waiting: String,
    /// The sum of all estimates, in seconds.
    pub estimate_s: Option<u64>,
    /// The estimates in words.
    pub estimate: Option<String>,
    /// Working time minus the estimate, in seconds.
    pub variance_s: Option<i64>,
    /// The variance in words.
    pub variance: Option<String>,
}

pub(super) fn spent(facts: &Facts<'_>) -> BriefSpending {
    let Facts { run, workflow, tally, .. } = facts;
    let Tally { cost, spent, .. } = tally;
    let left = tally.remaining_usd();
    let limit = tally.bound.bound(Measure::Usd).zip(left).map(|(usd, left)| {
        let [usd, left] = [usd, left].map(|amount| Measure::Usd.show(amount));
        match &facts.bound_by {
            Some(key) => format!("{left} left in session `{key}`"),
            None => format!("{usd}, {left} left"),
        }
    });
    let known = cost.known_usd();
    let estimate = standing::estimate(workflow, run);
    let variance = |estimate| match tally.variance(estimate) {
        Variance::Over(over) => format!("{} over", clock::in_words(over)),
        Variance::Under(under) => format!("{} under", clock::in_words(under)),
    };
    BriefSpending {
        cost_usd: known.map(in_millionths),
        cost: known.map_or_else(|| "unknown".to_owned(), |usd| Measure::Usd.show(usd)),
        calls: cost.calls,
        calls_of_unknown_cost: cost.cost_unknown,
        tokens: cost.tokens,
        budget: tally.budget,
        remaining_usd: left.map(in_millionths),
        limit,
        active_s: spent.active.as_secs(),
        active: clock::in_words(spent.active),
        waiting_s: spent.waiting.as_secs(),
        waiting: clock::in_words(spent.waiting),
        estimate_s: estimate.map(|estimate| estimate.as_secs()),
        estimate: estimate.map(clock::in_words),
        variance_s: estimate.and_then(|estimate| tally.variance_s(estimate.as_secs())),
        variance: estimate.map(variance),
    }
}

/// Sums of dollars without the dust of binary fractions.
fn in_millionths(usd: f64) -> f64 {
    (usd * 1e6).round() / 1e6
}
