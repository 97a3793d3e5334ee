//! Rewriting: a later gate makes a new version of an earlier one's file, and says so.

use crate::house::House;

fn house(stamp: &str) -> House {
    House::new().leaves("draft", "CHANGES.md").leaves("stamped", "stamp").workflow(
        "demo",
        &format!(
            "[[gate]]
                 id = 'draft'
                 executor = 'command'
                 shell = 'echo draft >> drafts; echo unreleased > CHANGES.md'
                 contract = 'draft'
                 [[gate]]
                 id = 'stamp'
                 executor = 'command'
                 shell = 'echo 1.0.0 > CHANGES.md'
                 {stamp}
                 [[gate]]
                 id = 'publish'
                 executor = 'command'
                 shell = 'cat CHANGES.md >> published'"
        ),
    )
}

#[test]
fn a_gate_that_says_so_makes_a_new_version() {
    for says in ["edits = ['CHANGES.md']", "edits = ['*.md']", "contract = 'draft'"] {
        let house = house(says);
        house.orch("run demo").code(0);
        assert_eq!(house.read("published"), "1.0.0\n", "{says}");
        assert_eq!(house.attempts("draft"), "PASS", "{says}");
        let run = house.run_id();
        house.orch(&format!("status --run {run}")).code(0).says("superseded by stamp");
        house.orch(&format!("verify --run {run}")).code(0);
        house.sums_hold();
        house.write("CHANGES.md", "2.0.0\n");
        house.orch(&format!("verify --run {run}")).code(6).says("CHANGES.md");
    }
}

#[test]
fn a_gate_that_does_not_say_so_fails_before_anything_follows() {
    let house = house("");
    house
        .orch("run demo")
        .code(1)
        .says("CHANGES.md: it belongs to gate draft but changed while gate stamp was running")
        .says("edits = [\"CHANGES.md\"] in gate stamp");
    assert_eq!(house.gates(), "draft PASS, stamp FAIL, publish NOT_STARTED");
    assert!(!house.exists("published"));
}

#[test]
fn an_edit_that_failed_is_the_editors_to_mend() {
    let house = house("edits = ['CHANGES.md']\ncontract = 'stamped'");
    house.orch("run demo").code(1);
    house.write("stamp", "");
    house.write("stamp", "x");
    house.orch("run resume").code(0);
    assert_eq!(house.attempts("draft"), "PASS");
    assert_eq!(house.read("published"), "1.0.0\n");
}

#[test]
fn a_change_by_nobody_is_still_found_before_the_next_gate() {
    let house = house("edits = ['CHANGES.md']");
    house.orch("run demo --until stamp").code(0);
    house.remove("CHANGES.md");
    house.orch("run resume --until end").code(0);
    assert_eq!(house.attempts("stamp"), "PASS PASS");
    assert_eq!(house.read("published"), "1.0.0\n");
}

#[test]
fn a_gate_that_is_opened_again_writes_its_own_version_and_the_later_one_follows() {
    let house = house("edits = ['CHANGES.md']");
    house.orch("run demo").code(0);
    let run = house.run_id();
    house.orch(&format!("gate redo --run {run} --gate draft --reason again")).code(0);
    assert_eq!(house.attempts("draft"), "PASS PASS");
    assert_eq!(house.attempts("stamp"), "PASS PASS");
    assert_eq!(house.read("published"), "1.0.0\n1.0.0\n");
    house.orch(&format!("verify --run {run}")).code(0);
}

#[test]
fn two_gates_with_one_output_have_an_order() {
    let plan = |more: &str| {
        House::new().leaves("out", "out.md").workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'a'
                 executor = 'command'
                 command = ['true']
                 contract = 'out'
                 [[gate]]
                 id = 'b'
                 executor = 'command'
                 command = ['true']
                 contract = 'out'
                 {more}"
            ),
        )
    };
    plan("needs = []")
        .orch("workflow check demo")
        .code(2)
        .says("gates `a` and `b` both write out.md, and neither depends on the other");
    plan("needs = ['a']").orch("workflow check demo").code(0);
}

/// A gate that changes what an earlier one left behind, without saying so, and one that uses it.
fn trespass(more: &str) -> House {
    House::new().leaves("a", "x.txt").workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'a'
             executor = 'command'
             shell = 'echo safe > x.txt'
             contract = 'a'
             [[gate]]
             id = 'b'
             executor = 'command'
             shell = 'echo evil > x.txt'
             {more}
             [[gate]]
             id = 'publish'
             executor = 'command'
             shell = 'cp x.txt published'"
        ),
    )
}

#[test]
fn a_change_that_was_found_once_passes_at_no_later_try() {
    for more in [
        "",
        "retry = { attempts = 3 }",
        "on_fail = { goto = 'b', visits = 2 }",
        "on_fail = { goto = 'a', visits = 2 }",
    ] {
        let house = trespass(more);
        house.orch("run demo").code(1).says("x.txt: it belongs to gate a");
        house.orch("run resume").code(1).says("x.txt: it belongs to gate a");
        assert!(!house.exists("published"), "{more}");
    }
    // The owner is done again over it, and not over what a person wrote since.
    let house = trespass("");
    house.orch("run demo").code(1);
    house.orch("run resume").code(1).says("gate b changed x.txt without listing it in `edits`");
    assert_eq!(house.attempts("a"), "PASS PASS");
    house.write("x.txt", "mine\n");
    house.orch("run resume").code(1);
    assert_eq!(
        (house.attempts("a"), house.attempts("b")),
        ("PASS PASS".into(), "FAIL FAIL FAIL".into())
    );
}

