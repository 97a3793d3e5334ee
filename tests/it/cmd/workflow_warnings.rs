//! What `workflow check` says of workflows that are sound and yet unlikely to be meant.

use crate::house::House;

fn gate(id: &str, more: &str) -> String {
    format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\ncommand = ['true']\n{more}\n")
}

fn warnings(house: &House) -> String {
    house.orch("workflow check demo").code(0).stderr
}

/// A plan whose draft somebody looks at, which another gate changes behind them.
fn changed_after(look: &str, change: &str, behind: &str) -> House {
    let audited = "executor = 'human'\naudits = 'draft'";
    let plan = format!(
        "[[gate]]\nid = 'draft'\nexecutor = 'human'\ncontract = 'draft'\n{look}\n\
         [[gate]]\nid = 'audit'\n{audited}\n{}{behind}",
        gate("change", change)
    );
    House::new().leaves("draft", "draft.md").workflow("demo", &plan)
}

#[test]
fn a_file_is_changed_after_somebody_looked_at_it() {
    let house = changed_after("approval = 'person'", "edits = ['*.md']", "");
    insta::assert_snapshot!(warnings(&house), @"warning: demo: gate change changes draft.md after a person approved it, and the new version is neither approved nor audited");
    let house = changed_after("", "contract = 'draft'", "");
    insta::assert_snapshot!(warnings(&house), @"warning: demo: gate change changes draft.md after gate audit audited it, and the new version is neither approved nor audited");
}

#[test]
fn whoever_looks_at_the_new_version_is_enough() {
    let again = "[[gate]]\nid = 'again'\nexecutor = 'human'\naudits = 'change'\n";
    assert_eq!(warnings(&changed_after("", "edits = ['*.md']", again)), "");
    let approved = "edits = ['*.md']\napproval = 'person'";
    assert_eq!(warnings(&changed_after("", approved, "")), "");
    assert_eq!(warnings(&changed_after("", "edits = ['*.txt']", "")), "");
}

