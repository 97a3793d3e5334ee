//! `reuse`: what is unchanged is not done again, and the reason is told either way.

use crate::house::House;

fn house() -> House {
    House::new()
        .file("in.txt", "one\n")
        .workflow(
            "demo",
            "[inputs]
             mode = { type = 'string', default = 'x' }
             [[gate]]
             id = 'copy'
             executor = 'command'
             command = ['sh', '-c', 'echo done >> times; cp in.txt out.txt']
             contract = 'copy'
             reads = ['in.txt']
             reuse = true",
        )
        .leaves("copy", "out.txt")
}

fn times(house: &House) -> usize {
    house.read("times").lines().count()
}

fn reason(house: &House) -> String {
    house.attempt("copy", 1)["reuse"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn nothing_has_changed() {
    let house = house();
    house.orch("run demo").code(0);
    assert_eq!(reason(&house), "it has not passed before");
    house.orch("run demo").code(0).says("REUSED copy");
    assert_eq!(times(&house), 1);
    assert_eq!(house.gates(), "copy PASS");
    assert_eq!(house.record()["gates"][0]["reused"]["attempt"], 1);
}

#[test]
fn what_it_reads_has_changed() {
    let house = house();
    house.orch("run demo").code(0);
    house.write("in.txt", "two\n");
    house.orch("run demo").code(0);
    assert_eq!(times(&house), 2);
    assert_eq!(reason(&house), "in.txt, which it reads, has changed");
}

#[test]
fn its_output_has_changed() {
    let house = house();
    house.orch("run demo").code(0);
    house.write("out.txt", "other\n");
    house.orch("run demo").code(0);
    assert_eq!(times(&house), 2);
    assert_eq!(reason(&house), "its output out.txt has changed");
    house.remove("out.txt");
    house.orch("run demo").code(0);
    assert_eq!(times(&house), 3);
}

#[test]
fn its_recipe_has_changed() {
    let house = house();
    house.orch("run demo").code(0);
    house.orch("run demo --mode y").code(0);
    assert_eq!(times(&house), 2);
    assert!(reason(&house).starts_with("its recipe"), "{}", reason(&house));
}

#[test]
fn why_a_gate_is_done_again_is_told() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'a'
             executor = 'command'
             shell = 'cat data > out'
             reads = ['data']
             reuse = true
             contract = 'out'",
        )
        .leaves("out", "out")
        .file("data", "1");
    house.orch("run demo").code(0).says("a is not reused: it has not passed before");
    house.write("data", "2");
    house.orch("run demo").code(0).says("a is not reused: data, which it reads, has changed");
    house.orch("run demo").code(0).says("REUSED").never_says("is not reused");
}

/// A gate that uses one of two inputs, in a workflow whose key is the other.
fn of_one_input(inputs: &str, script: &str) -> House {
    let gate = format!(
        "key = '{{{{ slug }}}}'
         [inputs]
         slug = {{ type = 'string' }}
         mode = {{ type = 'string', default = 'x' }}
         [[gate]]
         id = 'copy'
         executor = 'command'
         command = ['sh', '-c', '{script}']
         contract = 'copy'
         reads = ['in.txt']
         reuse = true
         inputs = [{inputs}]",
    );
    let house = House::new().file("in.txt", "one\n").leaves("copy", "out.txt");
    house.workflow("demo", &gate)
}

#[test]
fn inputs_that_a_gate_does_without_are_not_compared() {
    let script = "echo \"$ORCH_INPUT_MODE$ORCH_INPUT_SLUG\" >> times; cp in.txt out.txt";
    let house = of_one_input("'mode'", script);
    house.orch("run demo --slug a").code(0);
    house.orch("run demo --slug b").code(0).says("REUSED copy");
    house.orch("run demo --slug b --mode y").code(0);
    // It does not get the others either.
    assert_eq!(house.read("times"), "x\ny\n");
}

#[test]
fn inputs_that_a_gate_does_without_are_used_nowhere_in_it() {
    let told = |house: &House| house.orch("workflow check demo").code(2).stderr;
    insta::assert_snapshot!(told(&of_one_input("'mode'", "echo {{ slug }}")), @r#"
    error: `slug` is not listed in the `inputs` of the gate
      --> workflows/demo.toml:10:42
       |
    10 |          command = ['sh', '-c', 'echo {{ slug }}']
       |                                          ^^^^
    help: add "slug" to `inputs`

    next:
      Fix the errors above.
      $ orch workflow check demo
    "#);
    insta::assert_snapshot!(told(&of_one_input("'mod'", "true")), @"
    error: unknown input `mod`
      --> workflows/demo.toml:14:20
       |
    14 |          inputs = ['mod']
       |                    ^^^^^
    help: did you mean `mode`?

    next:
      Fix the errors above.
      $ orch workflow check demo
    ");
    let house = of_one_input("'mode'", "true").file("prompts/a.md", "{% include 'b.md' %}\n");
    let house = house.file("prompts/b.md", "About {{ slug }}\n");
    let plan = house.read("workflows/demo.toml");
    house.write("workflows/demo.toml", format!("{plan}\nprompt = 'a.md'\n"));
    insta::assert_snapshot!(told(&house), @r#"
    error: `slug` is not listed in the `inputs` of the gate
      --> prompts/b.md:1:10
      |
    1 | About {{ slug }}
      |          ^^^^
    help: add "slug" to `inputs`

    next:
      Fix the errors above.
      $ orch workflow check demo
    "#);
}

/// Text that is reused, and an auditor who takes the second version of it.
fn audited() -> House {
    House::new()
        .agents("[agents.auditor]\nuse = 'claude'\n")
        .leaves("text", "text.md")
        .contract(
            "report",
            "[[output]]\npath = 'report.json'
             checks = [{ kind = 'field', pointer = '/ok', equals = true, verdict = true }]",
        )
        .script("audit", "grep -q two text.md && ok=true || ok=false; echo \"{\\\"ok\\\": $ok}\" > report.json")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'command'
             shell = 'if test -e text.md; then echo two > text.md; else echo one > text.md; fi; echo done >> times'
             contract = 'text'
             reads = ['source']
             reuse = true
             [[gate]]
             id = 'audit'
             executor = 'agent'
             agent = 'auditor'
             audits = 'write'
             contract = 'report'
             on_fail = { goto = 'write', visits = 1 }",
        )
        .file("source", "x\n")
}

#[test]
fn what_was_refused_is_not_reused_as_the_answer() {
    let house = audited();
    house.orch("run demo").code(0);
    assert_eq!(house.read("times"), "done\ndone\n");
    // What passed then is reused by the next run.
    house.orch("run demo").code(0);
    assert_eq!(house.read("times"), "done\ndone\n");
    house.orch("gate redo --gate write --reason again").code(0);
    assert_eq!(house.read("times"), "done\ndone\ndone\n");
}

#[test]
fn what_an_auditor_refused_last_is_not_reused_by_the_next_run() {
    let house = audited();
    house.write(
        "workflows/demo.toml",
        house
            .read("workflows/demo.toml")
            .replace("on_fail = { goto = 'write', visits = 1 }", "on_fail = 'stop'"),
    );
    let refused = house.orch("run demo");
    assert_eq!(refused.code, 1, "{}", refused.shown());
    house.orch("run demo").code(0);
    assert_eq!(house.attempt("write", 1)["reuse"], "audit refused its last result");
}
