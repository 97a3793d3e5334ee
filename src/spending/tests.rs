//! What budgets carry and what they refuse, without a run around it.

use super::*;
use crate::budget::Amount;
use crate::clock::Moment;
use crate::event::InvocationStatus;
use crate::event::Worker;
use crate::executor::ExecutorKind;

fn call(id: &str, gate: &str, usd: Option<f64>) -> Invocation {
    let at = Moment::parse("2026-01-19T14:30:12Z").unwrap();
    Invocation {
        invocation_id: InvocationId::parse(id).unwrap(),
        gate: GateId::parse(gate).unwrap(),
        attempt: 1,
        executor: ExecutorKind::Agent,
        agent: Some("poet".to_owned()),
        worker: Worker::default(),
        model: None,
        session: None,
        status: InvocationStatus::Success,
        exit_code: None,
        started_at: at,
        finished_at: at,
        duration_ms: 90_000,
        cost_usd: usd,
        cost_is_estimate: false,
        input_tokens: usd.map(|_| 10),
        output_tokens: None,
        cached_input_tokens: None,
        error: None,
        unread: None,
        permits: None,
        warnings: Vec::new(),
    }
}

fn usd(amount: f64) -> Budget {
    Budget::of_usd(Amount::try_from(amount).unwrap())
}

fn claim(gate: &str, run_budget: Budget, gate_budget: Budget) -> Claim {
    Claim {
        gate: GateId::parse(gate).unwrap(),
        agent: Some("poet".to_owned()),
        definition: None,
        purse: None,
        can_cost: true,
        run_budget,
        sitting_budget: Budget::default(),
        gate_budget,
        agent_budget: Budget::default(),
    }
}

fn ledger(calls: &[Invocation]) -> Ledger {
    let mut ledger = Ledger::default();
    for call in calls {
        ledger.note(&Event::InvocationRecorded(Box::new(call.clone())));
    }
    ledger
}

fn id(text: &str) -> InvocationId {
    InvocationId::parse(text).unwrap()
}

#[test]
fn the_sum_is_of_what_is_known_and_counts_what_is_not() {
    let command = Invocation { executor: ExecutorKind::Command, ..call("inv_c", "b", None) };
    let calls = [call("inv_a", "a", Some(0.5)), call("inv_b", "a", None), command];
    let cost = Cost::of(&calls);
    assert_eq!((cost.calls, cost.cost_usd, cost.cost_unknown), (3, Some(0.5), 1));
    assert_eq!((cost.tokens, cost.tokens_unknown), (Some(10), 2));
    assert!((cost.minutes - 4.5).abs() < NOTHING);
    assert_eq!(Cost::of(&calls[1..]).cost_usd, None);
}

#[test]
fn nothing_begins_that_cannot_be_carried() {
    let need = |ledger: &Ledger, claim: Claim| ledger.need(&claim);
    let open = Budget::default();
    assert_eq!(need(&ledger(&[]), claim("b", usd(1.0), open)), Ok(open));
    assert_eq!(need(&ledger(&[]), claim("b", usd(1.0), usd(0.4))), Ok(usd(0.4)));
    let after = ledger(&[call("inv_a", "a", Some(0.6))]);
    assert_eq!(
        need(&after, claim("b", usd(1.0), open)).unwrap_err(),
        "the budget of 1.00 USD has 0.40 USD left, but gate b may need 0.60 USD"
    );
    assert_eq!(need(&after, claim("b", usd(1.0), usd(0.4))), Ok(usd(0.4)));
    assert_eq!(
        need(&after, claim("b", usd(0.6), open)).unwrap_err(),
        "the budget of 0.60 USD is spent"
    );
    assert_eq!(
        need(&after, claim("a", usd(9.0), usd(0.5))).unwrap_err(),
        "the budget of 0.50 USD of gate a is spent"
    );
    let command = Claim { can_cost: false, ..claim("b", usd(0.6), open) };
    assert_eq!(need(&after, command), Ok(open));
}

#[test]
fn what_is_at_work_is_held_and_stopped_together() {
    let mut ledger = ledger(&[]);
    let run = usd(1.0);
    ledger.begin(id("inv_a"), claim("a", run, usd(0.7)), usd(0.7));
    let error = ledger.need(&claim("b", run, usd(0.5))).unwrap_err();
    assert_eq!(error, "the budget of 1.00 USD has 0.30 USD left, but gate b may need 0.50 USD");
    let reserved = ledger.need(&claim("b", run, Budget::default())).unwrap();
    ledger.begin(id("inv_b"), claim("b", run, Budget::default()), reserved);
    let told = |usd| Amounts { usd, ..Amounts::default() };
    assert_eq!(ledger.tell(&id("inv_a"), told(0.6)), None);
    assert_eq!(ledger.tell(&id("inv_b"), told(0.3)), None);
    let over = ledger.tell(&id("inv_b"), told(0.4));
    assert_eq!(over.as_deref(), Some("the budget of 1.00 USD is spent"));
    let over = ledger.tell(&id("inv_a"), told(0.7));
    assert_eq!(over.as_deref(), Some("the budget of 0.70 USD of gate a is spent"));
}

#[test]
fn a_warning_comes_once_when_its_line_is_passed() {
    let mut ledger = ledger(&[call("inv_a", "a", Some(0.5))]);
    let mut warnings = |name: &str, amount| {
        let call = call(name, "b", Some(amount));
        ledger.begin(id(name), claim("b", usd(1.0), Budget::default()), Budget::default());
        let warnings = ledger.warnings(&call);
        ledger.note(&Event::InvocationRecorded(Box::new(call)));
        warnings
    };
    assert_eq!(warnings("inv_b", 0.1), Vec::<String>::new());
    assert_eq!(warnings("inv_c", 0.2), ["0.80 USD of the budget of 1.00 USD is spent"]);
    assert_eq!(warnings("inv_d", 0.1), Vec::<String>::new());
}
