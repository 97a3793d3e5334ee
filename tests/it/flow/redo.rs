//! `gate redo`: a gate is done again, and what follows from it, though it had passed or failed.

use crate::house::House;

fn house() -> House {
    House::new().file("goal", "1\n").workflow(
        "demo",
        "[[gate]]
         id = 'fetch'
         executor = 'command'
         shell = 'echo fetch >> log'
         [[gate]]
         id = 'mend'
         executor = 'command'
         shell = 'echo mend >> log'
         [[gate]]
         id = 'try'
         executor = 'command'
         shell = 'echo try >> log; [ $(grep -c try log) -ge $(cat goal) ]'
         on_fail = { goto = 'mend', visits = 1 }",
    )
}

#[test]
fn a_gate_of_a_passed_run_is_done_again_with_what_follows() {
    let house = house();
    house.orch("run demo").code(0);
    house.write("log", "");
    let run = house.run_id();
    house.orch(&format!("gate redo --run {run} --gate mend --reason wrong")).code(0);
    assert_eq!(house.read("log"), "mend\ntry\n");
    assert_eq!(house.attempts("fetch"), "PASS");
    assert_eq!(house.record()["status"], "PASSED");
    house.orch(&format!("verify --run {run}")).code(0);
}

#[test]
fn tries_and_jumps_begin_anew() {
    let house = house();
    house.write("goal", "3\n");
    house.orch("run demo").code(1);
    assert_eq!(house.attempts("try"), "FAIL FAIL");
    house.write("goal", "4\n");
    house.orch("gate redo --gate try --reason wrong-goal").code(0);
    assert_eq!(house.attempts("try"), "FAIL FAIL FAIL PASS");
}

#[test]
fn it_is_a_persons_word_on_a_gate_that_has_ended() {
    let house = house();
    house.orch("run demo --until fetch").code(0);
    house.orch("gate redo --gate mend --reason again").code(2).says("gate mend is NOT_STARTED");
    house
        .orch_by(&["env", "CLAUDECODE=1"], "gate redo --gate fetch --reason again")
        .code(2)
        .says("requires a person, not an agent");
    house.orch("run cancel").code(0);
    let run = house.run_id();
    house
        .orch(&format!("gate redo --run {run} --gate fetch --reason again"))
        .code(2)
        .says("its gates cannot be redone");
}
