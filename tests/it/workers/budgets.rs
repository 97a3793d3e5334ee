//! Money of child runs: they draw on the budget of their parent, and no call begins that it cannot
//! carry.

use super::committed;
use super::orch;
use crate::house::House;

/// Legs whose agent costs a cent each, one after the other.
fn convoy(budget: &str, leg: &str) -> House {
    let house = House::new()
        .agents("")
        .workflow(
            "item",
            "key = '{{ key }}'
             [inputs]
             key = { type = 'slug', help = 'key' }
             [[gate]]
             id = 'work'
             executor = 'agent'",
        )
        .workflow(
            "batch",
            &format!(
                "[inputs]
                 keys = {{ type = 'list', help = 'keys' }}
                 [budget]
                 {budget}
                 [[gate]]
                 id = 'legs'
                 executor = 'workflow'
                 workflow = 'item'
                 with = {{ key = '{{{{ leg }}}}' }}
                 each = {{ in = '{{{{ keys }}}}', as = 'leg', order = 'serial' }}
                 on_fail = 'continue'
                 {leg}"
            ),
        );
    committed(house.script("work", "echo ok"))
}

fn costs(house: &House) -> Vec<f64> {
    let list = orch(house, "run list --json").json();
    let runs = list["data"].as_array().unwrap();
    let mut costs: Vec<f64> = runs.iter().filter_map(|run| run["cost_usd"].as_f64()).collect();
    costs.sort_by(f64::total_cmp);
    costs
}

#[test]
fn child_runs_draw_on_the_budget_of_their_parent() {
    // Each call costs a cent.
    let house = convoy("usd = 0.025", "");
    let done = orch(&house, "run batch --keys a,b,c,d");
    assert_eq!(done.code, 3, "{}", done.shown());
    let spent: f64 = costs(&house).iter().sum();
    assert!((0.02..=0.0301).contains(&spent), "{spent}: {}", done.shown());
    let paused = orch(&house, "run list --status PAUSED");
    assert_eq!(paused.stdout.lines().count(), 2, "{}", paused.stdout);
}

#[test]
fn a_gate_may_give_each_child_run_a_share() {
    let house = convoy("usd = 5", "budget = { usd = 0.005 }");
    // What its first call costs is known when it is over.
    orch(&house, "run batch --keys a").code(0);
    let child = orch(&house, "run show --run _a_ --json").json();
    assert_eq!(child["data"]["budget"]["usd"], 0.005);
}
