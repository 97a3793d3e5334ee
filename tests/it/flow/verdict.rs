//! Verdicts: what an auditor decides is not what it must achieve.

use crate::house::House;

const AUDIT: &str = "[[output]]
path = 'audit.json'
checks = [
  { kind = 'field', pointer = '/language', equals = 'english' },
  { kind = 'field', pointer = '/decision', equals = 'accepted', verdict = true, message = 'it was refused' },
]
";

fn house() -> House {
    House::new()
        .agents("[agents.auditor]\nuse = 'claude'\n")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'text'
             retry = { attempts = 2 }
             [[gate]]
             id = 'audit'
             executor = 'agent'
             audits = { gate = 'write', same_program = true }
             contract = 'audit'
             retry = { attempts = 3 }
             on_fail = { goto = 'write', visits = 2 }",
        )
        .leaves("text", "text.md")
        .contract("audit", AUDIT)
        .script("write.1", "echo one > text.md")
        .script("write.2", "echo two > text.md")
        .script("audit.1", r#"echo '{"language": "latin", "decision": "refused"}' > audit.json"#)
        .script("audit.2", r#"echo '{"language": "english", "decision": "refused"}' > audit.json"#)
        .script("audit.3", r#"echo '{"language": "english", "decision": "accepted"}' > audit.json"#)
}

#[test]
fn a_refusal_is_not_tried_again_and_goes_back_with_its_findings() {
    let house = house();
    house.orch("run demo").code(0);
    // The first attempt was malformed, and that is for the auditor to mend.
    assert_eq!(house.attempts("audit"), "FAIL FAIL PASS");
    assert_eq!(house.attempts("write"), "PASS PASS");
    assert!(house.packet("audit", 2).contains("latin"), "{}", house.packet("audit", 2));
    assert!(house.packet("write", 2).contains("it was refused"), "{}", house.packet("write", 2));
    let third = house.packet("audit", 3);
    assert!(!third.contains("Findings to fix") && !third.contains("it was refused"), "{third}");
}

#[test]
fn the_packet_asks_for_no_answer() {
    let house = house();
    house.orch("run demo").code(0);
    let packet = house.packet("audit", 1);
    let (demands, verdict) = packet.split_once("## Your verdict").expect("a section of its own");
    assert!(demands.contains("/language") && !demands.contains("/decision"), "{packet}");
    assert!(verdict.contains("/decision") && verdict.contains("accepted"), "{packet}");
}

#[test]
fn a_stop_hook_lets_a_well_formed_refusal_go() {
    let house = house();
    house.orch("run demo --agent none").code(3);
    house.write("text.md", "one\n");
    house.orch("gate finish").code(0);
    house.write("audit.json", "{\"language\": \"latin\", \"decision\": \"refused\"}\n");
    let run = house.run_id();
    let hook = format!("gate check --hook --run {run}");
    house.orch(&hook).code(2).says("language");
    house.write("audit.json", "{\"language\": \"english\", \"decision\": \"refused\"}\n");
    house.orch(&hook).code(0);
    house.orch(&format!("gate check --run {run}")).code(1).says("gate audit would refuse");
}

#[test]
fn what_was_refused_is_not_audited_again_unchanged() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'command'
             contract = 'text'
             shell = 'echo one > text.md'
             [[gate]]
             id = 'audit'
             executor = 'command'
             audits = 'write'
             contract = 'audit'
             shell = '''echo audit >> audits
             grep -q two text.md && d=accepted || d=refused
             echo \"{\\\"language\\\": \\\"english\\\", \\\"decision\\\": \\\"$d\\\"}\" > audit.json'''",
        )
        .leaves("text", "text.md")
        .contract("audit", AUDIT);
    house.orch("run demo").code(1);
    house.orch("run resume").code(1).says("write has not changed since audit refused it");
    assert_eq!(house.read("audits"), "audit\n");
    house.write("text.md", "two\n");
    house.orch("run resume").code(0);
    assert_eq!(house.read("audits"), "audit\naudit\n");
}

