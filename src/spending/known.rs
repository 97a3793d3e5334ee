//! What is known of an agent's calls: the next one is likely to be like them.

use super::Amounts;
use super::cost::tells_tokens;
use crate::budget::Measure;
use crate::event::Invocation;

/// What the calls of one agent have told.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    pub(super) dearest: Amounts,
    /// How many told their cost, and how many their tokens.
    cost: usize,
    tokens: usize,
}

impl Known {
    pub(super) fn learn(&mut self, invocation: &Invocation, amounts: &Amounts) {
        self.dearest.merge(amounts, f64::max);
        self.cost += usize::from(invocation.cost_usd.is_some());
        self.tokens += usize::from(tells_tokens(invocation));
    }

    pub(super) fn told(&self, measure: Measure) -> usize {
        match measure {
            Measure::Usd => self.cost,
            Measure::Tokens => self.tokens,
            Measure::Minutes => usize::MAX,
        }
    }
}
