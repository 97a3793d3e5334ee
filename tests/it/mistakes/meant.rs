//! Mistakes of who knows other tools: each is told with what was meant.

use super::told;
use super::workflow;

#[test]
fn what_was_meant_is_told() {
    let gate = |keys: &str| format!("[[gate]]\nid = 'a'\nexecutor = 'command'\n{keys}");
    let cases = [
        gate("each = ['a', 'b']"),
        gate("each = { in = ['a', 'b'], as = 'x' }"),
        gate("on_fail = 'retry'"),
        gate("on_fail = 'goto'"),
        gate("approval = 'ada'"),
        gate("shell = ['npm', 'test']"),
        gate("command = 'npm ci && npm test'"),
        gate("env = ['A=b']"),
        gate("budget = { usd = '$5' }"),
        gate("command = ['true']\nneeds = ['a']"),
        gate("command = ['true']\nneeds = ['b']\n[[gate]]\nid = 'b'\nexecutor = 'human'"),
        gate("command = ['true']\nprompt = 'Write about snow'"),
        gate("command = ['true']\nprompt = 'prompts/draft.md'"),
        gate("command = ['true']\ncontract = 'drafts'"),
        format!("[[step]]\nid = 'x'\n{}", gate("command = ['true']")),
        "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c\\d'".to_owned(),
    ];
    let told: Vec<String> = cases.iter().map(|rest| told(&workflow(rest))).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: expected a table, found a list
      --> workflows/demo.toml:6:8
    help: write each = { in = "{{ ['a', 'b'] }}", as = "item" }

    error: expected a string, found a list
      --> workflows/demo.toml:6:15
    help: write the list as an expression in quotes: in = "{{ ['a', 'b'] }}"

    error: unknown value `retry`, expected one of `stop`, `continue`, `ignore`, `{ goto = "…", visits = 3 }`
      --> workflows/demo.toml:6:11
    help: to try again, write retry = { attempts = 3 } instead

    error: unknown value `goto`, expected one of `stop`, `continue`, `ignore`, `{ goto = "…", visits = 3 }`
      --> workflows/demo.toml:6:11
    help: write on_fail = { goto = "…", visits = 3 }

    error: unknown value `ada`, expected one of `none`, `person`, `{ signed = true, by = ["…"] }`
      --> workflows/demo.toml:6:12
    help: write "person", or { signed = true, by = ["…"] } for certain people

    error: expected a string or a table, found a list
      --> workflows/demo.toml:6:9
    help: write command = ['npm', 'test']

    error: expected a list, found string "npm ci && npm test"
      --> workflows/demo.toml:6:11
    help: write shell = "npm ci && npm test", since it is a script

    error: expected a table, found a list
      --> workflows/demo.toml:6:7
    help: write env = { A = "b" }

    error: expected a number, found string "$5"
      --> workflows/demo.toml:6:18
    help: write 5, without quotes

    error: gate `a` needs itself
      --> workflows/demo.toml:7:10
    help: remove "a" from `needs` of gate `a`

    error: gates wait for each other: a needs b needs a
      --> workflows/demo.toml:7:10
    help: remove "b" from `needs` of gate `a`; or write needs = [] in gate `b`, which follows `a` without it

    error: `prompts/Write about snow` not found
      --> workflows/demo.toml:7:10
    help: put the instructions into a file, such as prompts/draft.md, and write "draft.md"

    error: `prompts/prompts/draft.md` not found
      --> workflows/demo.toml:7:10
    help: write "draft.md", and create prompts/draft.md; known: brief.md, epic/close.md, epic/scope.md, epic/tasks.md, review/leg.md, task/close.md, task/plan.md, task/work.md (18 more: orch workflow show NAME shows those of a workflow)

    error: `contracts/drafts.toml` not found
      --> workflows/demo.toml:7:12
    help: create contracts/drafts.toml; known: epic/close, epic/scope, epic/tasks, hello/draft, review/leg, task/close, task/plan, task/work (16 more: orch workflow show NAME shows those of a workflow)

    error: unknown key `step`
      --> workflows/demo.toml:3:3
    help: did you mean [[gate]]?

    error: path 'c\d' contains a backslash
      --> workflows/demo.toml:6:12
    help: write c/d
    "#);
}

#[test]
fn single_braces_are_no_template() {
    let inputs = "[inputs]\nslug = { type = 'slug' }\nmodel = { type = 'string' }\n";
    let gate =
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['awk', '{print}', '${slug}']\n";
    let key = workflow(&format!("key = '{{ slug }}'\n{inputs}{gate}"));
    let house = workflow(&format!("{inputs}{gate}env = {{ M = '{{modle}}' }}\ncontract = 'c'\n"))
        .contract("c", "[[output]]\npath = 'out/{slug}/{other}.md'\n");
    let done = house.orch("workflow check demo").code(0);
    insta::assert_snapshot!(format!("{}\n{}", told(&key), done.shown()), @"
    error: `{ slug }` is not a template and stays as it is
      --> workflows/demo.toml:3:8
    help: write {{ slug }}, with two braces on each side
    exit 0
    -- stdout
    demo is valid
    -- stderr
    warning: `{slug}` is not a template and stays as it is
      --> contracts/c.toml:3:13
      |
    3 | path = 'out/{slug}/{other}.md'
      |             ^^^^^^
    help: write {{ slug }}, with two braces on each side
    warning: `{other}` is not a template and stays as it is
      --> contracts/c.toml:3:20
      |
    3 | path = 'out/{slug}/{other}.md'
      |                    ^^^^^^^
    help: known: attempt, gate, gates, model, run, session, slug
    warning: `{modle}` is not a template and stays as it is
      --> workflows/demo.toml:10:14
       |
    10 | env = { M = '{modle}' }
       |              ^^^^^^^
    help: write {{ model }}, with two braces on each side
    ");
    house.orch("workflow check demo --json").code(0).says("contracts/c.toml:3:13: `{slug}`");
}

#[test]
fn what_a_failing_command_printed_is_called_so() {
    let house = workflow(
        "[[gate]]\nid = 'a'\nexecutor = 'command'\n\
         command = ['sh', '-c', 'echo no sources >&2; exit 3']",
    );
    house.orch("run demo").code(1).says("`sh` exited with code 3; stderr: no sources [executor]");
}

#[test]
fn a_command_line_as_a_program_is_doubted() {
    let house = workflow("[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['npm run build']");
    let says =
        "runs a program named `npm run build`; write command = [\"npm\", \"run\", \"build\"]";
    house.orch("workflow check demo").code(0).says(says);
}
