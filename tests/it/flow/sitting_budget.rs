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
    // One call over it at most.
    house.orch("run task --id three").code(0).says("0.20 USD left by the session for this run");
    house.orch("run task --id four").code(4).says("left by the session for this run is spent");
    house.orch("session start --epic moon --resume").code(5);
    house.orch("session pause --epic moon").code(0);
    house.orch("session start --epic moon --resume").code(4);
}

#[test]
fn no_sitting_begins_where_the_budget_is_spent() {
    let house = house();
    house.orch("invocation record --agent somebody --cost 2.0").code(0);
    let refused = house.orch("session start --epic moon --resume").code(4);
    refused
        .says("the budget of 1.00 USD is spent")
        .says("session start --epic moon --resume --budget …");
    house.orch("session start --epic moon --resume --budget 1.5").code(4);
    house.orch("session start --epic moon --resume --budget 3").code(0);
    house.orch("session pause --epic moon").code(0);
}
