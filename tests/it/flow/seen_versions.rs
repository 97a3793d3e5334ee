//! Files that somebody approved or audited, and that change afterwards: by a later gate, or by nobody.

use crate::house::House;

/// A specification that a person approves, what happens to it then, a window for somebody's hands, and
/// its publication.
fn specified(then: &str) -> House {
    House::new().leaves("spec", "spec.md").workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'spec'
             executor = 'command'
             shell = 'echo agreed > spec.md'
             contract = 'spec'
             approval = 'person'
             {then}
             [[gate]]
             id = 'window'
             executor = 'human'
             [[gate]]
             id = 'publish'
             executor = 'command'
             shell = 'cat spec.md >> published'"
        ),
    )
}

fn approve(house: &House) {
    house.on_terminal("gate approve --gate spec", &[("Approve this as", "spec\r")]).code(0);
}

#[test]
fn what_was_approved_and_changed_by_nobody_is_shown_anew_and_not_done_again() {
    let house = specified("");
    house.orch("run demo").code(3);
    approve(&house);
    house.write("spec.md", "nobody saw this\n");
    house.orch("gate finish --gate window").code(1);
    assert_eq!(house.gates(), "spec WAITING, window STALE, publish NOT_STARTED");
    assert_eq!(house.read("spec.md"), "nobody saw this\n");
    approve(&house);
    house.orch("gate finish --gate window").code(0);
    assert_eq!(house.read("published"), "nobody saw this\n");
}

#[test]
fn what_was_approved_stays_what_is_used_below_a_later_version_of_it() {
    for says in ["edits = ['spec.md']", "contract = 'spec'"] {
        let house = specified(&format!(
            "[[gate]]
             id = 'stamp'
             executor = 'command'
             shell = 'echo stamped >> spec.md'
             {says}"
        ));
        house.orch("run demo").code(3);
        approve(&house);
        house.write("spec.md", "nobody saw this\n");
        house.orch("gate finish --gate window").code(1);
        let asked = "spec WAITING, stamp STALE, window STALE, publish NOT_STARTED";
        assert_eq!(house.gates(), asked, "{says}");
        assert_eq!(house.read("spec.md"), "nobody saw this\n", "{says}");
        approve(&house);
        house.orch("gate finish --gate window").code(0);
        assert_eq!(house.read("published"), "nobody saw this\nstamped\n", "{says}");
        house.orch(&format!("verify --run {}", house.run_id())).code(0);
    }
}

#[test]
fn an_audit_comes_before_what_a_later_gate_makes_of_other_bytes() {
    let house = House::new()
        .leaves("essay", "essay.md")
        .leaves("report", "report.md")
        .agents("[agents.auditor]\nuse = 'claude'\n")
        .script("audit", "cat essay.md >> audited; echo fine > report.md")
        .workflow(
            "demo",
            "[[gate]]
             id = 'essay'
             executor = 'command'
             shell = 'echo essay > essay.md'
             contract = 'essay'
             [[gate]]
             id = 'audit'
             executor = 'agent'
             agent = 'auditor'
             audits = 'essay'
             contract = 'report'
             [[gate]]
             id = 'stamp'
             executor = 'command'
             shell = 'echo stamped >> essay.md'
             edits = ['essay.md']
             [[gate]]
             id = 'window'
             executor = 'human'",
        );
    house.orch("run demo").code(3);
    house.write("essay.md", "other\n");
    house.orch("gate finish --gate window").code(0);
    assert_eq!(house.read("audited"), "essay\nother\n");
    assert_eq!(house.read("essay.md"), "other\nstamped\n");
}

#[test]
fn a_pattern_that_matches_what_was_approved_takes_it_from_nobody() {
    let house = House::new()
        .leaves("spec", "out/spec.md")
        .contract("all", "[[output]]\nglob = 'out/*.md'")
        .workflow(
            "demo",
            "[[gate]]
             id = 'spec'
             executor = 'command'
             shell = 'mkdir -p out; echo agreed > out/spec.md'
             contract = 'spec'
             approval = 'person'
             [[gate]]
             id = 'notes'
             executor = 'command'
             shell = 'echo notes > out/notes.md'
             contract = 'all'
             [[gate]]
             id = 'window'
             executor = 'human'
             [[gate]]
             id = 'publish'
             executor = 'command'
             shell = 'cat out/spec.md >> published'",
        );
    house.orch("run demo").code(3);
    approve(&house);
    house.write("out/spec.md", "nobody saw this\n");
    house.orch("gate finish --gate window").code(1);
    assert!(house.gates().starts_with("spec WAITING, notes STALE"), "{}", house.gates());
    assert!(!house.exists("published"));
}

#[test]
fn what_a_gate_edits_can_be_approved() {
    for work in ["executor = 'command'\nshell = 'echo polished >> draft.md'", "executor = 'human'"]
    {
        let house = House::new().leaves("draft", "draft.md").workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'draft'
                 executor = 'command'
                 shell = 'echo draft > draft.md'
                 contract = 'draft'
                 [[gate]]
                 id = 'polish'
                 {work}
                 edits = ['draft.md']
                 approval = 'person'"
            ),
        );
        house.orch("run demo").code(3);
        if work.contains("human") {
            house.write("draft.md", "draft\npolished\n");
            house.orch("gate finish").code(0);
        }
        house
            .on_terminal("gate approve", &[("Approve this as", "polish\r")])
            .code(0)
            .says("PASSED");
        house.orch(&format!("verify --run {}", house.run_id())).code(0);
    }
}