#[test]
fn a_decision_on_ones_own_work_is_told_where_nothing_calls_it_an_audit() {
    let plan = |audits: &str| {
        house().workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'write'
                 executor = 'agent'
                 contract = 'text'
                 [[gate]]
                 id = 'audit'
                 executor = 'agent'
                 agent = 'auditor'
                 contract = 'audit'
                 on_fail = {{ goto = 'write', visits = 2 }}
                 {audits}"
            ),
        )
    };
    let said = "audit judges the work of write, but agent claude does both";
    plan("").orch("workflow check demo").code(0).says(said);
    let audit = "audits = { gate = 'write', same_program = true }";
    plan(audit).orch("workflow check demo").code(0).never_says("does both");
}

#[test]
fn a_verdict_that_only_warns_is_refused() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\n")
        .contract(
            "c",
            "[[output]]\npath = 'a'\nchecks = [{ kind = 'word_count', min = 1, verdict = true, severity = 'warning' }]\n",
        );
    house.orch("workflow check demo").code(2).says("a check with `verdict` must not be a warning");
}

#[test]
fn an_audit_that_cannot_be_done_refuses_nothing_and_is_not_tried_again() {
    let give_up = format!("{} gate fail --reason 'no network'", env!("CARGO_BIN_EXE_orch"));
    let accept = r#"echo '{"language": "english", "decision": "accepted"}' > audit.json"#;
    let house = house().script("audit.1", &give_up).script("audit.2", accept);
    let done = house.orch("run demo").code(1);
    done.says("FAIL audit").says("Fix gate audit: no network");
    assert_eq!([house.attempts("write"), house.attempts("audit")], ["PASS", "FAIL"]);
    // Once the network is there again, the audit goes on where it stood.
    house.orch("run resume").code(0).says("PASSED");
    assert_eq!([house.attempts("write"), house.attempts("audit")], ["PASS", "FAIL PASS"]);
}

#[test]
fn the_writer_is_told_who_sent_the_work_back_and_where_the_report_stands() {
    let house = house();
    house.orch("run demo").code(0);
    let packet = house.packet("write", 2);
    let (_, back) =
        packet.split_once("## Why the work was sent back").expect("a section of its own");
    let (back, _) = back.split_once("## How to finish").expect("an end");
    insta::assert_snapshot!(back.trim(), @r#"
    Gate audit did not accept your work. Its findings are about your work and are in `audit.json` in full. Fix your work, and leave what that gate wrote unchanged.

    - audit.json: it was refused (expected "accepted", found "refused") [field]
    "#);
    assert!(packet.contains("it differs from the refused version"), "{packet}");
}

#[test]
fn what_a_gate_decided_itself_is_nothing_that_it_is_to_mend() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'intake'\nexecutor = 'human'\ncontract = 'audit'\n")
        .contract("audit", AUDIT);
    house.orch("run demo").code(3);
    house.write("audit.json", r#"{"language": "english", "decision": "refused"}"#);
    house.orch("gate finish").code(1).says("Gate intake refused: ").says("then resume");
    house.orch("run resume").code(3);
    let packet = house.packet("intake", 2);
    assert!(!packet.contains("Findings to fix") && !packet.contains("it was refused"), "{packet}");
}

/// An audit of what a gate leaves that need not be new, by an auditor who changes its mind. `write` is
/// who writes, and `goal` who is sent back.
fn wavering(write: &str, goal: &str) -> House {
    House::new()
        .agents("[agents.auditor]\nuse = 'claude'\n")
        .workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'plan'
                 executor = 'command'
                 command = ['true']
                 [[gate]]
                 id = 'write'
                 {write}
                 contract = 'text'
                 [[gate]]
                 id = 'audit'
                 executor = 'agent'
                 agent = 'auditor'
                 audits = {{ gate = 'write', same_program = true }}
                 contract = 'audit'
                 retry = {{ attempts = 3 }}
                 on_fail = {{ goto = '{goal}', visits = 2 }}"
            ),
        )
        .leaves("text", "text.md")
        .contract("audit", AUDIT)
        .script("write", "echo same > text.md")
        .script(
            "audit.1",
            r#"echo asked >> calls; echo '{"language": "english", "decision": "refused"}' > audit.json"#,
        )
        .script(
            "audit",
            r#"echo asked >> calls; echo '{"language": "english", "decision": "accepted"}' > audit.json"#,
        )
}

