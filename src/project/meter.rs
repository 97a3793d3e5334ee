//! The meter of a held run: what its budgets carry, shared by the loop that begins calls
//! and the threads that they run on.

use crate::budget::Amount;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::event::Event;
use crate::event::Invocation;
use crate::executor::Usage;
use crate::id::InvocationId;
use crate::run::Run;
use crate::spending::Amounts;
use crate::spending::Claim;
use crate::spending::Ledger;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

/// The run's ledger, while it is driven.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Mutex<Ledger>>);

impl Meter {
    /// A meter of what a run has spent so far.
    pub fn of(run: &Run) -> Self {
        Self(Arc::new(Mutex::new(Ledger::of(run))))
    }

    /// Counts what an event tells of.
    pub fn note(&self, event: &Event) {
        self.ledger().note(event);
    }

    /// Which budgets of a call that ends with this event pass their warning, and how.
    pub fn warnings(&self, invocation: &Invocation) -> Vec<String> {
        self.ledger().warnings(invocation)
    }

    /// Why nothing is left of the run's budget, where that is so.
    pub fn run_out(&self, budget: Budget) -> Option<String> {
        self.ledger().run_out(budget)
    }

    /// What a call needs, or why it cannot begin now.
    pub fn need(&self, claim: &Claim) -> Result<Budget, String> {
        self.ledger().need(claim)
    }

    /// What is left for a call of the budgets in US dollars, where one bounds it.
    pub fn left_usd(&self, claim: &Claim) -> Option<Amount> {
        self.ledger().left(claim, Measure::Usd).map(Amount::at_most)
    }

    /// What is left for a call of the budgets in US dollars and in tokens, where one bounds it.
    pub fn left(&self, claim: &Claim) -> [Option<f64>; 2] {
        [Measure::Usd, Measure::Tokens].map(|measure| self.ledger().left(claim, measure))
    }

    /// Holds ready what a call needs; says what that is.
    pub fn begin(&self, id: &InvocationId, claim: Claim) -> Budget {
        let mut ledger = self.ledger();
        let reserved = ledger.need(&claim).unwrap_or_default();
        ledger.begin(id.clone(), claim, reserved);
        reserved
    }

    /// Takes down what a call has used so far; says why it must end, where it must.
    pub fn tell(&self, id: &InvocationId, usage: &Usage, elapsed: Duration) -> Option<String> {
        self.ledger().tell(id, Amounts::used(usage, elapsed))
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
