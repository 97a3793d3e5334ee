//! Deadlines of people: a gate or an approval that is waited for too long has failed. Each command of
//! these tests is a minute later than the one before.

use crate::house::House;

fn house(keys: &str) -> House {
    House::new().workflow("demo", &format!("[[gate]]\nid = 'ask'\nexecutor = 'human'\n{keys}"))
}

#[test]
fn what_is_not_done_in_time_fails_when_the_run_goes_on() {
    let house = house("within = '4m'");
    house.orch("run demo").code(3).says("until 2026-01-19T14:34:16.000Z (3 minutes left)");
    let left = "waits for a person until 2026-01-19T14:34:16.000Z (3 minutes left)";
    house.orch("status").code(0).says(left);
    let brief = house.orch("brief --json").code(0).json();
    assert_eq!(brief["data"]["gates"][0]["deadline"]["at"], "2026-01-19T14:34:16.000Z");
    house.orch("next").code(0).says("(1 minute left, more than half has passed)");
    house.orch("status").code(0).says("more than half has passed");
    house.orch("run resume").code(1).says("not done within 4 minutes");
    assert_eq!(house.gates(), "ask FAIL");
    assert_eq!(house.attempt("ask", 1)["failure_reason"], "not done within 4 minutes [within]");
    house.orch("verify").code(0);
}

#[test]
fn what_is_done_in_time_passes_and_what_comes_late_does_not() {
    for (within, code, gates) in [("2m", 0, "ask PASS"), ("30s", 1, "ask FAIL")] {
        for key in ["within", "timeout"] {
            let house = house(&format!("{key} = '{within}'"));
            house.orch("run demo").code(3);
            let done = house.copy();
            for (house, command) in [(&house, "gate finish --gate ask"), (&done, "done")] {
                house.orch(command).code(code);
                assert_eq!(house.gates(), gates, "{key}");
            }
        }
    }
}

#[test]
fn an_approval_that_is_not_given_in_time_fails_and_on_fail_follows() {
    let yes = [("Approve this as", "yes\r")];
    let approval = "approval = { by = 'person', within = '90s' }\nwithin = '1h'";
    let late = house(&format!("{approval}\non_fail = {{ goto = 'ask', visits = 1 }}"));
    late.orch("run demo").code(3);
    late.orch("gate finish --gate ask").code(0);
    late.orch("status").code(0).says("waits for approval until").says(" seconds left");
    late.on_terminal("gate approve", &yes).code(1).says("not approved within 1 minute");
    assert_eq!(late.attempts("ask"), "FAIL WAITING");
    let in_time = house(approval);
    in_time.orch("run demo").code(3);
    in_time.orch("gate finish --gate ask").code(0);
    in_time.on_terminal("gate approve", &yes).code(0);
    assert_eq!(in_time.gates(), "ask PASS");
}

#[test]
fn a_deadline_ends_while_another_gate_is_at_work() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ask'
         executor = 'human'
         within = '1s'
         on_fail = 'continue'
         [[gate]]
         id = 'slow'
         executor = 'command'
         shell = 'sleep 2'
         needs = []",
    );
    house.orch("run demo").code(1).says("not done within 1 second");
    assert_eq!(house.gates(), "ask FAIL, slow PASS");
}

#[test]
fn a_gate_that_waits_for_no_person_has_no_deadline_of_one() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\nwithin = '1h'\n";
    let house = House::new().workflow("bad", gate);
    house.orch("workflow check bad").code(2).says("`within` requires a person").says("timeout");
    let house = House::new().workflow("good", &format!("{gate}approval = 'person'"));
    house.orch("workflow check good").code(0);
}

#[test]
fn what_is_overdue_is_said_to_fail() {
    let house = house("within = '30s'");
    house.orch("run demo").code(3);
    let next = house.orch("next").code(0).stderr;
    insta::assert_snapshot!(next, @"
    next:
      Gate ask was not done within 30 seconds. Its attempt fails when the run continues.
      $ orch run resume
    ");
    house.orch("run resume").code(1);
    assert_eq!(house.gates(), "ask FAIL");
}
