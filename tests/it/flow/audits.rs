//! `audits`: never by the producer's agent, whatever role it plays, never in its session.

use crate::house::House;

/// Another program than the scripted agent, which does what that one does.
const OTHER: &str = "command = ['sh', 'other']\npacket = 'stdin'\n";

/// A gate that is audited, the roles each an agent of a program of its own.
fn house(auditor: &str) -> House {
    let scripted = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/agent/scripted-agent");
    let house = House::new().file("other", &format!("exec {scripted}\n")).agents(&format!(
        "[agents.writer]\nuse = 'claude'\n[agents.auditor]\nuse = 'claude'\n{OTHER}"
    ));
    audited(house, auditor, "'write'")
}

/// The same, both roles of one agent: `audits` says more.
fn of_one_agent(audits: &str) -> House {
    let house = House::new()
        .agents("[agents.writer]\nuse = 'claude'\n[agents.auditor]\nuse = 'claude'\nmodel = 'm'\n");
    audited(house, "auditor", audits)
}

fn audited(house: House, auditor: &str, audits: &str) -> House {
    house
        .workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'write'
                 executor = 'agent'
                 agent = 'writer'
                 contract = 'draft'
                 [[gate]]
                 id = 'audit'
                 executor = 'agent'
                 agent = '{auditor}'
                 audits = {audits}
                 contract = 'report'"
            ),
        )
        .leaves("draft", "draft.md")
        .leaves("report", "report.md")
        .script("write", "# session: s1\necho x > draft.md")
        .script("audit", "# session: s2\necho fine > report.md")
}

#[test]
fn another_agent_in_another_session_audits() {
    let house = house("auditor");
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "write PASS, audit PASS");
}

#[test]
fn an_audit_of_ones_own_work_is_told_before_that_work_begins() {
    let said = "audit audits write, but agent claude would do both; configure another agent";
    let own = of_one_agent("'write'");
    own.orch("workflow check demo").code(0).says("demo is valid").says(said);
    let done = own.orch("run demo").code(1);
    let (told, began) = (done.stderr.find(said), done.stderr.find("STARTED write"));
    assert!(told.is_some_and(|told| told < began.unwrap()), "{}", done.shown());
    for house in [house("auditor"), of_one_agent("{ gate = 'write', same_program = true }")] {
        house.orch("workflow check demo").code(0).never_says("would do both");
        house.orch("run demo").code(0).never_says("would do both");
    }
}

#[test]
fn the_same_agent_is_refused_before_it_starts() {
    let house = house("writer");
    house.orch("run demo").code(1).says("writer");
    assert_eq!(house.gates(), "write PASS, audit FAIL");
    assert!(!house.exists("report.md"));
}

#[test]
fn another_name_in_the_same_session_is_refused() {
    let house = house("auditor").script("audit", "# session: s1\necho fine > report.md");
    house.orch("run demo").code(1).says("session");
    assert_eq!(house.gates(), "write PASS, audit FAIL");
}

#[test]
fn an_unknown_session_under_another_name_is_no_obstacle() {
    let house = house("auditor").script("audit", "# session: unknown\necho fine > report.md");
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "write PASS, audit PASS");
}

#[test]
fn two_roles_of_one_agent_are_one_agent() {
    let house = of_one_agent("'write'");
    house.orch("run demo").code(1).says("auditor, which is claude");
    assert_eq!(house.gates(), "write PASS, audit FAIL");
    assert!(!house.exists("report.md"));
    let attempt = house.attempt("write", 1);
    assert_eq!((&attempt["agent"], &attempt["definition"]), (&"writer".into(), &"claude".into()));
    assert_eq!(attempt["program"], "scripted-agent");
    assert_eq!(attempt["invocations"][0]["definition"], "claude");
}

#[test]
fn another_session_of_one_agent_audits_where_the_workflow_says_so() {
    let house = of_one_agent("{ gate = 'write', same_program = true }");
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "write PASS, audit PASS");
    let house = house.script("audit", "# session: s1\necho fine > report.md");
    house.orch("run demo").code(1).says("the same session as the work it judges");
}

#[test]
fn an_unknown_session_of_one_agent_is_refused() {
    let more = "{ gate = 'write', same_program = true }";
    let house = of_one_agent(more).script("audit", "# session: unknown\necho fine > report.md");
    house.orch("run demo").code(1).says("a session that the agent did not report");
    let house = of_one_agent(more).script("write", "# session: unknown\necho x > draft.md");
    house.orch("run demo").code(1).says("an unknown session");
    assert!(!house.exists("report.md"));
}

#[test]
fn two_agents_of_one_command_are_one_agent() {
    let command = "command = ['sh', '-c', 'cat >/dev/null; echo x | tee draft.md report.md']";
    let house = house("auditor")
        .file("orch.toml", &format!("[agents.writer]\n{command}\n[agents.auditor]\n{command}\n"));
    house.orch("run demo").code(1).says("must not do the audit");
}

