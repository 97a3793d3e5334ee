//! Fresh outputs: what a round of a gate left behind, and not what lay there before it.

use crate::house::House;

fn house(contract: &str) -> House {
    House::new()
        .agents("")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'report'
             retry = { attempts = 2 }
             [[gate]]
             id = 'judge'
             executor = 'command'
             shell = 'grep -q figures report.md'
             on_fail = { goto = 'write', visits = 2 }",
        )
        .contract("report", &format!("[[output]]\npath = 'report.md'\n{contract}"))
        .file("report.md", "last month, with figures\n")
}

#[test]
fn what_lay_there_before_is_no_output() {
    let house = house("").script("write", "true");
    house.orch("run demo").code(1).says("report.md: it was not written in this round");
    assert_eq!(house.attempts("write"), "FAIL FAIL");
}

#[test]
fn an_earlier_try_of_the_round_counts_and_so_do_the_same_bytes() {
    let house = house("checks = [{ kind = 'file_exists' }]\n[[check]]\nkind = 'file_count'\nglob = 'done'\nmin = 1\n")
        .script("write.1", "cat report.md > new; mv new report.md")
        .script("write.2", "touch done");
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("write"), "FAIL PASS");
}

#[test]
fn the_contract_can_take_what_is_old() {
    let house = house("fresh = false\n").script("write", "true");
    house.orch("run demo").code(0);
}

#[test]
fn a_command_can_be_asked_for_it_too() {
    let house = House::new()
        .workflow(
            "demo",
            "[inputs]
             how = { type = 'string' }
             [[gate]]
             id = 'build'
             executor = 'command'
             contract = 'app'
             command = ['{{ how }}', 'app']",
        )
        .contract("app", "[[output]]\npath = 'app'\nfresh = true\n")
        .file("app", "old\n");
    house.orch("run demo --how test").code(1).says("app: it was not written in this round");
    house.orch("run demo --how touch").code(0);
}

#[test]
fn a_refusal_is_answered_by_a_change() {
    let house = house("")
        .script("write.1", "echo words > report.md")
        .script("write.2", "touch report.md")
        .script("write.3", "echo figures > report.md");
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("write"), "PASS FAIL PASS");
    let finding = house.attempt("write", 2)["findings"].to_string()
        + &house.attempt("write", 2)["validations"].to_string();
    assert!(finding.contains("unchanged since the refusal: report.md"), "{finding}");
}

#[test]
fn a_file_that_is_written_anew_after_a_change_by_nobody_passes_again() {
    let house = house("").script("write", "echo figures > report.md");
    house.orch("run demo --until write").code(0);
    house.write("report.md", "");
    house.orch("run resume --until end").code(0);
    assert_eq!(house.attempts("write"), "PASS PASS");
}

#[test]
fn the_packet_says_so() {
    let house = house("").script("write", "echo figures > report.md");
    house.orch("run demo").code(0);
    let packet = house.packet("write", 1);
    assert!(
        packet.contains("\n- `report.md`\n")
            && packet.contains(
                "\n  - it is written in this round of the gate; an older file does not count\n"
            )
    );
}

#[test]
fn only_a_refusal_asks_for_other_bytes_and_an_optional_output_answers_it() {
    let audit = House::new()
        .agents("[agents.auditor]\nuse = 'claude'\n")
        .contract(
            "e",
            "[[output]]\npath = 'e.md'\n[[output]]\npath = 'sources.md'\noptional = true\n",
        )
        .contract(
            "au",
            "[[output]]\npath = 'au.md'\n\
             checks = [{ kind = 'contains_text', all = ['pass'], verdict = true }]\n",
        )
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'e'
             [[gate]]
             id = 'audit'
             executor = 'agent'
             audits = { gate = 'write', same_program = true }
             contract = 'au'
             on_fail = { goto = 'write', visits = 2 }",
        )
        .script("write", "echo essay > e.md; test ! -f au.md || echo as asked > sources.md")
        .script("audit", "test -f sources.md && echo pass > au.md || echo no > au.md");
    audit.orch("run demo").code(0);
    assert_eq!(audit.attempts("write"), "PASS PASS");
    // An audit that has left no report has refused nothing: the same words are as good as before.
    let unwritten = audit.script("write", "echo essay > e.md").script("audit.1", "true");
    let unwritten = unwritten.script("audit.2", "echo pass > au.md");
    unwritten.remove("sources.md");
    unwritten.orch("run demo").code(0);
    assert_eq!(unwritten.attempts("write"), "PASS PASS");
}

#[test]
fn what_was_rejected_is_no_answer_on_the_way_back_to_the_gate_itself() {
    let house = House::new()
        .leaves("text", "text.md")
        .agents("")
        .script("write", "echo same > text.md")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'text'
             approval = 'person'
             on_fail = { goto = 'write', visits = 2 }",
        );
    house.orch("run demo").code(3);
    house.on_terminal("gate reject --reason dull", &[]).code(0);
    assert_eq!(house.gates(), "write FAIL");
    assert_eq!(house.attempts("write"), "FAIL FAIL FAIL");
}

#[test]
fn a_gate_before_the_start_asks_for_answers_and_not_for_new_files() {
    let house = House::new()
        .leaves("text", "text.md")
        .file("text.md", "old\n")
        .agents("")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'text'
             answers = { tone = { type = 'string' } }
             [[gate]]
             id = 'use'
             executor = 'command'
             command = ['true']",
        )
        .file("given.json", r#"{"write": {"tone": "dry"}}"#);
    house.orch("run demo --start-from use --answers given.json").code(0);
    assert_eq!(house.gates(), "write PASS, use PASS");
}
