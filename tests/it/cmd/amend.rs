//! `orch run amend`: a person takes a corrected definition in; what it changes is open again.

use crate::house::House;
use crate::house::wait_until;

const TAKE: &[(&str, &str)] = &[("Apply this as Ada", "y\r")];

const GATES: &str = "[inputs]\nname = { type = 'slug', default = 'x' }\n\
    [[gate]]\nid = 'make'\nexecutor = 'command'\nshell = 'echo made >> made; echo x > made.md'\n\
    contract = 'made'\napproval = 'person'\n\
    [[gate]]\nid = 'side'\nexecutor = 'command'\nshell = 'echo side >> sides'\nneeds = []\n\
    [[gate]]\nid = 'test'\nexecutor = 'command'\ncommand = ['false']\nneeds = ['make', 'side']\n";

/// A run that has failed at its last gate by a slip in the workflow.
fn failed() -> House {
    let house = House::new().workflow("demo", GATES).leaves("made", "made.md");
    house.orch("run demo").code(3);
    house.on_terminal("gate approve", &[("Approve this as", "y\r")]).code(0);
    assert_eq!(house.gates(), "make PASS, side PASS, test FAIL");
    house
}

fn mended() -> House {
    let house = failed();
    house.write("workflows/demo.toml", house.read("workflows/demo.toml").replace("false", "true"));
    house
}

fn definition(house: &House, path: &str) -> String {
    house.read(&format!("orchestration/runs/{}/record/definition/{path}", house.run_id()))
}

#[test]
fn only_what_changed_is_done_again_under_the_new_definition() {
    let house = mended();
    house.orch("run resume").code(1).says("workflows/demo.toml").says("orch run amend\n");
    let before = definition(&house, "workflows/demo.toml");
    let done = house.on_terminal("run amend --reason slip", TAKE).code(0);
    let done = done.says("changed workflows/demo.toml").says("approvals withdrawn: test");
    done.says("-command = ['false']").says("+command = ['true']");
    let after = definition(&house, "workflows/demo.toml");
    assert!(before.contains("false") && after.contains("true"), "{after}");
    assert_eq!(house.gates(), "make PASS, side PASS, test STALE");
    assert_eq!(house.record()["status"], "PAUSED");
    house.orch("run resume").code(0);
    assert_eq!((house.read("made").as_str(), house.read("sides").as_str()), ("made\n", "side\n"));
    assert!(house.record()["events"].to_string().contains("RUN_AMENDED"));
    house.orch("verify").code(0);
    let journal = house.git("log --patch --all");
    assert!(journal.contains("slip") && journal.contains("Ada"), "it is not in the record");
    house.orch("record rebuild").code(0);
    house.orch("verify").code(0);
}

#[test]
fn a_contract_opens_its_gate_and_what_follows_and_the_approval_falls() {
    let house = failed();
    house.write("contracts/made.toml", "name = 'made'\n[[output]]\npath = 'made.md'\nchecks = [{ kind = 'contains_text', all = ['x'] }]\n");
    house.on_terminal("run amend", TAKE).code(0);
    assert_eq!(house.gates(), "make STALE, side PASS, test STALE");
    house.orch("run resume").code(3);
    assert_eq!(house.gates(), "make WAITING, side PASS, test STALE");
    house.orch("verify").code(0);
}

#[test]
fn gates_and_inputs_come_and_go() {
    let house = failed();
    let text = house.read("workflows/demo.toml");
    let (head, _) = text.split_once("[[gate]]\nid = 'test'").unwrap();
    let head = head.replace(
        "[[gate]]\nid = 'make'",
        "more = { type = 'string', default = 'm' }\n[[gate]]\nid = 'make'",
    );
    let last = "[[gate]]\nid = 'last'\nexecutor = 'command'\nshell = 'echo $ORCH_INPUT_MORE > last'\n\
        contract = 'last'\n";
    let house = house.file("workflows/demo.toml", &(head + last)).leaves("last", "last");
    house.on_terminal("run amend", TAKE).code(0);
    house.orch("run resume").code(0);
    assert_eq!(house.gates(), "make PASS, side PASS, last PASS");
    assert_eq!(house.read("last"), "m\n");
    house.orch("verify").code(0);
}

#[test]
fn a_text_that_is_taken_out_stays_in_the_record() {
    let house = House::new()
        .file("prompts/a.md", "Do it.\n")
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\nprompt = 'a.md'\n");
    house.orch("run demo").code(3);
    let house = house.workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\n");
    house.on_terminal("run amend", TAKE).code(0);
    assert_eq!(house.gates(), "a STALE");
    assert_eq!(definition(&house, "prompts/a.md"), "Do it.\n");
    house.orch("verify").code(0);
    house.orch("run resume").code(3);
    house.orch("gate finish").code(0);
    house.orch("verify").code(0);
}

