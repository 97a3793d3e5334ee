//! What invocations came to: the known figures added up, the unknown ones counted.

use crate::budget::Measure;
use crate::event::Invocation;
use crate::executor::ExecutorKind;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::run::Run;
use serde::Serialize;
use std::collections::BTreeSet;

/// What invocations came to together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Cost {
    /// The number of calls.
    pub calls: u64,
    /// Known costs together; null where none is known.
    pub cost_usd: Option<f64>,
    /// Whether a price table made a part of it.
    pub cost_is_estimate: bool,
    /// Calls of which nobody knows what they cost.
    pub cost_unknown: u64,
    /// Known tokens together, in and out; null where none are known.
    pub tokens: Option<u64>,
    /// Calls of which nobody knows in full how many tokens they used: what went in, what came out,
    /// or both.
    pub tokens_unknown: u64,
    /// Minutes of work together.
    pub minutes: f64,
}

impl Cost {
    /// What some invocations came to.
    pub fn of<'i>(invocations: impl IntoIterator<Item = &'i Invocation>) -> Self {
        let mut cost = Self::default();
        for invocation in invocations {
            cost.add(invocation);
        }
        cost
    }

    /// Of a whole run, calls among them that were cut off before they could be recorded.
    pub fn of_run(run: &Run) -> Self {
        let mut cost = Self::of(&run.invocations);
        for _ in lost(run) {
            cost.add_lost();
        }
        cost
    }

    /// Adds one invocation.
    pub fn add(&mut self, invocation: &Invocation) {
        self.calls += 1;
        self.minutes += minutes(invocation);
        match invocation.cost_usd {
            // A journal may hold costs that are taken no more: a record has no word for infinity.
            Some(usd) => self.cost_usd = Some((self.cost_usd.unwrap_or(0.0) + usd).min(f64::MAX)),
            None => self.cost_unknown += u64::from(can_cost(invocation.executor)),
        }
        self.cost_is_estimate |= invocation.cost_is_estimate;
        let known = [invocation.input_tokens, invocation.output_tokens];
        for tokens in known.into_iter().flatten() {
            self.tokens = Some(self.tokens.unwrap_or(0).saturating_add(tokens));
        }
        if !tells_tokens(invocation) {
            self.tokens_unknown += u64::from(can_cost(invocation.executor));
        }
    }

    /// One more call of which nothing is known.
    pub fn add_lost(&mut self) {
        self.calls += 1;
        self.cost_unknown += 1;
        self.tokens_unknown += 1;
    }

    /// What is known to be spent in money: nothing, where no call could cost any; null where calls did
    /// and none said how much.
    pub fn known_usd(&self) -> Option<f64> {
        self.cost_usd.or((self.cost_unknown == 0).then_some(0.0))
    }

    /// How much of one measure is known to be spent.
    pub fn spent(&self, measure: Measure) -> f64 {
        match measure {
            Measure::Usd => self.cost_usd.unwrap_or(0.0),
            #[expect(clippy::cast_precision_loss, reason = "token counts stay far below 2^53")]
            Measure::Tokens => self.tokens.unwrap_or(0) as f64,
            Measure::Minutes => self.minutes,
        }
    }
}

/// Calls of agents that were begun and never recorded, by gate and attempt: whoever drove the run
/// was killed, and what they cost is unknown.
pub fn lost(run: &Run) -> Vec<(&GateId, &crate::run::Attempt)> {
    let recorded: BTreeSet<&InvocationId> =
        run.invocations.iter().map(|invocation| &invocation.invocation_id).collect();
    let mut lost = Vec::new();
    for (gate, state) in &run.gates {
        for attempt in &state.attempts {
            let is_over = attempt.finished_at.is_some() && can_cost(attempt.executor);
            let ids = attempt.invocation_ids.iter().filter(|id| is_over && !recorded.contains(id));
            lost.extend(ids.map(|_| (gate, attempt)));
        }
    }
    lost
}

/// Whether this executor may use money and tokens, and not time alone.
fn can_cost(executor: ExecutorKind) -> bool {
    match executor {
        ExecutorKind::Human | ExecutorKind::Agent | ExecutorKind::Workflow => true,
        ExecutorKind::Command => false,
    }
}

/// Whether a call has told all the tokens that it used: those that went in are no sum.
pub(super) fn tells_tokens(invocation: &Invocation) -> bool {
    invocation.input_tokens.is_some() && invocation.output_tokens.is_some()
}

#[expect(clippy::cast_precision_loss, reason = "durations stay far below 2^53 milliseconds")]
fn minutes(invocation: &Invocation) -> f64 {
    invocation.duration_ms as f64 / 60_000.0
}
