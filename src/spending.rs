//! Money, tokens and minutes: what a run's invocations came to, and whether its budgets
//! can carry one more. Pure; who drives a run keeps a [`Ledger`] of what is at work.

use crate::budget::Budget;
use crate::budget::Measure;
use crate::event::Event;
use crate::event::Invocation;
use crate::event::InvocationStatus;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::run::Run;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Below this two amounts are the same: sums of fractions are never exact.
const NOTHING: f64 = 1e-9;

/// How every reason begins for which a budget stops a run.
const REASON: &str = "the budget of ";

/// Whether a run was stopped by a budget.
pub fn is_budget_reason(reason: &str) -> bool {
    reason.starts_with(REASON)
}

/// What invocations came to together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Cost {
    pub calls: u64,
    /// Known costs together; null where none is known.
    pub cost_usd: Option<f64>,
    /// Whether a price table made a part of it.
    pub cost_is_estimate: bool,
    /// Calls of which nobody knows what they cost.
    pub cost_unknown: u64,
    /// Known tokens together, in and out; null where none are known.
    pub tokens: Option<u64>,
    /// Calls of which nobody knows how many tokens they used.
    pub tokens_unknown: u64,
    pub minutes: f64,
}

impl Cost {
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

    pub fn add(&mut self, invocation: &Invocation) {
        self.calls += 1;
        self.minutes += minutes(invocation);
        match invocation.cost_usd {
            Some(usd) => self.cost_usd = Some(self.cost_usd.unwrap_or(0.0) + usd),
            None => self.cost_unknown += u64::from(can_cost(&invocation.executor)),
        }
        self.cost_is_estimate |= invocation.cost_is_estimate;
        match tokens(invocation) {
            Some(tokens) => self.tokens = Some(self.tokens.unwrap_or(0).saturating_add(tokens)),
            None => self.tokens_unknown += u64::from(can_cost(&invocation.executor)),
        }
    }

    /// One more call of which nothing is known.
    pub fn add_lost(&mut self) {
        self.calls += 1;
        self.cost_unknown += 1;
        self.tokens_unknown += 1;
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
            let is_over = attempt.finished_at.is_some() && can_cost(&attempt.executor);
            let ids = attempt.invocation_ids.iter().filter(|id| is_over && !recorded.contains(id));
            lost.extend(ids.map(|_| (gate, attempt)));
        }
    }
    lost
}

/// Whether this executor may use money and tokens, and not time alone.
fn can_cost(executor: &str) -> bool {
    executor != "command"
}

fn tokens(invocation: &Invocation) -> Option<u64> {
    match (invocation.input_tokens, invocation.output_tokens) {
        (None, None) => None,
        (input, output) => Some(input.unwrap_or(0).saturating_add(output.unwrap_or(0))),
    }
}

#[expect(clippy::cast_precision_loss, reason = "durations stay far below 2^53 milliseconds")]
fn minutes(invocation: &Invocation) -> f64 {
    invocation.duration_ms as f64 / 60_000.0
}

/// An amount of each measure.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Amounts {
    pub usd: f64,
    pub tokens: f64,
    pub minutes: f64,
}

impl Amounts {
    fn of(invocation: &Invocation) -> Self {
        let cost = Cost::of([invocation]);
        Self {
            usd: cost.spent(Measure::Usd),
            tokens: cost.spent(Measure::Tokens),
            minutes: cost.spent(Measure::Minutes),
        }
    }

    fn get(&self, measure: Measure) -> f64 {
        match measure {
            Measure::Usd => self.usd,
            Measure::Tokens => self.tokens,
            Measure::Minutes => self.minutes,
        }
    }

    fn merge(&mut self, other: &Self, join: impl Fn(f64, f64) -> f64) {
        self.usd = join(self.usd, other.usd);
        self.tokens = join(self.tokens, other.tokens);
        self.minutes = join(self.minutes, other.minutes);
    }
}

