//! Money, tokens and minutes: what a run's invocations came to, and whether its budgets
//! can carry one more. Pure; who drives a run keeps a [`Ledger`] of what is at work.

mod cost;
mod known;

pub use cost::Cost;
pub use cost::lost;

use crate::budget::Budget;
use crate::budget::Measure;
use crate::event::Event;
use crate::event::Invocation;
use crate::event::InvocationStatus;
use crate::executor::Usage;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::run::Run;
use known::Known;
use std::collections::BTreeMap;
use std::time::Duration;

/// Below this two amounts are the same: sums of fractions are never exact.
pub const NOTHING: f64 = 1e-9;

/// How many times as dear as the dearest before it a call beside others may become.
const DEARER: f64 = 5.0;

/// The share of the whole budget that a call beside others may take, however cheap those before it
/// were.
const SHARE: f64 = 0.5;

/// An amount of each measure.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Amounts {
    /// US dollars.
    pub usd: f64,
    /// Tokens, in and out.
    pub tokens: f64,
    /// Minutes of work.
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

    /// What a call has used so far that tells this, and so long.
    pub fn used(usage: &Usage, elapsed: Duration) -> Self {
        let tokens =
            usage.input_tokens.unwrap_or(0).saturating_add(usage.output_tokens.unwrap_or(0));
        #[expect(clippy::cast_precision_loss, reason = "token counts stay far below 2^53")]
        let tokens = tokens as f64;
        let usd = usage.cost_usd.unwrap_or(0.0);
        Self { usd, tokens, minutes: elapsed.as_secs_f64() / 60.0 }
    }

    /// What a run has spent, and what its calls at work hold, by its events.
    pub fn of_events<'e>(events: impl IntoIterator<Item = &'e Event>) -> Self {
        let mut sum = Self::default();
        let mut at_work = BTreeMap::new();
        for event in events {
            if let Event::InvocationStarted { invocation_id, reserved, .. } = event {
                at_work.insert(invocation_id, reserved);
            } else if let Event::InvocationRecorded(invocation) = event {
                at_work.remove(&invocation.invocation_id);
                sum.add(&Self::of(invocation));
            }
        }
        for reserved in at_work.into_values() {
            let held = |measure| reserved.bound(measure).unwrap_or(0.0);
            let (usd, tokens) = (held(Measure::Usd), held(Measure::Tokens));
            sum.add(&Self { usd, tokens, minutes: held(Measure::Minutes) });
        }
        sum
    }

    /// The same, but no less of any measure than a budget bounds it to.
    #[must_use]
    pub fn at_least(mut self, share: &Budget) -> Self {
        let bound = |measure| share.bound(measure).unwrap_or(0.0);
        let (usd, tokens) = (bound(Measure::Usd), bound(Measure::Tokens));
        self.merge(&Self { usd, tokens, minutes: bound(Measure::Minutes) }, f64::max);
        self
    }

    /// Adds other amounts, measure by measure.
    pub fn add(&mut self, other: &Self) {
        self.merge(other, |one, other| one + other);
    }

    /// The amount of one measure.
    pub fn get(&self, measure: Measure) -> f64 {
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
    /// What the run may come to as a part of others.
    Sitting,
    Gate(GateId),
    Agent(String),
}

impl Scope {
    /// Whether all calls of the run draw on it.
    fn is_whole(&self) -> bool {
        matches!(self, Self::Run | Self::Sitting)
    }
}

/// A call that wants to begin, or has.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The gate it works at.
    pub gate: GateId,
    /// As the record names it.
    pub agent: Option<String>,
    /// The definition that the agent ends in: what one call of it told holds for the next.
    pub definition: Option<String>,
    /// The agent whose budget it draws on, whatever role it plays.
    pub purse: Option<String>,
    /// Whether money and tokens may go to it, and not time alone.
    pub can_cost: bool,
    /// The run's budget.
    pub run_budget: Budget,
    /// What the run may come to under the budget of the sitting that it is a part of.
    pub sitting_budget: Budget,
    /// The gate's budget.
    pub gate_budget: Budget,
    /// The agent's budget.
    pub agent_budget: Budget,
}

impl Claim {
    /// The budgets that it draws on, the nearest first.
    fn budgets(&self) -> Vec<(Scope, Budget)> {
        let mut budgets = vec![(Scope::Gate(self.gate.clone()), self.gate_budget)];
        let agent = self.purse.clone().map(Scope::Agent);
        budgets.extend(agent.map(|agent| (agent, self.agent_budget)));
        budgets.push((Scope::Run, self.run_budget));
        budgets.push((Scope::Sitting, self.sitting_budget));
        budgets
    }