#[test]
fn what_was_refused_is_not_audited_again_as_it_was() {
    for (write, goal) in [
        ("executor = 'command'\nshell = 'echo same > text.md'", "write"),
        ("executor = 'command'\nshell = 'echo same > text.md'", "plan"),
        ("executor = 'agent'", "plan"),
    ] {
        let house = wavering(write, goal);
        house.orch("run demo").code(1).says("write has not changed since audit refused it");
        assert_eq!(house.read("calls"), "asked\n", "{write} {goal}");
        // Who is sent back is told again what was wrong, and no try is spent on it.
        assert_eq!(house.attempts("audit"), "FAIL FAIL FAIL", "{write} {goal}");
        assert!(house.packet("audit", 3).contains("## Your verdict"));
    }
}

#[test]
fn a_person_may_have_the_same_bytes_audited_again() {
    let house = wavering("executor = 'command'\nshell = 'echo same > text.md'", "write");
    house.orch("run demo").code(1);
    house.orch("gate redo --gate audit --reason again").code(0);
    assert_eq!(house.read("calls"), "asked\nasked\n");
}

#[test]
fn whoever_hands_in_the_same_text_is_told_again_what_was_wrong_with_it() {
    let house = wavering("executor = 'human'", "write");
    house.orch("run demo").code(3);
    house.write("text.md", "same\n");
    house.orch("gate finish").code(0);
    assert_eq!(house.gates(), "plan PASS, write WAITING, audit STALE");
    house.orch("gate finish").code(0);
    assert_eq!(house.read("calls"), "asked\n");
    let told = house.packet("write", 3);
    assert!(told.contains("it was refused") && told.contains("has not changed since"), "{told}");
    house.write("text.md", "another\n");
    house.orch("gate finish").code(0).says("PASSED");
    assert_eq!(house.read("calls"), "asked\nasked\n");
}

/// Chapters that are each written and audited, of which the second one is refused once.
fn chapters(second: &str) -> House {
    House::new()
        .agents("[agents.auditor]\nuse = 'claude'\n")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             each = { in = \"{{ ['a', 'b'] }}\", as = 'chapter' }
             contract = 'text'
             [[gate]]
             id = 'audit'
             executor = 'agent'
             agent = 'auditor'
             audits = { gate = 'write', same_program = true }
             each = { in = \"{{ ['a', 'b'] }}\", as = 'chapter' }
             contract = 'report'
             on_fail = { goto = 'write', visits = 2 }",
        )
        .leaves("text", "{{ chapter }}.md")
        .contract(
            "report",
            "[[output]]
path = '{{ chapter }}.json'
checks = [{ kind = 'field', pointer = '/ok', equals = true, verdict = true, message = 'it is dull' }]",
        )
        .script("write[a]", "echo fine > a.md")
        .script("write[b].1", "echo dull > b.md")
        .script("write[b]", second)
        .script("audit[a]", r#"echo a >> calls; echo '{"ok": true}' > a.json"#)
        .script(
            "audit[b]",
            r#"echo b >> calls; grep -q dull b.md && ok=false || ok=true; echo "{\"ok\": $ok}" > b.json"#,
        )
}

#[test]
fn an_instance_that_was_refused_is_told_so_and_must_differ() {
    let house = chapters("echo better > b.md");
    house.orch("run demo").code(0);
    let told = house.packet("write[b]", 2);
    assert!(told.contains("it is dull"), "{told}");
    assert!(!house.packet("write[a]", 2).contains("it is dull"));
    let house = chapters("echo dull > b.md");
    house.orch("run demo").code(1).says("write[b]");
    assert_eq!(house.read("calls").matches('b').count(), 1, "{}", house.read("calls"));
}
