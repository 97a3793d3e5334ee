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

/// Three legs of which the second one breaks, and what comes `after` them.
fn legs(after: &str) -> House {
    House::new().workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'legs'
             executor = 'command'
             command = ['sh', '-c', 'test $1 != b || {{ echo torn; exit 1; }}', 'sh', '{{{{ leg }}}}']
             each = {{ in = \"{{{{ ['a', 'b', 'c'] }}}}\", as = 'leg' }}
             {after}"
        ),
    )
}

#[test]
fn done_comes_behind_a_fan_out_of_which_one_has_failed() {
    for jobs in [1, 4] {
        let house = legs(
            "[[gate]]
             id = 'sum'
             executor = 'command'
             command = ['sh', '-c', 'echo \"$1\" > sum', 'sh', '{{ gates.legs.status }}: {{ gates.legs.reason }}']
             join = 'done'",
        );
        house.orch(&format!("run demo --jobs {jobs}")).code(1);
        assert!(house.gates().starts_with("legs FAIL, "), "{jobs}: {}", house.gates());
        assert!(house.gates().ends_with("sum PASS"), "{jobs}: {}", house.gates());
        assert!(house.read("sum").starts_with("FAIL: legs[b]: "), "{jobs}: {}", house.read("sum"));
        house.write("b", "");
        house.orch("run resume").code(1);
        assert!(house.gates().contains("legs[c] PASS"), "{jobs}: {}", house.gates());
    }
}

#[test]
fn a_fan_out_of_which_all_were_skipped_has_not_passed() {
    let house = legs(
        "when = \"{{ leg == 'z' }}\"
         [[gate]]
         id = 'any'
         executor = 'command'
         command = ['touch', 'used']
         join = 'any'",
    );
    house.orch("run demo").code(1).says("none of its needs can still pass: legs is SKIPPED");
    assert!(house.gates().starts_with("legs SKIPPED, "), "{}", house.gates());
    assert!(!house.exists("used"));
}

#[test]
fn what_was_waited_for_behind_a_failure_counts_when_it_ends() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'bad'
         executor = 'command'
         command = ['false']
         needs = []
         [[gate]]
         id = 'ask'
         executor = 'human'
         needs = []
         [[gate]]
         id = 'sum'
         executor = 'command'
         command = ['sh', '-c', 'echo \"$1\" > sum', 'sh', '{{ gates.bad.status }} {{ gates.ask.status }}']
         needs = ['bad', 'ask']
         join = 'done'
         [[gate]]
         id = 'clean'
         executor = 'command'
         command = ['sh', '-c', 'echo \"$1\" >> cleaned', 'sh', '{{ gates.ask.status }}']
         finally = true",
    );
    house.orch("run demo --jobs 2").code(1);
    assert_eq!(house.gates(), "bad FAIL, ask WAITING, sum NOT_STARTED, clean PASS");
    house.orch("gate finish --gate ask").code(0);
    assert_eq!(house.gates(), "bad FAIL, ask PASS, sum PASS, clean PASS");
    assert_eq!(house.read("sum"), "FAIL PASS\n");
    assert_eq!(house.read("cleaned"), "WAITING\nPASS\n");
}