#[test]
fn a_file_that_joins_the_outputs_of_an_earlier_gate_is_a_change_of_them() {
    let house = |more: &str| {
        House::new().contract("c", "[[output]]\nglob = 'ch/*.md'\n").workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'a'
                 executor = 'command'
                 shell = 'mkdir -p ch; echo a > ch/1.md'
                 contract = 'c'
                 [[gate]]
                 id = 'b'
                 executor = 'command'
                 shell = 'echo b > ch/2.md; echo b >> log'
                 {more}
                 [[gate]]
                 id = 'c'
                 executor = 'command'
                 shell = 'true'"
            ),
        )
    };
    let silent = house("");
    silent.orch("run demo").code(1).says("ch/2.md: it belongs to gate a");
    assert_eq!(silent.read("log"), "b\n");
    let open = house("edits = ['ch/*.md']");
    open.orch("run demo").code(0);
    assert_eq!(open.read("log"), "b\n");
}

#[test]
fn what_cleans_up_leaves_the_files_of_the_others_alone() {
    let house = House::new().leaves("a", "x.txt").workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         shell = 'echo safe > x.txt'
         contract = 'a'
         [[gate]]
         id = 'tidy'
         executor = 'command'
         finally = true
         shell = 'echo evil > x.txt'",
    );
    house.orch("run demo").code(1).says("x.txt: it belongs to gate a");
}

/// A draft that counts how often it is written, with other gates behind it.
fn drafted(others: &str) -> House {
    let draft = "[[gate]]
         id = 'draft'
         executor = 'command'
         shell = 'echo draft >> drafts; echo draft > draft.md'
         contract = 'draft'";
    let plan = format!("{draft}\n{others}");
    House::new().leaves("draft", "draft.md").workflow("demo", &plan)
}

/// A gate that changes the draft at once and goes on, beside one that needs the draft.
fn beside(jobs: u32) -> House {
    let house = drafted(
        "[[gate]]
         id = 'change'
         executor = 'command'
         shell = 'rm draft.md; : > changed; sleep 1'
         needs = ['draft']
         [[gate]]
         id = 'wait'
         executor = 'command'
         shell = 'test -e changed || sleep 0.3'
         needs = ['draft']
         [[gate]]
         id = 'use'
         executor = 'command'
         shell = 'cat draft.md >> used'
         needs = ['wait']",
    );
    house.orch(&format!("run demo --jobs {jobs}")).code(1).says("belongs to gate draft");
    house
}

#[test]
fn what_a_gate_at_work_may_have_changed_waits_for_its_end() {
    for jobs in [1, 2] {
        let house = beside(jobs);
        assert!(house.gates().contains("change FAIL"), "{jobs}: {}", house.gates());
        assert!(!house.exists("used"), "{jobs}");
        assert_eq!(house.read("drafts"), "draft\n", "{jobs}");
    }
}

#[test]
fn a_gate_answers_for_what_it_changes_though_it_stands_on_none_of_it() {
    let house = drafted(
        "[[gate]]
         id = 'other'
         executor = 'command'
         shell = 'rm draft.md'
         needs = []",
    );
    house.orch("run demo --jobs 1").code(1).says("draft.md: it belongs to gate draft");
    assert_eq!(house.attempts("other"), "FAIL");
    assert_eq!(house.read("drafts"), "draft\n");
}

#[test]
fn a_gate_does_not_answer_for_what_another_one_says_it_changes() {
    for jobs in [1, 4] {
        let house = House::new()
            .contract("both", "[[output]]\npath = 'p.md'\n[[output]]\npath = 'q.md'")
            .leaves("q", "q.md")
            .workflow(
                "demo",
                "[[gate]]
                 id = 'write'
                 executor = 'command'
                 shell = 'echo 1 > p.md; echo 2 > q.md'
                 contract = 'both'
                 [[gate]]
                 id = 'edit'
                 executor = 'command'
                 shell = 'echo p >> p.md; : > edited; sleep 0.5'
                 edits = ['p.*']
                 needs = ['write']
                 [[gate]]
                 id = 'rewrite'
                 executor = 'command'
                 shell = 'test -e edited || sleep 0.2; echo q >> q.md'
                 contract = 'q'
                 needs = ['write']
                 [[gate]]
                 id = 'look'
                 executor = 'command'
                 shell = 'test -e edited || sleep 0.3'
                 needs = ['write']",
            );
        house.orch(&format!("run demo --jobs {jobs}")).code(0);
        assert_eq!(house.gates(), "write PASS, edit PASS, rewrite PASS, look PASS", "{jobs}");
        house.orch(&format!("verify --run {}", house.run_id())).code(0);
    }
}

#[test]
fn what_a_waived_gate_changed_last_is_verified_as_it_left_it() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'draft'
             executor = 'command'
             shell = 'echo one > a.md'
             contract = 'draft'
             [[gate]]
             id = 'edit'
             executor = 'command'
             shell = 'echo two >> a.md; exit 1'
             edits = ['a.md']",
        )
        .leaves("draft", "a.md");
    house.orch("run demo").code(1);
    let asked = [("Waive edit as Ada", "y\r")];
    house.on_terminal("gate waive --gate edit --reason late", &asked).code(0).says("PASSED");
    house.orch("verify").code(0);
    house.write("a.md", "one\n");
    house.orch("verify").code(6).says("a.md");
}
