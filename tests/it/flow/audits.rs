//! `audits`: never by the producer's agent, never in the producer's session.

use crate::house::House;

fn house(auditor: &str) -> House {
    House::new()
        .agents("[agents.writer]\nuse = 'claude'\n[agents.auditor]\nuse = 'claude'\n")
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
                 audits = 'write'
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
