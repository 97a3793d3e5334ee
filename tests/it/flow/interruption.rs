//! Work that is cut off by a signal or its like: no try is spent.

use crate::house::House;

#[test]
fn an_agent_that_was_cut_off_is_called_again_and_spends_no_try() {
    let house = House::new()
        .agents("")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'out'",
        )
        .leaves("out", "out.md")
        .script("write.1", "exit 130")
        .script("write", "echo x > out.md");
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("write"), "INTERRUPTED PASS");
}

#[test]
fn an_agent_that_is_always_cut_off_ends_with_a_question() {
    let house = House::new()
        .agents("")
        .workflow("demo", "[[gate]]\nid = 'write'\nexecutor = 'agent'")
        .script("write", "exit 130");
    house.orch("run demo").code(3).says("gate start");
    assert_eq!(house.gates(), "write WAITING");
}

#[test]
fn a_command_that_was_cut_off_is_asked_about() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'deploy'
         executor = 'command'
         shell = 'test -f ready || exit 75'",
    );
    house.orch("run demo").code(3).says("interrupted");
    assert_eq!(house.attempts("deploy"), "INTERRUPTED");
    house.write("ready", "");
    house.orch("gate start").code(0).says("PASSED");
    assert_eq!(house.attempts("deploy"), "INTERRUPTED PASS");
}

#[test]
fn a_command_may_say_that_it_can_be_done_again() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'fetch'
         executor = 'command'
         shell = 'test $ORCH_ATTEMPT = 2 || exit 75'
         on_interrupt = 'rerun'",
    );
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("fetch"), "INTERRUPTED PASS");
}

#[test]
fn an_agent_that_was_cut_off_is_given_its_gate_again() {
    let house = House::new()
        .agents("")
        .workflow("demo", "[[gate]]\nid = 'write'\nexecutor = 'agent'\ncontract = 'out'")
        .leaves("out", "out.md")
        .script("write", "test -f go || exit 130; echo x > out.md");
    house.orch("run demo").code(3);
    house.orch("gate start").says("interrupted");
    house.write("go", "");
    house.orch("gate start").code(0).says("PASSED");
    assert_eq!(house.attempts("write"), "INTERRUPTED INTERRUPTED INTERRUPTED INTERRUPTED PASS");
}

#[test]
fn the_work_of_an_agent_that_was_cut_off_can_be_taken_over() {
    let house = House::new()
        .agents("")
        .workflow("demo", "[[gate]]\nid = 'write'\nexecutor = 'agent'")
        .script("write", "exit 130");
    house.orch("run demo").code(3);
    house.orch("gate start --agent other").code(0).says("WAITING");
    house.orch("gate finish").code(0).says("PASSED");
}
