//! Budgets: what a call may draw on, and the end of a run whose budget is used up.

use super::doer::Chosen;
use crate::budget::Budget;
use crate::event::PauseCause;
use crate::event::SessionStatus;
use crate::id::GateId;
use crate::project::Driver;
use crate::project::Error;
use crate::project::sitting;
use crate::project::sitting_budget;
use crate::spending::Claim;
use crate::workflow::Gate;
use crate::workflow::Work;

/// What a gate's executor may draw on.
pub fn claim(
    driver: &Driver<'_>,
    gate: &Gate,
    id: &GateId,
    (agent, chosen): (Option<&str>, &Chosen),
) -> Result<Claim, Error> {
    Ok(Claim {
        agent: agent.map(str::to_owned),
        definition: chosen.worker.definition.clone(),
        purse: chosen.worker.purse.clone(),
        agent_budget: chosen.budget.unwrap_or_default(),
        ..of_gate(driver, gate, id)?
    })
}

/// Why the budgets around do not carry the share of the child run that is to begin.
pub fn refuse_share(driver: &Driver<'_>, chosen: &Chosen) -> Result<Option<String>, Error> {
    match chosen.child.as_deref().filter(|_| chosen.problem.is_none()) {
        Some(order) => sitting_budget::refuse_share(driver.project, driver.run(), order.budget),
        None => Ok(None),
    }
}

/// What any executor of a gate may draw on.
pub fn of_gate(driver: &Driver<'_>, gate: &Gate, id: &GateId) -> Result<Claim, Error> {
    let run = driver.run();
    Ok(Claim {
        gate: id.clone(),
        agent: None,
        definition: None,
        purse: None,
        can_cost: match gate.work {
            Work::Agent(_) => true,
            // What a child run spends, its own calls claim.
            Work::Human | Work::Command(_) | Work::Shell { .. } | Work::Workflow(_) => false,
        },
        run_budget: run.budget,
        sitting_budget: sitting_budget::bound(driver.project, run, run.budget)?,
        gate_budget: gate.budget,
        agent_budget: Budget::default(),
    })
}

/// The run stops because of a budget, and so does whoever sits at it.
pub fn run_out(driver: &mut Driver<'_>, reason: &str) -> Result<(), Error> {
    let reason_of_end = Some(reason.to_owned());
    let ended = sitting::ended(driver, SessionStatus::BudgetExceeded, reason_of_end);
    let sat = ended.is_some();
    driver.append(&ended.into_iter().collect::<Vec<_>>())?;
    super::pause(driver, PauseCause::Budget, reason)?;
    if sat {
        sitting::end_keeping(driver.project, driver.id());
    }
    Ok(())
}