/// Whose budget it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    Run,
    Gate(GateId),
    Agent(String),
}

/// A call that wants to begin, or has.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub gate: GateId,
    /// As the record names it.
    pub agent: Option<String>,
    /// Whether money and tokens may go to it, and not time alone.
    pub can_cost: bool,
    pub run_budget: Budget,
    pub gate_budget: Budget,
    pub agent_budget: Budget,
}

impl Claim {
    /// The budgets that it draws on, the nearest first.
    fn budgets(&self) -> Vec<(Scope, Budget)> {
        let mut budgets = vec![(Scope::Gate(self.gate.clone()), self.gate_budget)];
        let agent = self.agent.clone().map(Scope::Agent);
        budgets.extend(agent.map(|agent| (agent, self.agent_budget)));
        budgets.push((Scope::Run, self.run_budget));
        budgets
    }

    fn measures(&self) -> &'static [Measure] {
        if self.can_cost { &Measure::ALL } else { &[Measure::Minutes] }
    }
}

#[derive(Debug, Clone)]
struct AtWork {
    claim: Claim,
    reserved: Budget,
    told: Amounts,
}

/// What is spent and what is at work, by whose budget it goes to.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    settled: BTreeMap<Scope, Amounts>,
    /// The dearest call of each agent.
    dearest: BTreeMap<String, Amounts>,
    at_work: BTreeMap<InvocationId, AtWork>,
}

impl Ledger {
    /// Of a run that nobody is at work on.
    pub fn of(run: &Run) -> Self {
        let mut ledger = Self::default();
        for (index, invocation) in run.invocations.iter().enumerate() {
            if index == run.shares_from {
                ledger.settled.retain(|scope, _| *scope == Scope::Run);
            }
            ledger.settle(invocation);
        }
        if run.shares_from >= run.invocations.len() {
            ledger.settled.retain(|scope, _| *scope == Scope::Run);
        }
        ledger
    }

    /// Follows what was written of the run.
    pub fn note(&mut self, event: &Event) {
        if let Event::InvocationRecorded(invocation) = event {
            self.at_work.remove(&invocation.invocation_id);
            self.settle(invocation);
        } else if let Event::BudgetSet { .. } = event {
            self.settled.retain(|scope, _| *scope == Scope::Run);
        }
    }

    fn settle(&mut self, invocation: &Invocation) {
        let amounts = Amounts::of(invocation);
        let mut scopes = vec![Scope::Run, Scope::Gate(invocation.gate.clone())];
        scopes.extend(invocation.agent.clone().map(Scope::Agent));
        for scope in scopes {
            self.settled.entry(scope).or_default().merge(&amounts, |one, other| one + other);
        }
        // One that was cut off says little of what the next one needs.
        if let (Some(agent), true) =
            (&invocation.agent, invocation.status != InvocationStatus::Interrupted)
        {
            self.dearest.entry(agent.clone()).or_default().merge(&amounts, f64::max);
        }
    }

    /// What to hold ready for a call, or why no budget can carry it now.
    pub fn need(&self, claim: &Claim) -> Result<Budget, String> {
        let mut reserved = Budget::default();
        for measure in claim.measures() {
            let bound = |(scope, budget): (Scope, Budget)| Some((scope, budget.bound(*measure)?));
            let bounds: Vec<(Scope, f64)> = claim.budgets().into_iter().filter_map(bound).collect();
            if bounds.is_empty() {
                continue;
            }
            let left = |(scope, bound): &(Scope, f64)| bound - self.taken(scope, *measure);
            let own = bounds.iter().find(|(scope, _)| *scope != Scope::Run).map(left);
            let dearest = claim.agent.as_ref().and_then(|agent| self.dearest.get(agent));
            let dearest = dearest.map(|amounts| amounts.get(*measure));
            let need = own.or(dearest).unwrap_or(0.0).max(0.0);
            for bounded in &bounds {
                let (name, left) = (name(&bounded.0, *measure, bounded.1), left(bounded));
                if left <= NOTHING {
                    return Err(format!("{name} is spent"));
                }
                if need > left + NOTHING {
                    let (left, need) = (measure.show(left), measure.show(need));
                    let gate = &claim.gate;
                    return Err(format!("{name} has {left} left, and {gate} may need {need}"));
                }
            }
            if need > NOTHING {
                reserved = reserved.with(*measure, need);
            }
        }
        Ok(reserved)
    }

