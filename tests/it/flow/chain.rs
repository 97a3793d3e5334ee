//! Gates one after another: order, record, commits, and where a chain stops.

use crate::house::House;

const CHAIN: &str = "
[[gate]]
id = 'one'
executor = 'command'
command = ['sh', '-c', 'echo 1 > one.txt']
contract = 'one'
[[gate]]
id = 'two'
executor = 'command'
command = ['cp', 'one.txt', 'two.txt']
contract = 'two'
";

fn chain() -> House {
    House::new().workflow("demo", CHAIN).leaves("one", "one.txt").leaves("two", "two.txt")
}

#[test]
fn gates_follow_each_other_and_the_run_passes() {
    let house = chain();
    let done = house.orch("run demo");
    insta::assert_snapshot!(done.shown(), @"
    exit 0
    -- stdout
    run run_20260119T143012Z_demo_000001 PASSED
    head <sha256>
    -- stderr
    run run_20260119T143012Z_demo_000001
    14:30:15Z STARTED one  attempt 1  command
    14:30:16Z PASS one  1.0s
    14:30:19Z STARTED two  attempt 1  command
    14:30:20Z PASS two  1.0s

    next:
      $ orch run show
    ");
    assert_eq!(house.gates(), "one PASS, two PASS");
    assert_eq!(house.read("two.txt"), "1\n");
}

#[test]
fn each_finished_attempt_is_one_commit_that_tells_what_it_is() {
    let house = chain();
    house.orch("run demo").code(0);
    let run = format!("refs/orch/runs/{}", house.run_id());
    let log = house.git(&format!("log --format=%an|%s|%(trailers:key=Orch-Run,valueonly)%(trailers:key=Orch-Gate,valueonly)%(trailers:key=Orch-Status,valueonly) {run}"));
    insta::assert_snapshot!(log, @"
    Ada|orch: PASSED demo demo|run_20260119T143012Z_demo_000001
    PASSED

    Ada|orch: two PASS in demo demo|run_20260119T143012Z_demo_000001
    two
    PASS

    Ada|orch: one PASS in demo demo|run_20260119T143012Z_demo_000001
    one
    PASS
    ");
    // The chain's head in the last commit is the record's.
    let chain = house.git("log -1 --format=%(trailers:key=Orch-Chain,valueonly)");
    assert_eq!(chain.trim(), house.record()["journal"]["head_sha256"]);
    assert_eq!(house.git("log --format=%s"), "orch: PASSED demo demo\nstart\n");
    let paths = house.git("log --format= --name-only");
    let prefix = format!("orchestration/runs/{}/record/", house.run_id());
    assert!(paths.lines().filter(|line| !line.is_empty()).all(|line| line.starts_with(&prefix)));
}

#[test]
fn an_output_that_is_missing_stops_the_chain() {
    let house = chain();
    let text = CHAIN.replace("echo 1 > one.txt", "true");
    let house = house.workflow("demo", &text);
    let done = house.orch("run demo");
    insta::assert_snapshot!(done.shown(), @"
    exit 1
    -- stdout
    run run_20260119T143012Z_demo_000001 FAILED
    head <sha256>
    -- stderr
    run run_20260119T143012Z_demo_000001
    14:30:15Z STARTED one  attempt 1  command
      error one: one.txt does not exist [file_exists]
    14:30:16Z FAIL one  1.0s

    next:
      Fix gate one: one.txt does not exist [file_exists]
      $ orch run resume
    ");
    assert_eq!(house.gates(), "one FAIL, two NOT_STARTED");
}

#[test]
fn a_command_that_fails_is_a_finding_with_its_last_lines() {
    let house = chain();
    let text = CHAIN.replace("echo 1 > one.txt", "echo broken pipe in the cellar; exit 9");
    let house = house.workflow("demo", &text);
    house.orch("run demo").code(1).says("broken pipe in the cellar").says("9");
}

#[test]
fn a_resumed_run_tries_the_failed_gate_again_and_keeps_the_first_attempt() {
    let house = chain()
        .workflow("demo", &CHAIN.replace("echo 1 > one.txt", "test -f ready && echo 1 > one.txt"));
    house.orch("run demo").code(1);
    house.write("ready", "");
    house.orch("run resume").code(0);
    assert_eq!(house.attempts("one"), "FAIL PASS");
    assert_eq!(house.gates(), "one PASS, two PASS");
    house.orch("run resume").code(0).says("PASSED");
    assert_eq!(house.attempt("one", 1)["status"], "FAIL");
}

#[test]
fn a_run_goes_on_under_the_definition_it_was_started_with() {
    let house = chain()
        .workflow("demo", &CHAIN.replace("echo 1 > one.txt", "test -f ready && echo 1 > one.txt"));
    house.orch("run demo").code(1);
    let house = house.workflow("demo", "[[gate]]\nid = 'other'\nexecutor = 'human'\n");
    house.write("contracts/two.toml", "name = 'two'\n[[output]]\npath = 'never.txt'\n");
    house.write("ready", "");
    house.orch("run resume").code(0);
    assert_eq!(house.gates(), "one PASS, two PASS");
}

#[test]
fn outside_git_a_run_works_and_says_that_nothing_is_committed() {
    let house = House::outside_git()
        .file("orch.toml", "")
        .workflow("demo", CHAIN)
        .leaves("one", "one.txt")
        .leaves("two", "two.txt");
    house.orch("run demo").code(0).says("the record is on disk but not committed");
    assert_eq!(house.gates(), "one PASS, two PASS");
    house.orch("run resume").code(0).says("PASSED");
}

#[test]
fn a_missing_file_is_told_once_and_never_passes() {
    let house = |existence: &str| {
        House::new()
            .workflow(
                "demo",
                "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\ncontract = 'c'\n",
            )
            .contract(
                "c",
                &format!(
                    "[[output]]\npath = 'a.md'\nchecks = [{existence}
                     {{ kind = 'word_count', min = 1 }}, {{ kind = 'contains_text', all = ['x'] }}]"
                ),
            )
    };
    for existence in ["", "{ kind = 'file_exists', min_bytes = 3 },"] {
        let done = house(existence).orch("run demo").code(1);
        assert_eq!(done.stderr.matches("  error a: a.md").count(), 1, "{}", done.shown());
    }
    // Where the check that says so does not apply, the others fail closed.
    let unasked = "{ kind = 'file_exists', when = '{{ false }}' },";
    house(unasked).orch("run demo").code(1).says("the file does not exist [word_count]");
}

#[test]
fn a_file_that_no_check_can_read_is_told_once() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'echo [1 > d.json; : > t.csv'\n\
             contract = 'c'\n",
        )
        .contract(
            "c",
            "[[output]]
             path = 'd.json'
             checks = [
               { kind = 'field', pointer = '/a', equals = 1 },
               { kind = 'field', pointer = '/b', equals = 1, severity = 'warning' },
               { kind = 'field', pointer = '/c', equals = 1 },
             ]
             [[output]]
             path = 't.csv'
             checks = [{ kind = 'csv', columns = ['x'] }]",
        );
    let done = house.orch("run demo").code(1);
    for line in ["error a: d.json:1: invalid JSON", "warning a: d.json:1: invalid JSON", " t.csv: "]
    {
        assert_eq!(done.stderr.matches(line).count(), 1, "{line}\n{}", done.shown());
    }
    done.says("t.csv: the file is empty");
}
