//! The meter of a held run: what its budgets carry, shared by the loop that begins calls
//! and the threads that they run on.

use super::super::Driver;
use super::super::Error;
use super::super::session;
use super::doer::Chosen;
use crate::budget::Budget;
use crate::event::Event;
use crate::event::Invocation;
use crate::event::PauseCause;
use crate::event::SessionStatus;
use crate::executor::Usage;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::run::Run;
use crate::spending::Amounts;
use crate::spending::Claim;
use crate::spending::Ledger;
use crate::workflow::Gate;
use crate::workflow::Work;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

/// The run's ledger, while it is driven.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Mutex<Ledger>>);

impl Meter {
    pub fn of(run: &Run) -> Self {
        Self(Arc::new(Mutex::new(Ledger::of(run))))
    }

    pub fn note(&self, event: &Event) {
        self.ledger().note(event);
    }

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

/// What a gate's executor may draw on.
pub fn claim(run: &Run, gate: &Gate, id: &GateId, agent: Option<&str>, chosen: &Chosen) -> Claim {
    Claim {
        gate: id.clone(),
        agent: agent.map(str::to_owned),
        definition: chosen.worker.definition.clone(),
        purse: chosen.worker.purse.clone(),
        can_cost: match gate.work {
            Work::Agent(_) | Work::Workflow(_) => true,
            Work::Human | Work::Command(_) | Work::Shell(_) => false,
        },
        run_budget: run.budget,
        gate_budget: gate.budget,
        agent_budget: chosen.budget.unwrap_or_default(),
    }
}

/// The run stops because of a budget, and so does whoever sits at it.
pub fn run_out(driver: &mut Driver<'_>, reason: &str) -> Result<(), Error> {
    let reason_of_end = Some(reason.to_owned());
    let ended = session::ended(driver, SessionStatus::BudgetExceeded, reason_of_end);
    let sat = ended.is_some();
    driver.append(&ended.into_iter().collect::<Vec<_>>())?;
    super::pause(driver, PauseCause::Budget, reason)?;
    if sat {
        session::end_keeping(driver.site, driver.id());
    }
    Ok(())
}