#[test]
fn reuse_needs_to_know_what_is_read() {
    let plan = gate("make", "contract = 'made'")
        + &gate("blind", "reuse = true\ncontract = 'blind'")
        + &gate("sees", "reuse = true\nreads = ['made.txt', 'data/*.csv']");
    let house =
        House::new().leaves("made", "made.txt").leaves("blind", "b").workflow("demo", &plan);
    insta::assert_snapshot!(warnings(&house), @r#"
    warning: demo: gate blind has `reuse = true` but no `reads`: it will not run again when the files that it uses change; list them, as in reads = ["data/**"]
    warning: demo: `data/*.csv` in `reads` of gate sees matches no files
    "#);
    house.write("data/a.csv", "a\n");
    house.write("made.txt", "x");
    house.write("b", "x");
    assert!(!warnings(&house).contains("data/*.csv"));
    house.orch("run demo").code(0).says("gate blind has `reuse = true` but no `reads`");
}

#[test]
fn two_gates_change_one_file_at_the_same_time() {
    let plan = gate("one", "needs = []\nedits = ['*.md']")
        + &gate("two", "needs = []\ncontract = 'draft'")
        + &gate("three", "needs = []\nedits = ['*.md']");
    let house = House::new().leaves("draft", "draft.md").workflow("demo", &plan);
    insta::assert_snapshot!(warnings(&house), @r#"
    warning: demo: gates one and two both change draft.md, and neither depends on the other; write needs = ["two"] in gate one
    warning: demo: gates one and three both change *.md, and neither depends on the other; write needs = ["three"] in gate one
    warning: demo: gates three and two both change draft.md, and neither depends on the other; write needs = ["two"] in gate three
    "#);
    let ordered = gate("one", "edits = ['*.md']")
        + &gate("two", "contract = 'draft'")
        + &gate("three", "edits = ['*.md']");
    assert_eq!(warnings(&house.workflow("demo", &ordered)), "");
}

#[test]
fn instances_share_an_output() {
    let each = |more: &str| {
        gate("leg", &format!("contract = 'leg'\neach = {{ in = '[1, 2]', as = 'n'{more} }}"))
    };
    let house = House::new().leaves("leg", "leg.md").workflow("demo", &each(""));
    insta::assert_snapshot!(warnings(&house), @r#"warning: demo: all instances of gate leg have the output leg.md; name the item in its path, such as out/{{ n }}.md, or write order = "serial" in `each`"#);
    assert_eq!(warnings(&house.workflow("demo", &each(", order = 'serial'"))), "");
    let house = House::new().leaves("leg", "leg-{{ n }}.md").workflow("demo", &each(""));
    assert_eq!(warnings(&house), "");
}

#[test]
fn one_file_for_the_output_of_all_instances_is_refused() {
    let each = |more: &str| {
        gate("leg", &format!("stdout = 'leg.txt'\neach = {{ in = '[1, 2]', as = 'n'{more} }}"))
    };
    let house = House::new().workflow("demo", &each(""));
    insta::assert_snapshot!(house.orch("workflow check demo").code(2).stderr, @r#"
    error: all instances of gate `leg` write leg.txt
      --> workflows/demo.toml:7:10
      |
    7 | stdout = 'leg.txt'
      |          ^^^^^^^^^
    help: name the item in the path, such as "out/{{ n }}.txt", or write order = "serial" in `each`

    next:
      Fix the errors above.
      $ orch workflow check demo
    "#);
    house.workflow("demo", &each(", order = 'serial'")).orch("workflow check demo").code(0);
}

#[test]
fn unordered_gates_with_one_output_are_refused_however_it_is_spelled() {
    for (one, other) in [
        ("path = 'out/a.md'", "path = './out/a.md'"),
        ("path = 'out/a.md'", "glob = 'out/*.md'"),
        ("glob = 'out/*.md'", "path = 'out/a.md'"),
        ("glob = 'out/*.md'", "glob = 'out/*.md'"),
    ] {
        let plan = gate("one", "needs = []\ncontract = 'one'")
            + &gate("two", "needs = []\ncontract = 'two'");
        let house = House::new()
            .contract("one", &format!("[[output]]\n{one}\n"))
            .contract("two", &format!("[[output]]\n{other}\n"))
            .workflow("demo", &plan);
        house.orch("workflow check demo").code(2).says("gates `one` and `two` both write ");
        let ordered = plan.replace("needs = []\ncontract = 'two'", "contract = 'two'");
        house.workflow("demo", &ordered).orch("workflow check demo").code(0);
    }
}

#[test]
fn what_stands_beside_an_end_may_run_or_not() {
    let plan = |needs: &str| {
        gate("look", "")
            + &format!("[[gate]]\nid = 'enough'\nneeds = {needs}\nend = {{ status = 'PASSED' }}\n")
            + &gate("work", "needs = ['look']")
            + &gate("tidy", "finally = true")
    };
    let house = House::new().workflow("demo", &plan("['look']"));
    insta::assert_snapshot!(warnings(&house), @r#"warning: demo: whether gate work runs before gate enough ends the run depends on which is reached first; write needs = ["work"] in gate enough, or needs = ["enough"] in gate work"#);
    assert_eq!(warnings(&house.workflow("demo", &plan("['work']"))), "");
}

#[test]
fn a_file_is_read_while_another_gate_may_change_it() {
    let plan = |needs: &str, reads: &str| {
        let change = gate("change", "needs = ['make']\nedits = ['a.txt']");
        let plan = [
            gate("make", "contract = 'a'"),
            change,
            gate("read", &format!("needs = [{needs}]\n{reads}")),
        ];
        House::new()
            .leaves("a", "a.txt")
            .contract("look", "[[check]]\nkind = 'not_contains'\npath = 'a.txt'\ntext = 'x'")
            .workflow("demo", &plan.concat())
    };
    for reads in ["contract = 'look'", "reads = ['a.txt']", "attach = ['a.txt']"] {
        let told = warnings(&plan("'make'", reads));
        assert_eq!(
            told,
            "warning: demo: gate read reads a.txt, which gate change changes, and neither depends on the other; write needs = [\"change\"] in gate read\n"
        );
        assert_eq!(warnings(&plan("'change'", reads)), "");
    }
}

#[test]
fn instances_change_the_same_files() {
    let plan = |order: &str| {
        let each =
            format!("each = {{ in = '{{{{ [1, 2] }}}}', as = 'n'{order} }}\nedits = ['src/**']");
        House::new().workflow("demo", &gate("a", &each))
    };
    insta::assert_snapshot!(warnings(&plan("")), @r#"warning: demo: all instances of gate a change src/**; name the item in its path, such as out/{{ n }}.md, or write order = "serial" in `each`"#);
    assert_eq!(warnings(&plan(", order = 'serial'")), "");
}

#[test]
fn a_template_looks_at_no_gate_beside_its_own() {
    let when = "when = '{{ gates.a.status == \"PASS\" }}'";
    let plan = |needs: &str| {
        let c = gate("c", &format!("needs = [{needs}]\n{when}"));
        let gates = [gate("a", "needs = []"), gate("b", "needs = []"), c];
        House::new().workflow("demo", &gates.concat())
    };
    insta::assert_snapshot!(plan("'b'").orch("workflow check demo").code(2).stderr, @r#"
    error: gate `c` looks at gate `a`, and neither depends on the other
      --> workflows/demo.toml:14:6
       |
    14 | id = 'c'
       |      ^^^
    help: write needs = ["b", "a"] in gate `c`

    next:
      Fix the errors above.
      $ orch workflow check demo
    "#);
    assert_eq!(warnings(&plan("'b', 'a'")), "");
}

#[test]
fn no_run_stops_at_a_gate_called_as_its_end_is() {
    let house = House::new().workflow("demo", &(gate("a", "") + &gate("end", "") + &gate("b", "")));
    insta::assert_snapshot!(warnings(&house), @"warning: demo: no run can be stopped at gate end: `until` given as `end` means the end of the run");
    house.orch("run demo --until a").code(0).says("PAUSED");
    house.orch("run resume --until end").code(0).says("PASSED");
}
