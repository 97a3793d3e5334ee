//! Artifacts that change after their gate has passed.

use crate::house::House;

fn house(approval: &str) -> House {
    House::new()
        .workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'write'
                 executor = 'human'
                 contract = 'draft'
                 {approval}
                 [[gate]]
                 id = 'hold'
                 executor = 'human'
                 [[gate]]
                 id = 'ship'
                 executor = 'command'
                 command = ['true']
                 needs = ['write', 'hold']"
            ),
        )
        .contract(
            "draft",
            "[[output]]\npath = 'draft.md'\nchecks = [{ kind = 'word_count', min = 2 }]\n",
        )
        .file("draft.md", "two words\n")
}

#[test]
fn still_good_is_recorded_anew() {
    let house = house("");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    let before = house.attempt("write", 1)["artifacts"][0]["sha256"].clone();
    house.write("draft.md", "three words now\n");
    house.orch("gate finish").code(0).says("PASSED");
    assert_eq!(house.gates(), "write PASS, hold PASS, ship PASS");
    assert_eq!(house.attempts("write"), "PASS");
    let after = house.record()["artifacts_index"][0]["sha256"].clone();
    assert_ne!(before, after);
}

#[test]
fn not_good_opens_the_gate_and_what_needs_it() {
    let house = house("");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    house.write("draft.md", "one\n");
    house.orch("gate finish").code(1).says("draft.md has changed since write passed");
    assert_eq!(house.gates(), "write WAITING, hold STALE, ship NOT_STARTED");
    house.orch("gate finish").code(1);
    house.write("draft.md", "two words\n");
    house.orch("run resume").code(3);
    house.orch("gate finish").code(0);
    house.orch("gate finish").code(0).says("PASSED");
    assert_eq!(house.gates(), "write PASS, hold PASS, ship PASS");
}

#[test]
fn removed_opens_the_gate() {
    let house = house("");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    house.remove("draft.md");
    house.orch("gate finish").code(1);
    assert_eq!(house.gates(), "write WAITING, hold STALE, ship NOT_STARTED");
}

#[test]
fn an_approval_falls_with_the_bytes_it_saw() {
    let house = house("approval = 'person'");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0).says("approve");
    house.on_terminal("gate approve", &[("Approve this as", "y\r")]).code(0);
    assert_eq!(house.gates(), "write PASS, hold WAITING, ship NOT_STARTED");
    house.write("draft.md", "three words now\n");
    house.orch("gate finish --gate hold").code(1);
    assert_eq!(house.gates(), "write WAITING, hold STALE, ship NOT_STARTED");
}

/// Whose last gate needs the approved one through another gate alone.
fn approved_two_gates_behind() -> House {
    let house = house("approval = 'person'");
    let path = house.project().join("workflows/demo.toml");
    let workflow = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, workflow.replace("needs = ['write', 'hold']", "")).unwrap();
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    house.on_terminal("gate approve", &[("Approve this as", "y\r")]).code(0);
    assert_eq!(house.gates(), "write PASS, hold WAITING, ship NOT_STARTED");
    house.write("draft.md", "not what was seen\n");
    house
}

#[test]
fn nothing_is_done_with_bytes_that_nobody_approved_however_far_behind() {
    let house = approved_two_gates_behind();
    house.orch("gate finish --gate hold").code(1);
    assert_eq!(house.gates(), "write WAITING, hold STALE, ship NOT_STARTED");
}

#[test]
fn nobody_is_asked_for_work_on_bytes_that_nobody_approved() {
    let house = approved_two_gates_behind();
    house.orch("run resume").code(3);
    assert_eq!(house.gates(), "write WAITING, hold STALE, ship NOT_STARTED");
}

#[test]
fn what_changes_while_it_is_judged_is_not_recorded_as_judged() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'a'
             executor = 'command'
             shell = 'echo a b > a.txt'
             contract = 'a'",
        )
        .contract(
            "a",
            "[[output]]
             path = 'a.txt'
             checks = [
                 { kind = 'word_count', min = 2 },
                 { kind = 'command', command = ['sh', '-c', 'sleep 0.3; echo c >> a.txt'] },
             ]",
        );
    house.orch("run demo").code(1).says("it changed while it was being checked");
}

#[test]
fn what_cannot_be_put_right_in_the_record_is_not_said_to_be() {
    let house = House::new()
        .agents("")
        .workflow(
            "demo",
            "[[gate]]\nid = 'zero'\nexecutor = 'human'\n
             [[gate]]\nid = 'one'\nexecutor = 'human'\n
             [[gate]]\nid = 'write'\nexecutor = 'agent'\n",
        )
        .script(
            "write",
            "cd orchestration/runs/$ORCH_RUN/record/gates/zero
             rm attempt-1.json && mkdir -p attempt-1.json/mine",
        );
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    let done =
        house.orch("gate finish").says("could not be restored").never_says("has been restored");
    done.says("attempt-1.json is a folder").says("mv ").never_says("rm -r");
}

#[test]
fn what_an_agent_edits_in_the_record_is_told_as_it_comes() {
    let house = House::new()
        .agents("")
        .workflow(
            "demo",
            "[[gate]]\nid = 'zero'\nexecutor = 'human'\n
             [[gate]]\nid = 'one'\nexecutor = 'human'\n
             [[gate]]\nid = 'write'\nexecutor = 'agent'\n",
        )
        .script("write", "echo x >> orchestration/runs/$ORCH_RUN/record/gates/zero/attempt-1.json");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    let done = house.orch("gate finish").code(0);
    let told =
        done.stderr.lines().find(|line| line.contains("has been restored")).unwrap_or_default();
    assert!(told.contains("warning write") && told.contains("attempt-1.json"), "{}", done.shown());
}
