//! Polls: a command is asked until what it waits for is there.

use crate::house::House;

fn house(script: &str, more: &str) -> House {
    House::new().workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'ready'
             executor = 'command'
             shell = '''{script}'''
             poll = {{ every = '100ms', deadline = '1m' }}
             {more}
             [[gate]]
             id = 'after'
             executor = 'command'
             command = ['true']"
        ),
    )
}

#[test]
fn not_yet_is_asked_again_in_the_same_attempt() {
    let house = house("echo asked >> asked; [ $(wc -l < asked) -ge 3 ] || exit 75", "");
    house.orch_by_the_clock("run demo").code(0);
    assert_eq!(house.attempts("ready"), "PASS");
    assert_eq!(house.read("asked").lines().count(), 3);
    assert_eq!(house.attempt("ready", 1)["invocations"].as_array().unwrap().len(), 3);
    house.orch("verify").code(0);
}

#[test]
fn it_is_given_up_at_its_deadline_and_any_other_code_is_an_answer() {
    let late = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ready'
         executor = 'command'
         shell = 'exit 75'
         poll = { every = '300ms', deadline = '1s' }",
    );
    late.orch_by_the_clock("run demo").code(1).says("not ready within 1 second");
    assert_eq!(late.attempts("ready"), "FAIL");
    let broken = house("exit 3", "");
    broken.orch("run demo").code(1);
    assert_eq!(broken.attempts("ready"), "FAIL");
}

#[test]
fn it_waits_over_a_stop_of_the_run_and_holds_no_slot() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ready'
         executor = 'command'
         shell = 'echo asked >> asked; [ -e there ] || exit 75'
         poll = { every = '1h', deadline = '3h' }
         [[gate]]
         id = 'beside'
         executor = 'command'
         needs = []
         on_interrupt = 'rerun'
         shell = '[ -e there ] || { kill -INT $PPID; sleep 0.2; }'",
    );
    house.orch_at("10:00:00", "run demo --jobs 1");
    assert_eq!(house.gates(), "ready WAITING, beside NOT_STARTED");
    house.write("there", "");
    house.orch_at("11:00:00", "run resume").code(0);
    assert_eq!(house.attempts("ready"), "PASS");
    assert_eq!(house.read("asked").lines().count(), 2);
}

#[test]
fn a_resumed_run_says_what_is_waited_for() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ready'
         executor = 'command'
         shell = '[ -e there ] || exit 75'
         poll = { every = '5s', deadline = '3h' }
         [[gate]]
         id = 'beside'
         executor = 'command'
         needs = []
         on_interrupt = 'rerun'
         shell = '[ -e there ] || { sleep 0.5; kill -INT $PPID; sleep 0.2; }'",
    );
    house.orch_by_the_clock("run demo --jobs 2").code(130);
    assert_eq!(house.gates(), "ready WAITING, beside NOT_STARTED");
    house.write("there", "");
    let countdown = [("s until ready is polled again", "")];
    house.on_terminal_by_the_clock("run resume", 80, &countdown).code(0).says("PASSED");
}

#[test]
fn it_belongs_to_a_command() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'human'\npoll = { every = '1s', deadline = '1m' }",
    );
    house.orch("workflow check demo").code(2).says("`poll` belongs to executor \"command\"");
}
