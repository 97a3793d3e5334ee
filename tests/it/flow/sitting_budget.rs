//! The budget of a sitting binds what is begun in it, and every later sitting.

use super::budget::agents;
use super::budget::usd;
use crate::house::House;

/// A sitting with a budget of one dollar, in which tasks of an agent are begun at 0.4 a call.
fn house() -> House {
    let house = House::new()
        .agents("")
        .workflow("epic", "[[gate]]\nid = 'tasks'\nexecutor = 'human'\n")
        .workflow(
            "task",
            &format!(
                "key = '{{{{ id }}}}'\n[inputs]\nid = {{ type = 'slug' }}\n{}",
                agents(&[("a", "")])
            ),
        )
        .script("a", &usd(0.4));
    house.orch("session start --epic moon --workflow epic --budget 1.0").code(0);
    house
}

#[test]
fn tasks_of_a_sitting_draw_on_its_budget() {
    let house = house();
    house.orch("run task --id one").code(0);
    house.orch("run task --id two").code(0);
    let data = house.orch("session status --epic moon --json").json()["data"].clone();
    assert_eq!(data["parts_usd"], 0.8);
    assert!((data["remaining_usd"].as_f64().unwrap() - 0.2).abs() < 1e-9);
    let run = data["run_id"].as_str().unwrap();
    let status = house.orch(&format!("status --run {run} --json")).json()["data"].clone();
    assert_eq!(status["remaining_usd"], data["remaining_usd"]);
    // One call over it at most.
    house.orch("run task --id three").code(0).says("0.20 USD left to this run");
    house.orch("run task --id four").code(4).says("left to this run is spent");
    let spent = house.orch("run task --id five").code(4);
    insta::assert_snapshot!(spent.stderr.split_once("next:").expect("next steps").1, @r"

      The budget of `moon` stopped the run: the budget of 0.00 USD left to this run is spent. Raise that budget, then resume the run.
      $ orch cost --run run_20260119T143013Z_moon_000001
      $ orch run resume --run run_20260119T143013Z_moon_000001 --budget …
    ");
    let status = house.orch("session status --epic moon").code(0);
    status
        .says("cost: 1.20 USD of 1.00 USD (0.00 USD here, 1.20 USD in child runs), 0.00 USD left");
    house.orch("session start --epic moon --resume").code(5);
    house.orch("session pause --epic moon").code(0);
    house.orch("session start --epic moon --resume").code(4);
}

#[test]
fn no_sitting_begins_where_the_budget_is_spent() {
    let house = house();
    house.orch("invocation record --agent somebody --cost 2.0").code(0);
    let refused = house.orch("session start --epic moon --resume").code(4);
    refused.says("the budget of 1.00 USD is spent").says("session resume moon --budget …");
    house.orch("session start --epic moon --resume --budget 1.5").code(4);
    house.orch("session start --epic moon --resume --budget 3").code(0);
    house.orch("session pause --epic moon").code(0);
}

#[test]
fn the_budget_that_binds_is_the_one_that_is_named_and_raised() {
    let house = house();
    for id in ["one", "two", "three"] {
        house.orch(&format!("run task --id {id}")).code(0);
    }
    let done = house.orch("run task --id four --json").code(4).json();
    let commands = done["instructions"]["suggested_commands"].as_array().unwrap().clone();
    let commands: Vec<&str> = commands.iter().map(|it| it.as_str().unwrap()).collect();
    let moon = house.orch("session status --epic moon --json").json()["data"]["run_id"].clone();
    let raise = format!("orch run resume --run {} --budget …", moon.as_str().unwrap());
    assert!(commands.contains(&raise.as_str()), "{commands:?}");
    house.orch(&raise.replace("orch ", "").replace('…', "3")).code(3);
    // Before the budget is raised it would stop again at once.
    assert!(!commands.contains(&"orch run resume"), "{commands:?}");
    house.orch("run resume").code(0).says("PASSED");
}
