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