#[test]
fn another_agent_is_taken_in_and_its_gate_done_again() {
    let house = House::new()
        .file("orch.toml", "[agents.judge]\ncommand = ['sh', '-c', 'echo BAD > said']\n")
        .workflow(
            "demo",
            "[[gate]]\nid = 'judge'\nexecutor = 'agent'\nagent = 'judge'\n\
             [[gate]]\nid = 'stop'\nexecutor = 'human'\n",
        );
    house.orch("run demo").code(3);
    house.write("orch.toml", house.read("orch.toml").replace("BAD", "GOOD"));
    let done = house.on_terminal("run amend", TAKE).code(0);
    assert!(done.stdout.contains("agents/judge.json (of orch.toml)"), "{}", done.stdout);
    house.orch("run resume").code(3);
    assert_eq!(
        (house.read("said").as_str(), house.attempts("judge").as_str()),
        ("GOOD\n", "PASS PASS")
    );
}

#[test]
fn nobody_but_a_person_amends_and_only_what_is_sound() {
    let house = mended();
    house.orch("run amend").code(2).says("terminal");
    house
        .on_terminal("run amend", &[("Apply this as Ada", "n\r")])
        .code(2)
        .says("nothing was written");
    let marked = house.env("CLAUDECODE", "1");
    marked.on_terminal("run amend", &[]).code(2).says("CLAUDECODE");
    let house = marked.env("CLAUDECODE", "");
    let sound = house.read("workflows/demo.toml");
    house
        .write("workflows/demo.toml", sound.replace("executor = 'command'", "executor = 'comand'"));
    house.orch("run amend").code(2).says("comand");
    house.write(
        "workflows/demo.toml",
        sound.replace("type = 'slug', default = 'x'", "type = 'integer', default = 1"),
    );
    house.orch("run amend").code(2).says("name");
    house.write(
        "workflows/demo.toml",
        sound.replace("[inputs]\n", "[inputs]\nmust = { type = 'string' }\n"),
    );
    house.orch("run amend").code(2).says("must");
    house.write("workflows/demo.toml", sound.replace("true", "false"));
    house.orch("run amend").code(0).says("nothing to amend");
    assert_eq!(house.gates(), "make PASS, side PASS, test FAIL");
    assert!(!house.record()["events"].to_string().contains("RUN_AMENDED"));
}

#[test]
fn a_run_that_is_over_or_driven_is_not_amended() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['sleep', '5']\n");
    let mut driven = house.start("run demo");
    wait_until("the gate is at work", || {
        house.has_runs() && house.orch("status").stdout.contains("RUNNING")
    });
    let text = house.read("workflows/demo.toml");
    house.write("workflows/demo.toml", text.replace("'5'", "'0'"));
    house.orch("run amend").code(5);
    driven.wait();
    house.orch(&format!("run amend --run {}", house.run_id())).code(2).says("is PASSED");
}

#[test]
fn a_changed_script_of_an_agent_is_shown_line_by_line() {
    let house = House::new()
        .file("orch.toml", "[agents.mine]\ncommand = ['sh', 'tools/work']\n")
        .file("tools/work", "cat > /dev/null\nexit 3\n")
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'\nagent = 'mine'\n");
    house.git("add -A");
    house.git("commit -qm texts");
    house.orch("run demo").code(1);
    house.write("tools/work", "cat > /dev/null\nexit 0\n");
    let done = house.on_terminal("run amend", TAKE).code(0);
    done.says("tools/work (script of agent mine):").says("-exit 3").says("+exit 0");
    house.orch("run resume").code(0);
}

#[test]
fn a_failure_says_that_the_run_does_not_use_what_was_mended() {
    let plan = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['false']\n";
    let house = House::new().workflow("demo", plan);
    house.orch("run demo").code(1).never_says("keeps using the originals");
    let house = house.workflow("demo", &plan.replace("false", "true"));
    let again = house.orch("run resume").code(1);
    let notes = again.stderr.matches("keeps using the originals: workflows/demo.toml").count();
    assert_eq!(notes, 1, "before it begins: {}", again.stderr);
    let told = "The run still uses the originals of changed files: workflows/demo.toml.";
    again.says(told).says("  $ orch run amend\n  $ orch run resume\n");
    for command in ["next", "brief"] {
        house.orch(command).code(0).says(told).says("orch run amend");
    }
    for command in ["status", "show"] {
        house.orch(command).code(0).says("keeps using the originals: workflows/demo.toml");
    }
    // What would be refused is not suggested.
    house.write("workflows/demo.toml", "name = 'demo'");
    for command in ["next", "brief", "status", "show"] {
        house.orch(command).code(0).says("workflows/demo.toml").never_says("run amend");
    }
    house.remove("workflows/demo.toml");
    house.orch("run resume").code(1).never_says("run amend");
}

#[test]
fn what_judges_without_ending_says_what_the_run_does_not_use() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\n")
        .leaves("c", "a.txt");
    house.orch("run demo").code(3);
    house.write("b.txt", "b");
    for words in ["gate check", "done"] {
        house.orch(words).code(1).never_says("keeps using the originals");
    }
    house.write("contracts/c.toml", "name = 'c'\n[[output]]\npath = 'b.txt'\n");
    for words in ["gate check", "done"] {
        house.orch(words).code(1).says("keeps using the originals: contracts/c.toml");
        let json = house.orch(&format!("{words} --json")).code(1).json();
        assert_eq!(json["data"]["differs"][0], "contracts/c.toml");
    }
    house.write("a.txt", "a");
    house.orch("gate check").code(0).never_says("keeps using the originals");
}