    /// Whether nothing but the run's budget bounds it, and that not before it has ended. Minutes are
    /// counted while they pass.
    fn is_open_in(&self, measure: Measure) -> bool {
        let is_stated = [self.gate_budget, self.agent_budget]
            .iter()
            .any(|budget| budget.bound(measure).is_some());
        self.can_cost && measure != Measure::Minutes && !is_stated
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
    /// What the calls of each agent have told, by its definition.
    known: BTreeMap<String, Known>,
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
        } else if let Event::GateWaiting { gate, .. } = event {
            // Somebody else does it: nothing of it is told here.
            self.at_work.retain(|_, call| call.claim.gate != *gate);
        } else if let Event::BudgetSet { .. } = event {
            self.settled.retain(|scope, _| *scope == Scope::Run);
        }
    }

    fn settle(&mut self, invocation: &Invocation) {
        let amounts = Amounts::of(invocation);
        let mut scopes = vec![Scope::Run, Scope::Gate(invocation.gate.clone())];
        scopes.extend(invocation.worker.purse.clone().map(Scope::Agent));
        for scope in scopes {
            self.settled
                .entry(scope)
                .or_default()
                .merge(&amounts, |one, other| (one + other).min(f64::MAX));
        }
        // One that was cut off says little of what the next one needs.
        let agent = invocation.worker.definition.as_ref().or(invocation.agent.as_ref());
        if let (Some(agent), true) = (agent, invocation.status != InvocationStatus::Interrupted) {
            self.known.entry(agent.clone()).or_default().learn(invocation, &amounts);
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
            let own = bounds.iter().find(|(scope, _)| !scope.is_whole()).map(left);
            let known = claim.definition.as_ref().or(claim.agent.as_ref());
            let known = known.and_then(|agent| self.known.get(agent));
            let dearest = known.map(|known| known.dearest.get(*measure));
            let need = own.or(dearest).unwrap_or(0.0).max(0.0);
            for bounded in &bounds {
                let (name, left) = (name(&bounded.0, *measure, bounded.1), left(bounded));
                if left <= NOTHING {
                    return Err(format!("{name} is spent"));
                }
                if need > left + NOTHING {
                    let (left, need) = (measure.show(left), measure.show(need));
                    let gate = &claim.gate;
                    return Err(format!("{name} has {left} left, but gate {gate} may need {need}"));
                }
            }
            let calls = known.map_or(0, |known| known.told(*measure));
            if claim.is_open_in(*measure) && !self.has_room(claim, *measure, (need, calls)) {
                let gate = &claim.gate;
                return Err(format!(
                    "gate {gate} is waiting for running calls to report their usage"
                ));
            }
            if need > NOTHING {
                reserved = reserved.with(*measure, need);
            }
        }
        Ok(reserved)
    }

    /// The most that a call may use before one of its budgets is spent, beside what the calls at work
    /// hold; `None` where nothing bounds it.
    pub fn left(&self, claim: &Claim, measure: Measure) -> Option<f64> {
        let left = |(scope, budget): (Scope, Budget)| {
            Some((budget.bound(measure)? - self.taken(&scope, measure)).max(0.0))
        };
        claim.budgets().into_iter().filter_map(left).min_by(f64::total_cmp)
    }

    /// Whether a call that only the run's budget bounds may begin beside those at work. A call can
    /// cost more than any before it, and tells so when it is too late: so no more of them go side by
    /// side than calls of this agent have told what they used, and what is left carries all of them
    /// but one at far more than they should need. Then the run is one call over at most.
    fn has_room(&self, claim: &Claim, measure: Measure, (need, calls): (f64, usize)) -> bool {
        let open = || self.at_work.values().filter(|call| call.claim.is_open_in(measure));
        let beside = open().count();
        if beside == 0 {
            return true;
        }
        let budget = claim.run_budget.narrowed(claim.sitting_budget);
        let Some(bound) = budget.bound(measure) else { return true };
        let held: Vec<f64> =
            open().map(|call| call.reserved.bound(measure).unwrap_or(0.0)).collect();
        let left = bound - self.taken(&Scope::Run, measure) + held.iter().sum::<f64>();
        let feared = held.into_iter().chain([need]).map(|need| (need * DEARER).max(bound * SHARE));
        let (all, dearest) =
            feared.fold((0.0, 0.0_f64), |(all, most), one| (all + one, most.max(one)));
        beside < calls && all - dearest <= left + NOTHING
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
                    warnings.push(format!("{spent} of {name} is spent"));
                }
            }
        }
        warnings
    }

    fn settled(&self, scope: &Scope, measure: Measure) -> f64 {
        let scope = if scope.is_whole() { &Scope::Run } else { scope };
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
            Scope::Run | Scope::Sitting => true,
            Scope::Gate(gate) => call.claim.gate == *gate,
            Scope::Agent(agent) => call.claim.purse.as_ref() == Some(agent),
        };
        self.at_work.values().filter(draws).map(amount).sum()
    }
}

fn name(scope: &Scope, measure: Measure, bound: f64) -> String {
    let whose = match scope {
        Scope::Run => String::new(),
        Scope::Sitting => " left to this run".to_owned(),
        Scope::Gate(gate) => format!(" of gate {gate}"),
        Scope::Agent(agent) => format!(" of agent {agent}"),
    };
    format!("the budget of {}{whose}", measure.show(bound))
}

#[cfg(test)]
mod tests;
