//! `orch workflow …`: reading, writing and drawing; nothing is executed.

use crate::house::House;

fn house() -> House {
    House::new().workflow(
        "demo",
        "description = 'A demonstration'
         [[gate]]
         id = 'write'
         name = 'Write \"it\"'
         executor = 'agent'
         agent = 'poet'
         [[gate]]
         id = 'left'
         executor = 'command'
         command = ['true']
         needs = ['write']
         [[gate]]
         id = 'audit'
         executor = 'agent'
         agent = 'judge'
         audits = 'write'
         needs = ['write']
         on_fail = { goto = 'write', visits = 2 }
         [[gate]]
         id = 'last'
         executor = 'human'
         needs = ['left', 'audit']
         join = 'any'",
    )
}

#[test]
fn graphs_tell_what_no_arrow_shows() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'human'
         approval = 'person'
         when = '{{ 1 < 2 }}'
         each = { in = '[\"x\"]', as = 'item' }",
    );
    insta::assert_snapshot!(house.orch("workflow graph demo --format mermaid").code(0).stdout, @r#"
    flowchart TD
        g0["a [human]<br/>approved by a person<br/>when {{ 1 #lt; 2 }}<br/>for each item of [#quot;x#quot;]"]
    "#);
    insta::assert_snapshot!(house.orch("workflow graph demo --format dot").code(0).stdout, @r#"
    digraph "demo" {
      "a" [shape=box, label="a [human]\napproved by a person\nwhen {{ 1 < 2 }}\nfor each item of [\"x\"]"];
    }
    "#);
}

#[test]
fn graphs_tell_who_decides_and_how_work_is_done() {
    let house = House::new()
        .contract(
            "judged",
            "[[output]]
             path = 'a.json'
             checks = [{ kind = 'field', pointer = '/ok', equals = true, verdict = true }]",
        )
        .workflow(
            "demo",
            "[inputs]
             reader = { type = 'string' }
             [[gate]]
             id = 'read'
             executor = 'agent'
             agent = '{{ reader }}'
             contract = 'judged'
             approval = { by = 'person', show = ['*.md'], within = '2h' }
             [[gate]]
             id = 'built'
             executor = 'command'
             command = ['x']
             dir = 'web'
             stdout = 'log.txt'
             locks = ['registry']
             edits = ['src/**']
             poll = { every = '30s', deadline = '2h' }
             [[gate]]
             id = 'ask'
             executor = 'human'
             within = '2h'
             each = { in = '[1]', as = 'n', order = 'serial' }",
        )
        .file("web/index", "");
    insta::assert_snapshot!(house.orch("workflow graph demo").code(0).stdout, @"
    read [agent {{ reader }}]  <- -  gives a verdict  approved by a person, who is shown *.md, within 2 hours
    built [command]  <- read  polls every 30 seconds for at most 2 hours  holds the lock registry  edits src/**  works in web  saves its output in log.txt
    ask [human]  <- built  waits at most 2 hours  for each n of [1], one by one
    ");
}

#[test]
fn graphs_in_three_languages() {
    let house = house();
    insta::assert_snapshot!(house.orch("workflow graph demo").code(0).stdout, @r#"
    write Write "it" [agent poet]  <- -
    left [command]  <- write
    audit [agent judge]  <- write  audits write  on failure back to write, at most 2 times
    last [human]  <- left, audit  (any)
    "#);
    insta::assert_snapshot!(house.orch("workflow graph demo --format mermaid").code(0).stdout, @r#"
    flowchart TD
        g0["write Write #quot;it#quot; [agent poet]"]
        g1["left [command]"]
        g2["audit [agent judge]"]
        g3["last [human]<br/>(any)"]
        g0 --> g1
        g0 --> g2
        g2 -. audits .-> g0
        g2 -. "fails, 2x" .-> g0
        g1 --> g3
        g2 --> g3
    "#);
    insta::assert_snapshot!(house.orch("workflow graph demo --format dot").code(0).stdout, @r#"
    digraph "demo" {
      "write" [shape=box, label="write Write \"it\" [agent poet]"];
      "left" [shape=box, label="left [command]"];
      "write" -> "left";
      "audit" [shape=box, label="audit [agent judge]"];
      "write" -> "audit";
      "audit" -> "write" [style=dotted, label=audits];
      "audit" -> "write" [style=dashed, label="fails, 2x"];
      "last" [shape=box, label="last [human]\n(any)"];
      "left" -> "last";
      "audit" -> "last";
    }
    "#);
    house.orch("workflow graph demo --format png").code(2).says("mermaid");
}

#[test]
fn the_list_has_the_projects_and_the_shipped_ones() {
    let done = house().orch("workflow list").code(0);
    assert!(
        done.stdout.contains("demo") && done.stdout.contains("visual-essay"),
        "{}",
        done.stdout
    );
    assert!(done.stdout.contains("built in") && done.stdout.contains("project"));
}

#[test]
fn show_says_which_copy_won() {
    let house = house();
    house.orch("workflow show demo").code(0).says("A demonstration").says("in the project");
    house.orch("workflow show visual-essay").code(0).says("built into orch");
    let user = house.outside("home/.config/orch/workflows");
    std::fs::create_dir_all(&user).unwrap();
    std::fs::write(
        user.join("mine.toml"),
        "name = 'mine'\nversion = '1'\n[[gate]]\nid = 'a'\nexecutor = 'human'\n",
    )
    .unwrap();
    house.orch("workflow show mine").code(0).says("~/.config/orch");
    house.orch("run mine").code(3);
    house.orch("workflow show dmeo").code(2).says("did you mean `demo`?");
}

#[test]
fn check_tells_every_error_of_a_file() {
    let house = house().workflow(
        "broken",
        "[[gate]]
         id = 'a'
         executor = 'command'
         command = ['true']
         needs = ['b']
         [[gate]]
         id = 'b'
         executor = 'human'
         command = ['x']
         on_fail = { goto = 'c' }
         [[gate]]
         id = 'a'
         executor = 'human'",
    );
    house.orch("workflow check demo").code(0).says("demo is valid");
    insta::assert_snapshot!(house.orch("workflow check broken").code(2).shown(), @r#"
    exit 2
    -- stdout
    -- stderr
    error: `command` belongs to executor "command"
      --> workflows/broken.toml:11:20
       |
    11 |          command = ['x']
       |                    ^^^^^
    help: write executor = "command", or remove `command`
    error: `goto` requires `visits`
      --> workflows/broken.toml:12:20
       |
    12 |          on_fail = { goto = 'c' }
       |                    ^^^^^^^^^^^^^^
    help: write on_fail = { goto = "c", visits = 3 }
    error: unknown gate `c`
      --> workflows/broken.toml:12:29
       |
    12 |          on_fail = { goto = 'c' }
       |                             ^^^
    help: known: a, b
    error: duplicate gate id `a`
      --> workflows/broken.toml:14:15
       |
    14 |          id = 'a'
       |               ^^^
    help: rename one of the gates

    next:
      Fix the errors above.
      $ orch workflow check broken
    "#);
    let json = house.orch("workflow check broken --json").code(2).json();
    assert_eq!(json["success"], false);
    assert!(json["data"][0]["errors"].as_array().unwrap().len() > 1);
    assert_eq!(json["data"][0]["errors"][0]["place"]["file"], "workflows/broken.toml");
}

#[test]
fn a_new_workflow_passes_its_check_and_can_be_rehearsed_and_run() {
    let house = House::new();
    let done = house.orch("workflow new my-flow").code(0);
    insta::assert_snapshot!(done.shown(), @"
    exit 0
    -- stdout
    workflows/my-flow.toml
    contracts/my-flow/draft.toml
    prompts/my-flow/draft.md
    -- stderr

    next:
      Edit these files to describe your work.
      $ orch workflow check my-flow
      $ orch rehearse my-flow --slug example
      $ orch run my-flow --slug example
    ");
    house.orch("workflow check my-flow").code(0);
    house.orch("rehearse my-flow --slug example").code(0);
    house.orch("run my-flow --slug example").code(3);
    house.orch("workflow new my-flow").code(2).says("already exists");
    done.never_says("warning");
    let done = house.orch("workflow new hello").code(0);
    done.says("warning: workflows/hello.toml overrides another workflow `hello`");
    house.orch("workflow new start").code(2);
    house.orch("workflow new ../up").code(2);
}

#[test]
fn schemas_are_json_schemas() {
    let house = House::new();
    for subject in ["workflow", "contract", "config"] {
        let json: serde_json::Value =
            serde_json::from_str(&house.orch(&format!("workflow schema {subject}")).code(0).stdout)
                .unwrap();
        jsonschema::validator_for(&json).unwrap();
    }
}
