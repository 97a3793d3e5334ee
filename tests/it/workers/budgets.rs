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

/// Legs side by side, each of which costs a cent.
fn side_by_side(budget: &str, leg: &str) -> House {
    let house = convoy(budget, leg);
    let batch = house.read("workflows/batch.toml").replace(", order = 'serial'", "");
    house.write("workflows/batch.toml", batch);
    let config = house.read("orch.toml") + "[pool]\nslots = 8\n";
    committed(house.file("orch.toml", &config))
}

fn spent(house: &House) -> f64 {
    costs(house).iter().sum()
}

#[test]
fn a_share_is_held_before_its_child_run_begins() {
    let house = side_by_side("usd = 0.025", "budget = { usd = 0.01 }");
    let done = orch(&house, "run batch --keys a,b,c,d,e,f");
    done.says("has 0.0050 USD left, and a child run may spend 0.0100 USD");
    assert!((spent(&house) - 0.02).abs() < 1e-9, "{}", spent(&house));
    assert_eq!(orch(&house, "run list --status PASSED").stdout.lines().count(), 3);

    // One that no leg fits in is told before anything begins.
    let house = side_by_side("usd = 0.005", "budget = { usd = 0.01 }");
    let done = orch(&house, "run batch --keys a,b").code(4);
    done.says("the budget of 0.0050 USD of `batch` has 0.0050 USD left");
    assert_eq!(costs(&house), [] as [f64; 0]);
    // With more of it the run goes on, and so do its legs.
    orch(&house, "resume --budget 1").code(0);
    assert!((spent(&house) - 0.02).abs() < 1e-9, "{}", spent(&house));
}

#[test]
fn of_legs_that_begin_at_once_none_takes_what_another_holds() {
    // What a call costs is stated, so that none begins that is not carried.
    let house = side_by_side("usd = 0.035", "");
    let config = house.read("orch.toml").replace("[pool]", "budget = { usd = 0.01 }\n[pool]");
    let house = committed(house.file("orch.toml", &config));
    orch(&house, "run batch --keys a,b,c,d,e,f,g,h");
    assert!((spent(&house) - 0.03).abs() < 1e-9, "{}: {config}", spent(&house));
}

#[test]
fn a_budget_that_is_raised_has_the_legs_go_on_that_it_stopped() {
    let house = side_by_side("usd = 0.025", "");
    orch(&house, "run batch --keys a,b,c,d,e,f").code(3);
    orch(&house, "resume --run _batch_ --budget 1").code(0);
    assert!((spent(&house) - 0.06).abs() < 1e-9, "{}", spent(&house));
}
