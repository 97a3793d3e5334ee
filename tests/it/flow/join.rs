//! `join`: all, any, or done of what a gate needs.

use crate::house::House;

/// `good` passes, `bad` fails, `last` needs both.
fn house(join: &str) -> House {
    House::new().workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'bad'
             executor = 'command'
             command = ['false']
             needs = []
             on_fail = 'continue'
             [[gate]]
             id = 'good'
             executor = 'command'
             command = ['true']
             needs = []
             [[gate]]
             id = 'last'
             executor = 'command'
             command = ['true']
             needs = ['bad', 'good']
             join = '{join}'"
        ),
    )
}

#[test]
fn all_waits_for_every_one() {
    let house = house("all");
    house.orch("run demo").code(1);
    assert_eq!(house.gates(), "bad FAIL, good PASS, last NOT_STARTED");
}

#[test]
fn any_is_content_with_one() {
    let house = house("any");
    house.orch("run demo").code(1);
    assert_eq!(house.gates(), "bad FAIL, good PASS, last PASS");
}

#[test]
fn done_takes_failures_too_and_the_run_still_fails() {
    let house = house("done");
    house.orch("run demo").code(1).says("FAILED");
    assert_eq!(house.gates(), "bad FAIL, good PASS, last PASS");
}

#[test]
fn any_does_not_start_when_all_have_failed() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'bad'
         executor = 'command'
         command = ['false']
         on_fail = 'continue'
         [[gate]]
         id = 'last'
         executor = 'command'
         command = ['true']
         join = 'any'",
    );
    house.orch("run demo").code(1);
    assert_eq!(house.gates(), "bad FAIL, last FAIL");
}

#[test]
fn what_stands_on_a_gate_that_is_done_again_waits_for_it() {
    let house = House::new().leaves("s", "summary.txt").workflow(
        "demo",
        "[[gate]]
         id = 'test'
         executor = 'command'
         shell = 'sleep 0.2; test -f ok'
         [[gate]]
         id = 'summary'
         executor = 'command'
         join = 'done'
         command = ['sh', '-c', 'echo {{ gates.test.status }} > summary.txt']
         contract = 's'
         [[gate]]
         id = 'send'
         executor = 'command'
         shell = 'cat summary.txt > sent.txt'",
    );
    house.orch("run demo --jobs 2").code(1);
    house.write("ok", "");
    house.orch("run resume --jobs 2").code(0);
    assert_eq!(house.read("sent.txt"), "PASS\n");
}
