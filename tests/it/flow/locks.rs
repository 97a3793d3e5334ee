//! Locks: gates that name the same one are never at work together.

use crate::house::House;
use crate::house::wait_until;
use std::time::Duration;

fn house() -> House {
    let gate = |id: &str| {
        format!(
            "[[gate]]
             id = '{id}'
             executor = 'command'
             needs = []
             locks = ['database']
             shell = 'echo in >> seen; sleep 0.3; echo out >> seen'\n"
        )
    };
    House::new().workflow("demo", &(gate("one") + &gate("two")))
}

#[test]
fn two_gates_of_a_run_go_one_after_the_other() {
    let house = house();
    house.orch("run demo --jobs 4").code(0);
    assert_eq!(house.read("seen"), "in\nout\nin\nout\n");
}

#[test]
fn so_do_gates_of_two_runs() {
    let house = house();
    let mut first = house.start("run demo --again --jobs 4");
    house.orch("run demo --again --jobs 4").code(0);
    assert!(first.wait().success());
    assert_eq!(house.read("seen"), "in\nout\n".repeat(4));
}

#[test]
fn who_waits_for_a_lock_of_another_run_says_so() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         locks = ['database']
         shell = 'touch here; while ! test -f go; do sleep 0.02; done'",
    );
    let mut first = house.start("run demo --again");
    wait_until("the gate is at work", || house.exists("here"));
    let holder = house.run_id();
    let waits = format!("waits for lock `database`, held by gate a of {holder} since 2026-01-19T");
    let mut second = house.start("run demo --again");
    wait_until("it is told", || second.printed().contains(&waits));
    let told = second.printed();
    let line = told.lines().find(|line| line.contains("WAITING")).unwrap();
    assert!(line.starts_with("14:3"), "{told}");
    let id = told.lines().next().unwrap().strip_prefix("run ").unwrap();
    assert_ne!(id, holder);
    for command in ["status", "show", "next"] {
        house.orch(&format!("{command} --run {id}")).code(0).says(&waits);
    }
    let next = house.orch(&format!("next --run {id}"));
    next.never_says("is running").says(&format!("orch status --run {holder}"));
    let waits =
        house.orch(&format!("next --run {id} --json")).json()["data"]["run"]["lock_waits"].clone();
    assert_eq!(waits[0]["lock"], "database");
    let watched = house.orch(&format!("next --run {holder}"));
    watched.says("Gate a is running").never_says("waits for lock");
    let talk = [("s a waits for lock `database`", "")];
    std::thread::scope(|scope| {
        scope.spawn(|| house.on_terminal_by_the_clock("run demo --again", 160, &talk).code(0));
        std::thread::sleep(Duration::from_secs(3));
        house.write("go", "");
    });
    assert!(first.wait().success() && second.wait().success());
}
