//! `--start-from` and `--until`: a part of a workflow.

use crate::house::House;

const CHAIN: &str = "
[[gate]]
id = 'a'
executor = 'command'
command = ['sh', '-c', 'echo a >> done; echo x > a.txt']
contract = 'a'
[[gate]]
id = 'b'
executor = 'command'
command = ['sh', '-c', 'echo b >> done']
[[gate]]
id = 'c'
executor = 'command'
command = ['sh', '-c', 'echo c >> done']
";

fn house() -> House {
    House::new().workflow("demo", CHAIN).leaves("a", "a.txt")
}

#[test]
fn until_stops_there_and_a_resume_goes_on() {
    let house = house();
    house.orch("run demo --until b").code(0).says("came as far as b");
    assert_eq!(house.gates(), "a PASS, b PASS, c NOT_STARTED");
    house.orch("run resume").code(0);
    assert_eq!(house.read("done"), "a\nb\nc\n");
}

#[test]
fn start_from_judges_what_lies_there() {
    let house = house();
    house.write("a.txt", "by hand\n");
    house.orch("run demo --start-from b").code(0);
    assert_eq!(house.read("done"), "b\nc\n");
    assert_eq!(house.gates(), "a PASS, b PASS, c PASS");
}

#[test]
fn start_from_does_not_pass_what_is_not_there() {
    let house = house();
    house.orch("run demo --start-from b").code(1).says("a.txt");
    assert_eq!(house.gates(), "a FAIL, b NOT_STARTED, c NOT_STARTED");
}

#[test]
fn unknown_gates_are_named() {
    let house = house();
    house.orch("run demo --until bb").code(2).says("did you mean `b`?");
    house.orch("run demo --start-from bb").code(2).says("did you mean `b`?");
    assert!(!house.has_runs());
}
