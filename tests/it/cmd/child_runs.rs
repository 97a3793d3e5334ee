//! What a session holds of the runs that were begun in it: it is paused, briefed and resumed with them.

use crate::house::House;

/// A session in which a task is at work.
fn house() -> House {
    let house = House::new();
    house.orch("session start --workflow epic --epic parser --budget 5").code(0);
    house.orch("done The grammar of section 4 becomes a tree; done when its tests pass.").code(0);
    house.orch("run task --id T-01").code(3);
    house.orch("done Read section 4, write the tests first, then the code.").code(0);
    house.orch("update integers parse, floats are next").code(0);
    house
}

#[test]
fn a_brief_names_what_is_open_with_the_last_words() {
    let house = house();
    let told = |house: &House| {
        let brief = house.orch("brief --run parser").code(0);
        let (_, rest) = brief.stdout.split_once("\nOpen child runs\n").unwrap();
        rest.split_once("\n\nRecent activity").unwrap().0.to_owned()
    };
    insta::assert_snapshot!(told(&house), @"
    - T-01 (task) WAITING, work waiting for an agent
      - 2026-01-19T14:34:13.000Z update work Ada <ada@example.org>: integers parse, floats are next
    ");
    house.orch("session pause").code(0);
    assert!(told(&house).contains("integers parse, floats are next"));
    let json = house.orch("brief --run parser --json").code(0).json();
    assert_eq!(json["data"]["child_runs"][0]["key"], "T-01");
    assert_eq!(json["data"]["child_runs"][0]["waiting"][0]["gate"], "work");
    let own = house.orch("brief --run T-01").code(0);
    own.never_says("Open child runs");
    house.orch("run cancel --run T-01").code(0);
    house.orch("brief --run parser").code(0).never_says("Open child runs");
}

#[test]
fn what_is_open_keeps_the_tasks_from_being_closed_and_is_named() {
    let house = house();
    house.orch("done --run parser").code(1).says("child run T-01 (run_").says("close or cancel it");
}

#[test]
fn a_session_is_paused_from_a_child_run_and_leads_back_to_it() {
    let house = house();
    let paused = house.orch("session pause --reason lunch").code(0);
    paused.says("_parser_").says("PAUSED (lunch)").says("orch session resume parser");
    house.orch("status").code(0).says("T-01 WAITING");
    house.orch("session pause").code(2).says("orch session resume parser");
    let resumed = house.orch("session start --resume --epic parser").code(0);
    resumed.says("session parser@2 running").says("`orch back` returns to parser");
    house.orch("status").code(0).says("T-01 WAITING");
    house.orch("session status").code(0).says("session parser@2 running");
    house.orch("back").code(0);
    house.orch("status").code(0).says("parser WAITING");
    // Who went back before the pause finds the run of the session.
    house.orch("session pause").code(0);
    house.orch("session resume parser").code(0).never_says("orch back");
    house.orch("status").code(0).says("parser WAITING");
}

#[test]
fn what_nothing_was_spent_on_costs_nothing_wherever_it_is_told() {
    let house = house();
    house.orch("status --run parser").code(0).says("spent 0.00 USD of 5.00 USD");
    house.orch("brief --run parser").code(0).says("- cost: 0.00 USD\n");
    let told = house.orch("session status").code(0);
    told.says("cost: 0.00 USD of 5.00 USD, 5.00 USD left");
    let command = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n");
    command.orch("run demo").code(0);
    command.orch("session status").code(0).says("cost: 0.00 USD, no budget");
    command.orch("brief").code(0).says("- cost: 0.00 USD\n");
}
