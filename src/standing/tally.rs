//! Time and money of a run up to a moment, and what is left of what it may spend.

use super::Spending;
use super::money;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::clock::Moment;
use crate::run::Run;
use crate::run::Session;
use crate::run::Spent;
use crate::spending::Cost;
use crate::workflow::Workflow;
use std::time::Duration;

/// Time and money of a run up to a moment.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Tally {
    /// From its start to its end, or to that moment.
    pub lasted: Duration,
    /// How long its gates were worked on, and how long they waited.
    pub spent: Spent,
    /// What its calls cost.
    pub cost: Cost,
    /// Its own budget.
    pub budget: Budget,
    /// The most that it may come to by itself: its own budget, unless other runs leave it less.
    pub bound: Budget,
}

impl Tally {
    /// Of a run that no other one takes anything from.
    pub fn of(run: &Run, now: Moment) -> Self {
        Self {
            lasted: Span::of_run(run).until(now),
            spent: run.spent(now),
            cost: Cost::of_run(run),
            budget: run.budget,
            bound: run.budget,
        }
    }

    /// The same, where other runs leave it no more than this.
    #[must_use]
    pub fn within(self, bound: Budget) -> Self {
        Self { bound: self.bound.narrowed(bound), ..self }
    }

    /// What it may still spend; `None` without a budget.
    pub fn remaining_usd(&self) -> Option<f64> {
        let bound = self.bound.bound(Measure::Usd)?;
        Some((bound - self.cost.spent(Measure::Usd)).max(0.0))
    }

    /// What is spent, in words, one line for each measure that is bounded or known.
    pub fn spending(&self) -> Vec<Spending> {
        money::spending(&self.cost, &self.budget)
    }

    /// Its working time minus an estimate, in seconds.
    pub fn variance_s(&self, estimate_s: u64) -> Option<i64> {
        let active_s = i64::try_from(self.spent.active.as_secs()).unwrap_or(i64::MAX);
        active_s.checked_sub_unsigned(estimate_s)
    }

    /// How far its working time is from an estimate.
    pub fn variance(&self, estimate: Duration) -> Variance {
        match self.spent.active.checked_sub(estimate) {
            Some(over) if !over.is_zero() => Variance::Over(over),
            Some(_) | None => Variance::Under(estimate.saturating_sub(self.spent.active)),
        }
    }
}

/// How far time is from its estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Variance {
    /// More than that.
    Over(Duration),
    /// No more than that.
    Under(Duration),
}

/// When something began, and when it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Span {
    /// When it began.
    pub started_at: Moment,
    /// When it ended, if it did.
    pub ended_at: Option<Moment>,
}

impl Span {
    /// From one moment to another, if there is one yet.
    pub fn new(started_at: Moment, ended_at: Option<Moment>) -> Self {
        Self { started_at, ended_at }
    }

    /// Of a run.
    pub fn of_run(run: &Run) -> Self {
        Self::new(run.started_at, run.finished_at)
    }

    /// Of a session.
    pub fn of_session(session: &Session) -> Self {
        Self::new(session.started_at, session.ended_at)
    }

    /// How long ago it began.
    pub fn age(&self, now: Moment) -> Duration {
        now.since(self.started_at)
    }

    /// How long it took, once it has ended.
    pub fn took(&self) -> Option<Duration> {
        self.ended_at.map(|end| end.since(self.started_at))
    }

    /// How long it took, or has lasted to this moment.
    pub fn until(&self, now: Moment) -> Duration {
        self.took().unwrap_or_else(|| self.age(now))
    }
}

/// What the calls that ended within a session cost.
pub fn cost_within(run: &Run, session: &Session) -> Cost {
    let is_before_its_end = |at| session.ended_at.is_none_or(|end| at <= end);
    Cost::of(run.invocations.iter().filter(|invocation| {
        invocation.finished_at >= session.started_at && is_before_its_end(invocation.finished_at)
    }))
}

/// How long the gates of the plan should take together, by the newest word on each.
pub fn estimate(workflow: &Workflow, run: &Run) -> Option<Duration> {
    let estimates = workflow.gates.iter().filter_map(|gate| {
        let newer = run.gate(&gate.id).and_then(|state| state.estimate_s);
        newer.map(Duration::from_secs).or(gate.estimate)
    });
    estimates.fold(None, |sum, one| Some(sum.unwrap_or_default() + one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Amount;
    use crate::event::Event;
    use crate::run::testing::at;
    use crate::run::testing::gate;
    use crate::run::testing::id;
    use crate::run::testing::run;
    use crate::run::testing::workflow;

    const MINUTE: Duration = Duration::from_mins(1);

    fn usd(amount: f64) -> Budget {
        Budget::of_usd(Amount::at_most(amount))
    }

    #[test]
    fn what_is_left_is_the_least_that_any_budget_leaves() {
        let workflow = workflow(&gate("a", ""));
        let mut run = run(&workflow, "a?");
        let left = |run: &Run, bound| Tally::of(run, at()).within(bound).remaining_usd();
        assert_eq!(left(&run, Budget::default()), None);
        assert_eq!(left(&run, usd(2.0)), Some(2.0));
        run.budget = usd(5.0);
        assert_eq!(left(&run, Budget::default()), Some(5.0));
        assert_eq!(left(&run, usd(2.0)), Some(2.0));
        assert_eq!(left(&run, usd(9.0)), Some(5.0));
        let mut tally = Tally::of(&run, at()).within(usd(2.0));
        tally.cost.cost_usd = Some(1.5);
        assert_eq!(tally.remaining_usd(), Some(0.5));
        // What is said of a budget is said of the run's own.
        assert_eq!(tally.spending()[0].words, "spent 1.50 USD of 5.00 USD");
        tally.cost.cost_usd = Some(3.0);
        assert_eq!(tally.remaining_usd(), Some(0.0));
    }

    #[test]
    fn a_run_lasts_until_its_end_and_its_work_is_held_against_the_estimates() {
        let workflow = workflow(&(gate("a", "estimate = '2m'") + &gate("b", "")));
        let mut run = run(&workflow, "a?");
        assert_eq!(estimate(&workflow, &run), Some(2 * MINUTE));
        let newer = Event::GateEstimated { gate: id("b"), estimate_s: 60, by: "Ada".to_owned() };
        run.apply(at(), &newer).unwrap();
        assert_eq!(estimate(&workflow, &run), Some(3 * MINUTE));

        let tally = |run: &Run, minutes| Tally::of(run, at().plus(minutes * MINUTE));
        let four = tally(&run, 4);
        assert_eq!((four.lasted, four.spent.active), (4 * MINUTE, 4 * MINUTE));
        assert_eq!(four.variance(3 * MINUTE), Variance::Over(MINUTE));
        assert_eq!(four.variance(4 * MINUTE), Variance::Under(Duration::ZERO));
        assert_eq!(four.variance(5 * MINUTE), Variance::Under(MINUTE));
        assert_eq!((four.variance_s(180), four.variance_s(300)), (Some(60), Some(-60)));

        run.finished_at = Some(at().plus(5 * MINUTE));
        assert_eq!(tally(&run, 9).lasted, 5 * MINUTE);
        assert_eq!(Span::of_run(&run).age(at().plus(9 * MINUTE)), 9 * MINUTE);
    }
}
