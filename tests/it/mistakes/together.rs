//! Several mistakes at once: each is told, and what only follows from one is not.

use super::told;
use super::workflow;
use crate::house::House;

#[test]
fn one_mistake_hides_no_other() {
    let house = House::new()
        .workflow(
            "demo",
            "verion = '2'
             [inputs]
             slug = { type = 'slg' }
             n = { type = 'integer', default = 'x' }
             [[gate]]
             id = 'my gate'
             executor = 'Human'
             contract = 'c'
             [[gate]]
             idd = 'b'
             executor = 'human'
             each = { inn = '{{ n }}', as = 'chapter' }
             contract = 'd'
             [[gate]]
             id = 'c'
             needs = ['b', 'nowhere']
             executor = 'command'
             command = ['{{ slug }}', '{{ slgu }}']
             timeout = '1h30m'
             [[gate]]
             id = 'e'
             executor = 'agent'
             prompt = 'draft.md'",
        )
        .contract(
            "c",
            "titel = 'x'
             [[output]]
             path = 'a'
             optinal = true
             checks = [{ kind = 'word_count', mni = 3, severty = 'x', when = '{{ nothing }}' }]
             [[check]]
             kind = 'file_count'
             glob = 'a/*'
             min = 5
             max = 2",
        )
        .contract("d", "[[output]]\npath = '{{ chapter }}.md'\nfoo = 1\n");
    insta::assert_snapshot!(told(&house), @r#"
    error: unknown key `titel`
      --> contracts/c.toml:2:1
    help: known: [[check]], [[output]], description, name
    error: unknown key `optinal`
      --> contracts/c.toml:5:14
    help: did you mean `optional`?
    error: unknown key `mni`
      --> contracts/c.toml:6:47
    help: did you mean `min`?
    error: unknown key `severty`
      --> contracts/c.toml:6:56
    help: did you mean `severity`?
    error: unknown name `nothing` in a template
      --> contracts/c.toml:6:82
    help: known: attempt, gate, gates, n, run, session, slug
    error: file_count: `min` 5 is above `max` 2
      --> contracts/c.toml:10:20
    help: write min = 2, max = 5, or remove one of them
    error: unknown key `foo`
      --> contracts/d.toml:4:1
    help: known: any_of, checks, first_of, fresh, glob, optional, path
    error: unknown key `verion`
      --> workflows/demo.toml:3:1
    help: did you mean `version`?
    error: unknown value `slg`, expected one of `string`, `slug`, `path`, `file`, `choice`, `integer`, `number`, `bool`, `list`
      --> workflows/demo.toml:5:30
    help: did you mean `slug`?
    error: input `n`: `x` is not a whole number
      --> workflows/demo.toml:6:48
    help: write a whole number, such as 3
    error: `my gate` is not a valid gate id; use at most 64 letters, digits, `.`, `_` and `-`, starting with a letter or digit
      --> workflows/demo.toml:8:19
    help: write "my-gate"
    error: unknown executor `Human`
      --> workflows/demo.toml:9:25
    help: did you mean `human`?
    error: unknown key `idd`
      --> workflows/demo.toml:12:14
    help: did you mean `id`?
    error: unknown key `inn`
      --> workflows/demo.toml:14:23
    help: did you mean `in`?
    error: unknown name `slgu` in a template
      --> workflows/demo.toml:20:43
    help: did you mean `slug`?
    error: `1h30m` is not a duration
      --> workflows/demo.toml:21:24
    help: write 90m
    error: `prompts/draft.md` not found
      --> workflows/demo.toml:25:23
    help: create prompts/draft.md; known: brief.md, epic/close.md, epic/scope.md, epic/tasks.md, review/leg.md, task/close.md, task/plan.md, task/work.md (18 more: orch workflow show NAME shows those of a workflow)
    "#);
}

#[test]
fn what_follows_from_a_mistake_is_not_told_beside_it() {
    let cases = [
        // What a gate is called, and what it answers, is unknown then.
        "[[gate]]\nidd = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nneeds = ['a']\nexecutor = 'human'",
        "[[gate]]\nid = 'a'\nexecutor = 'human'\nanswer.x = { type = 'bool' }\n\
         [[gate]]\nid = 'b'\nexecutor = 'human'\nwhen = '{{ gates.a.answers.x }}'",
        "[[gates]]\nid = 'a'\n[input]\nx = { type = 'string' }",
        "[[inputs]]\nname = 'x'\n[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['{{ x }}']",
        "[template.slow]\ntimeot = '5m'\nexecutor = 'human'\n\
         [[gate]]\nid = 'a'\nuse = 'slow'\n[[gate]]\nid = 'b'\nuse = 'slo'",
    ];
    let told: Vec<String> = cases.iter().map(|rest| told(&workflow(rest))).collect();
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: unknown key `idd`
      --> workflows/demo.toml:4:1
    help: did you mean `id`?

    error: unknown key `answer`
      --> workflows/demo.toml:6:1
    help: did you mean [answers]?

    error: unknown key `gates`
      --> workflows/demo.toml:3:3
    help: did you mean [[gate]]?
    error: unknown key `input`
      --> workflows/demo.toml:5:2
    help: did you mean [inputs]?

    error: expected a table, found a list
      --> workflows/demo.toml:3:1
    help: write [inputs.x], without a key for the name

    error: unknown key `timeot`
      --> workflows/demo.toml:4:1
    help: did you mean `timeout`?
    error: unknown template `slo`
      --> workflows/demo.toml:11:7
    help: did you mean `slow`?
    ");
}

#[test]
fn a_gate_with_a_wrong_key_is_judged_by_all_that_can_be_read_of_it() {
    let cases = [
        // The keys that are there are read, whatever the one was meant for that is not known.
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['{{ slgu }}', '{{ x | shout }}']\n\
         timeot = '5m'\nneeds = ['nowhere', 'elsewhere']\nwithin = '2x'",
        // It may be what names the item.
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['{{ chapter }}']\n\
         eech = { in = '{{ run.id }}', as = 'chapter' }",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['{{ chapter }}']\neach = 'chapters'",
        // Which gates there are is unknown; what each says of itself is not.
        "[[gate]]\nidd = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nneeds = ['a']\n\
         executor = 'human'\ncommand = ['x']",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['{{ one }}', '{{ two }}']\n\
         env = { A = '{{ three }}' }\ntimeout = '1x'\ndir = '../x'",
    ];
    let told: Vec<String> = cases.iter().map(|rest| told(&workflow(rest))).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: unknown name `slgu` in a template
      --> workflows/demo.toml:6:16
    help: known: attempt, gate, gates, run, session
    error: unknown filter `shout` in a template
      --> workflows/demo.toml:6:34
    help: did you mean `sort`?
    error: unknown key `timeot`
      --> workflows/demo.toml:7:1
    help: did you mean `timeout`?
    error: unknown gate `nowhere`
      --> workflows/demo.toml:8:10
    help: no other gate exists; remove it, or add a gate `nowhere`
    error: unknown gate `elsewhere`
      --> workflows/demo.toml:8:21
    help: no other gate exists; remove it, or add a gate `elsewhere`

    error: unknown key `eech`
      --> workflows/demo.toml:7:1
    help: did you mean [each]?

    error: expected a table, found string "chapters"
      --> workflows/demo.toml:7:8
    help: write each = { in = …, as = … }

    error: unknown key `idd`
      --> workflows/demo.toml:4:1
    help: did you mean `id`?
    error: `command` belongs to executor "command"
      --> workflows/demo.toml:10:11
    help: write executor = "command", or remove `command`

    error: unknown name `one` in a template
      --> workflows/demo.toml:6:16
    help: known: attempt, gate, gates, run, session
    error: unknown name `two` in a template
      --> workflows/demo.toml:6:29
    help: known: attempt, gate, gates, run, session
    error: unknown name `three` in a template
      --> workflows/demo.toml:7:17
    help: known: attempt, gate, gates, run, session
    error: `1x` is not a duration
      --> workflows/demo.toml:8:11
    help: write 500ms, 90s, 45m, 2h or 1d
    error: path "../x" leaves the project
      --> workflows/demo.toml:9:7
    help: paths are relative to the project's root, such as docs/a.md, and stay inside it
    "#);
}

#[test]
fn one_mistake_in_a_table_hides_no_other_in_it() {
    let house = workflow(
        "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\n\
         [checkpoint]\non = ['gate_pass', 'pause']\nat_cost = 'much'\n",
    )
    .contract(
        "c",
        "[[output]]\npath = 'x'\noptional = 'true'\nfresh = 'no'\n\
         checks = [{ kind = 'command', command = ['x'], timeout = 5, expect = 'zero' }]\n",
    );
    insta::assert_snapshot!(told(&house), @r#"
    error: expected true or false, found string "true"
      --> contracts/c.toml:4:12
    help: write true, without quotes
    error: expected true or false, found string "no"
      --> contracts/c.toml:5:9
    help: write fresh = true or false
    error: expected a string, found integer `5`
      --> contracts/c.toml:6:58
    help: write "5s" for seconds, or use m, h or d
    error: expected an exit code, a list of exit codes, or "nonzero", found string "zero"
      --> contracts/c.toml:6:70
    help: write expect = 0, [0, 3] or "nonzero"
    error: unknown value `gate_pass`, expected one of `session_start`, `gate_passed`, `error`, `pause`
      --> workflows/demo.toml:8:7
    help: did you mean `gate_passed`?
    error: expected a number, found string "much"
      --> workflows/demo.toml:9:11
    help: write at_cost = 0.8
    "#);
}

#[test]
fn all_that_is_wrong_is_told_whatever_the_command() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\ntimeout = '1x'\n";
    let house = workflow(&format!("{gate}when = '{{{{ nothing }}}}'"))
        .contract("c", "[[output]]\npath = 'x'\noptinal = true\n");
    let run = house.orch("run demo").code(2);
    insta::assert_snapshot!(run.stderr, @"
    error: `1x` is not a duration
      --> workflows/demo.toml:7:11
      |
    7 | timeout = '1x'
      |           ^^^^
    help: write 500ms, 90s, 45m, 2h or 1d
    error: unknown name `nothing` in a template
      --> workflows/demo.toml:8:12
      |
    8 | when = '{{ nothing }}'
      |            ^^^^^^^
    help: known: attempt, gate, gates, run, session
    error: unknown key `optinal`
      --> contracts/c.toml:4:1
      |
    4 | optinal = true
      | ^^^^^^^
    help: did you mean `optional`?
    ");
    let error = &house.orch("--json run demo").code(2).json()["error"];
    assert_eq!(error["place"]["file"], "workflows/demo.toml");
    assert_eq!(error["others"].as_array().map(Vec::len), Some(2));
    assert_eq!(error["others"][1]["message"], "unknown key `optinal`");
}

#[test]
fn all_that_is_wrong_with_the_configuration_is_told_at_once() {
    let house = House::new().file(
        "orch.toml",
        "[agents.mine]\ncommand = ['x']\ntimeout = 30\nbudget = 3\npass = 'X'\npacket = 'stdn'\n\
         [defaults]\nagnt = 'mine'\n[record]\nbranch = 'always'\n",
    );
    insta::assert_snapshot!(house.orch("doctor").code(2).stderr, @r#"
    error: expected a string, found integer `30`
      --> orch.toml:3:11
      |
    3 | timeout = 30
      |           ^^
    help: write "30s" for seconds, or use m, h or d
    error: expected a table, found integer `3`
      --> orch.toml:4:10
      |
    4 | budget = 3
      |          ^
    help: write budget = { usd = 3 }
    error: expected a list, found string "X"
      --> orch.toml:5:8
      |
    5 | pass = 'X'
      |        ^^^
    help: write ['X']
    error: unknown value `stdn`, expected one of `stdin`, `file`, `argument`
      --> orch.toml:6:10
      |
    6 | packet = 'stdn'
      |          ^^^^^^
    help: did you mean `stdin`?
    error: unknown key `agnt`
      --> orch.toml:8:1
      |
    8 | agnt = 'mine'
      | ^^^^
    help: did you mean `agent`?
    error: unknown value `always`
      --> orch.toml:10:10
       |
    10 | branch = 'always'
       |          ^^^^^^^^
    help: write "stops", "attempts" or "never"
    "#);
}

#[test]
fn all_agents_that_cannot_be_are_told_at_once() {
    let house = House::new().file(
        "orch.toml",
        "[agents.one]\nmodel = 'x'\n[agents.two]\nuse = 'three'\n[agents.four]\nuse = 'one'\n",
    );
    insta::assert_snapshot!(house.orch("run hello").code(2).stderr, @r#"
    error: agent `one` requires `preset`, `use` or `command`
      --> orch.toml:1:9
      |
    1 | [agents.one]
      |         ^^^
    help: write command = ["PROGRAM", "ARGUMENT"]
    error: unknown agent `three`
      --> orch.toml:4:7
      |
    4 | use = 'three'
      |       ^^^^^^^
    help: known: aider, amp, claude, codex, copilot, four, gemini, one, opencode, qwen
    error: agent `four` requires `preset`, `use` or `command`
      --> orch.toml:5:9
      |
    5 | [agents.four]
      |         ^^^^
    help: write command = ["PROGRAM", "ARGUMENT"]
    "#);
}

#[test]
fn a_signer_by_itself_is_a_list_of_one() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'human'\n";
    let by = |approval: &str| told(&workflow(&format!("{gate}approval = {approval}")));
    insta::assert_snapshot!(by("{ signed = true, by = 'ada@example.org' }"), @r#"
    error: unknown value `ada@example.org`, expected `person`
      --> workflows/demo.toml:6:34
    help: write signed = true, by = ["ada@example.org"], for certain people
    "#);
}
