//! `orch gate …`: start, finish, fail, check, and what only a person may do.

use crate::house::House;

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'human'
             contract = 'draft'
             approval = 'person'
             [[gate]]
             id = 'ship'
             executor = 'command'
             command = ['true']",
        )
        .contract(
            "draft",
            "[[output]]\npath = 'draft.md'\nchecks = [{ kind = 'word_count', min = 3 }]\n",
        )
}

#[test]
fn check_judges_and_changes_nothing() {
    let house = house();
    house.orch("run demo").code(3);
    let before = (house.git("rev-parse HEAD"), house.record());
    house.write("draft.md", "two words\n");
    let done = house.orch("gate check").code(1);
    insta::assert_snapshot!(done.shown(), @"
    exit 1
    -- stdout
    error: draft.md: word count (expected at least 3, found 2) [word_count]
    gate write would fail; nothing was recorded
    -- stderr

    next:
      Do the work of gate write as described in orchestration/runs/run_20260119T143012Z_demo_000001/logs/gates/write/prompt.txt.
      $ orch gate check
      $ orch done
    ");
    house.write("draft.md", "three whole words\n");
    house.orch("gate check").code(0).says("would pass");
    let json = house.orch("gate check --json").code(0).json();
    assert_eq!(json["data"]["passed"], true);
    assert_eq!((house.git("rev-parse HEAD"), house.record()), before);
}

#[test]
fn finish_gives_the_verdict() {
    let house = house();
    house.orch("run demo").code(3);
    let done = house.orch("gate finish").code(1);
    insta::assert_snapshot!(done.shown(), @"
    exit 1
    -- stdout
    gate write FAIL
      draft.md does not exist [file_exists]
    run run_20260119T143012Z_demo_000001 FAILED
    head <sha256>
    -- stderr
      error write: draft.md does not exist [file_exists]
    14:31:13Z FAIL write

    next:
      Fix gate write: draft.md does not exist [file_exists]
      $ orch run resume
    ");
    let json = house.orch("gate finish --gate write --json").code(2).json();
    assert_eq!(json["success"], false);
    assert!(json["error"]["help"].as_str().unwrap().contains("orch gate start"), "{json}");
}

#[test]
fn fail_carries_its_reason_into_the_next_packet() {
    let house = house();
    house.orch("run demo").code(3);
    house.orch("gate fail").code(2).says("--reason");
    house.orch_with(&["gate", "fail", "--reason", "the tone is wrong"]).says("FAILED");
    house.orch("run resume").code(3).says("the tone is wrong");
    assert!(house.packet("write", 2).contains("the tone is wrong"));
}

#[test]
fn an_unknown_gate_is_answered_with_the_nearest() {
    let house = house();
    house.orch("run demo").code(3);
    house.orch("gate finish --gate wriet").code(2).says("did you mean `write`?");
    house.orch("gate start --gate ship").code(2).says("needs write");
    house.orch("gate finish --gate ship").code(2).says("NOT_STARTED");
}

#[test]
fn an_approval_is_asked_of_a_person_on_a_terminal() {
    let house = house().file("draft.md", "three whole words\n");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0).says("$ orch gate approve\n");
    house.orch("gate approve").code(2).says("terminal");
    house.on_terminal("gate approve", &[("Approve this as", "n\r")]).code(2).says("not approved");
    house.on_terminal("--ci gate approve", &[]).code(2).says("terminal");
    assert_eq!(house.gates(), "write WAITING, ship NOT_STARTED");
    house.on_terminal("gate approve --note fine", &[("Approve this as Ada", "y\r")]).code(0);
    assert_eq!(house.gates(), "write PASS, ship PASS");
    let approval = house.record()["gates"][0]["approval"].clone();
    assert_eq!(approval["by"], "Ada <ada@example.org>");
    assert!(approval["how"].as_str().unwrap().starts_with("terminal /dev/"), "{approval}");
    assert_eq!(approval["note"], "fine");
    assert_eq!(approval["seen"]["draft.md"], house.record()["artifacts_index"][0]["sha256"]);
}

#[test]
fn marks_of_an_agent_forbid_a_persons_word() {
    for mark in ["CLAUDECODE", "ORCH_ATTEMPT", "CODEX_SANDBOX", "GEMINI_CLI"] {
        let house = house().file("draft.md", "three whole words\n").env(mark, "1");
        house.orch("run demo").code(3);
        house.orch("gate finish").code(0);
        house.on_terminal("gate approve", &[]).code(2).says(mark);
        house.on_terminal("gate waive --gate ship --reason r", &[]).code(2).says(mark);
        house.on_terminal("gate reject --reason r", &[]).code(2).says(mark);
    }
}

#[test]
fn bytes_that_changed_since_they_passed_cannot_be_approved() {
    let house = house().file("draft.md", "three whole words\n");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    house.write("draft.md", "four whole words here\n");
    house.on_terminal("gate approve", &[]).code(2).says("have changed");
    assert_eq!(house.gates(), "write WAITING, ship NOT_STARTED");
}

#[test]
fn a_rejection_fails_the_gate_and_its_reason_is_a_finding() {
    let house = house().file("draft.md", "three whole words\n");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    house.on_terminal("gate reject --reason too-short", &[]).says("too-short");
    assert_eq!(house.gates(), "write FAIL, ship NOT_STARTED");
    house.orch("run resume").code(3);
    assert!(house.packet("write", 2).contains("too-short"));
}

#[test]
fn a_gate_is_waived_by_name_and_reason() {
    let house = house();
    house.orch("run demo").code(3);
    house.orch("gate waive --reason r").code(2).says("terminal");
    house
        .on_terminal("gate waive --gate write --reason deadline", &[("Waive write as Ada", "y\r")])
        .says("PASSED");
    assert_eq!(house.gates(), "write WAIVED, ship PASS");
    let gate = house.record()["gates"][0].clone();
    assert_eq!(gate["reason"], "deadline (waived by Ada <ada@example.org>)");
    assert_eq!(house.record()["status"], "PASSED");
}

#[test]
fn a_gate_that_is_failed_leaves_a_paused_run_paused() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\nretry = { attempts = 2 }\n");
    house.orch("run demo").code(3);
    house.orch("run pause --reason lunch").code(0);
    house
        .orch("gate fail --gate a --reason wrong")
        .code(0)
        .says("PAUSED (lunch)")
        .says("The run is paused. Resume it.");
    assert_eq!((house.gates(), house.attempts("a")), ("a FAIL".into(), "FAIL".into()));
    assert_eq!(house.record()["status"], "PAUSED");
    house.orch("run resume").code(3);
    assert_eq!((house.gates(), house.attempts("a")), ("a WAITING".into(), "FAIL WAITING".into()));
    house.orch("verify").code(0);
}