    /// Why nothing is left of a run's budget, where that is so.
    pub fn run_out(&self, budget: Budget) -> Option<String> {
        Measure::ALL.into_iter().find_map(|measure| {
            let bound = budget.bound(measure)?;
            let is_spent = self.settled(&Scope::Run, measure) >= bound - NOTHING;
            is_spent.then(|| format!("{} is spent", name(&Scope::Run, measure, bound)))
        })
    }

    /// A call begins.
    pub fn begin(&mut self, id: InvocationId, claim: Claim, reserved: Budget) {
        self.at_work.insert(id, AtWork { claim, reserved, told: Amounts::default() });
    }

    /// A call at work tells what it has used so far; where that passes a budget, together with
    /// all else that is at work, it must end, and here is why.
    pub fn tell(&mut self, id: &InvocationId, told: Amounts) -> Option<String> {
        let own = self.at_work.get_mut(id)?;
        own.told = told;
        let claim = own.claim.clone();
        claim.measures().iter().find_map(|measure| {
            claim.budgets().into_iter().find_map(|(scope, budget)| {
                let bound = budget.bound(*measure)?;
                let told = self.sum(&scope, |call| call.told.get(*measure));
                let spent = self.settled(&scope, *measure) + told;
                let is_over = spent >= bound - NOTHING;
                is_over.then(|| format!("{} is spent", name(&scope, *measure, bound)))
            })
        })
    }

    /// Which budgets of a call that ends with this event pass their warning, and how.
    pub fn warnings(&self, invocation: &Invocation) -> Vec<String> {
        let Some(call) = self.at_work.get(&invocation.invocation_id) else { return Vec::new() };
        let amounts = Amounts::of(invocation);
        let mut warnings = Vec::new();
        for (scope, budget) in call.claim.budgets() {
            for measure in Measure::ALL {
                let Some(bound) = budget.bound(measure) else { continue };
                let before = self.settled(&scope, measure);
                let after = before + amounts.get(measure);
                let line = bound * budget.warning_share();
                if before < line && after >= line {
                    let (name, spent) = (name(&scope, measure, bound), measure.show(after));
                    warnings.push(format!("{spent} of {name} are spent"));
                }
            }
        }
        warnings
    }

    fn settled(&self, scope: &Scope, measure: Measure) -> f64 {
        self.settled.get(scope).map_or(0.0, |amounts| amounts.get(measure))
    }

    /// What is spent, and what those at work hold or have passed already.
    fn taken(&self, scope: &Scope, measure: Measure) -> f64 {
        let held = self.sum(scope, |call| {
            call.reserved.bound(measure).unwrap_or(0.0).max(call.told.get(measure))
        });
        self.settled(scope, measure) + held
    }

    fn sum(&self, scope: &Scope, amount: impl Fn(&AtWork) -> f64) -> f64 {
        let draws = |call: &&AtWork| match scope {
            Scope::Run => true,
            Scope::Gate(gate) => call.claim.gate == *gate,
            Scope::Agent(agent) => call.claim.agent.as_ref() == Some(agent),
        };
        self.at_work.values().filter(draws).map(amount).sum()
    }
}

fn name(scope: &Scope, measure: Measure, bound: f64) -> String {
    let whose = match scope {
        Scope::Run => String::new(),
        Scope::Gate(gate) => format!(" of gate {gate}"),
        Scope::Agent(agent) => format!(" of agent {agent}"),
    };
    format!("{REASON}{}{whose}", measure.show(bound))
}

#[cfg(test)]
mod tests;