#[test]
fn no_way_of_calling_it_makes_two_agents_of_one_program() {
    let house = house("auditor").file("x", "cat >/dev/null; echo x | tee draft.md report.md\n");
    for (auditor, code) in [
        ("'/bin/sh', 'x'", 1),
        ("'env', 'A=1', 'sh', './x'", 1),
        ("'nice', 'bash', 'x'", 1),
        ("'sh', '-c', 'exec sh x'", 1),
        ("'sh', 'y'", 0),
    ] {
        let text = "[agents.writer]\ncommand = ['sh', 'x']\n[agents.auditor]\n";
        house.write("orch.toml", format!("{text}command = [{auditor}]\n"));
        house.write("y", "cat >/dev/null; echo another > report.md\n");
        let done = house.orch("run demo").code(code);
        let _ = if code == 0 { done } else { done.says("`same_program = true`") };
    }
}

#[test]
fn an_auditor_whose_script_was_replaced_waits_for_a_person() {
    let bad = "cat >/dev/null; echo BAD > report.md\n";
    let house = house("auditor").file("judge", bad).file(
        "orch.toml",
        "[agents.writer]\ncommand = ['sh', '-c', 'cat >/dev/null; echo x > draft.md; \
         echo \"echo GOOD > report.md\" > ju\"\"dge']\n\
         [agents.auditor]\ncommand = ['env', 'sh', './judge']\n",
    );
    for again in ["run demo", "run resume"] {
        let done = house.orch(again).code(1);
        done.says("judge`, used by the command of agent `auditor`").says("orch run amend");
        assert!(!house.exists("report.md"));
    }
    let kept = house.run_folder().join("record/definition/agents/auditor.json");
    assert!(std::fs::read_to_string(&kept).unwrap().contains("\"judge\": \""));
    // Put back, it may audit; another one is a person's to take in.
    house.write("judge", bad);
    house.orch("run resume").code(0);
    assert_eq!(house.read("report.md"), "BAD\n");
    house.orch("run demo").code(1);
    let take = [("Apply this as", "yes\r")];
    let amend = format!("run amend --run {}", house.run_id());
    let done = house.on_terminal(&amend, &take).code(0).says("agents/auditor.json");
    done.says("judge (script of agent auditor").says("+echo GOOD > report.md");
    house.orch(&format!("run resume --run {}", house.run_id())).code(0);
    assert_eq!(house.read("report.md"), "GOOD\n");
}

#[test]
fn a_script_is_replaced_by_no_link_and_by_no_new_file() {
    for replace in ["ln -sf ../other judge", "rm judge", "rm link; ln -s ../other li\"\"nk"] {
        let house = house("auditor").file("judge", "echo BAD > report.md\n");
        std::fs::write(house.outside("first"), "echo BAD > report.md\n").unwrap();
        std::fs::write(house.outside("other"), "echo GOOD > report.md\n").unwrap();
        std::os::unix::fs::symlink("../first", house.project().join("link")).unwrap();
        let script = if replace.contains("rm link") { "link" } else { "judge" };
        let replace = replace.replace(" judge", " ju\"\"dge");
        house.write(
            "orch.toml",
            format!(
                "[agents.writer]\ncommand = ['sh', '-c', 'cat >/dev/null; echo x > draft.md; {replace}']\n\
                 [agents.auditor]\ncommand = ['sh', '{script}']\n"
            ),
        );
        house.orch("run demo").code(1).says("used by the command of agent `auditor`");
        assert!(!house.exists("report.md"), "{replace}");
    }
}

#[test]
fn who_says_to_work_by_hand_is_held_to_it() {
    let house = of_one_agent("{ gate = 'write', same_program = true }");
    house.orch("run demo --until write").code(0);
    house.orch("gate start --gate audit --agent claude").says("an unknown session");
    assert_eq!(house.attempts("audit"), "FAIL");
    house.orch("run resume --until write");
    house.orch("gate start --gate audit --agent claude --session s1").says("must not do the audit");
    house.orch("gate start --gate audit --agent claude --session s9").code(0);
}

#[test]
fn every_instance_of_a_fan_out_bars_its_agent() {
    let house = house("writer");
    let text = house
        .read("workflows/demo.toml")
        .replace("id = 'write'", "id = 'write'\neach = { in = \"{{ ['a', 'b'] }}\", as = 'part' }");
    let house = house
        .file("workflows/demo.toml", &text)
        .script("write[a]", "echo x > draft.md")
        .script("write[b]", "echo x > draft.md");
    house.orch("run demo --jobs 1").code(1).says("must not do the audit");
}

#[test]
fn an_audit_falls_when_the_audited_outputs_change() {
    let text = "
        [[gate]]
        id = 'write'
        executor = 'agent'
        agent = 'writer'
        contract = 'draft'
        [[gate]]
        id = 'audit'
        executor = 'agent'
        agent = 'auditor'
        audits = 'write'
        contract = 'report'
        [[gate]]
        id = 'stop'
        executor = 'human'";
    let house = house("auditor").workflow("demo", text);
    house.orch("run demo").code(3);
    house.write("draft.md", "other words, still good\n");
    house.orch("gate finish").says("draft.md has changed since audit passed");
    assert_eq!(house.attempts("audit"), "PASS PASS");
}
