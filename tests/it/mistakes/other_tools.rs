//! What people write who come from other tools: YAML, and commands that are meant for a shell.

use super::told;
use super::workflow;
use crate::house::House;

/// What is said of a file that is a workflow as a whole.
fn raw(text: &str) -> String {
    let house = House::new();
    house.write("workflows/demo.toml", text);
    told(&house)
}

#[test]
fn yaml_is_told_as_toml() {
    let lists = raw(
        "name: demo\nversion: 1\ngates:\n  - id: a\n    run: echo hi\n    retry: 3\n    needs:\n      - b\n",
    );
    let steps = raw("steps:\n  - run: make && ls\n");
    let nested = raw("agents:\n  claude:\n    preset: claude\n");
    let around = raw("name: demo, # a comment\ntags: [a, 'b']\nhttps://example.org\n");
    insta::assert_snapshot!([lists, steps, nested, around].join("\n\n"), @r#"
    error: `name: demo` is YAML, expected TOML
      --> workflows/demo.toml:1:7
    help: write name = "demo"
    error: `version: 1` is YAML, expected TOML
      --> workflows/demo.toml:2:10
    help: write version = "1"
    error: `gates:` is YAML, expected TOML
      --> workflows/demo.toml:3:7
    help: write [[gate]] above the keys of each
    error: `- id: a` is YAML, expected TOML
      --> workflows/demo.toml:4:5
    help: write id = "a"
    error: `run: echo hi` is YAML, expected TOML
      --> workflows/demo.toml:5:10
    help: write command = ["echo", "hi"]
    error: `retry: 3` is YAML, expected TOML
      --> workflows/demo.toml:6:12
    help: write retry = 3
    error: `needs:` is YAML, expected TOML
      --> workflows/demo.toml:7:11
    help: write needs = ["…"]
    error: `- b` is YAML, expected TOML
      --> workflows/demo.toml:8:9
    help: write the list in brackets: key = ["b", …]

    error: `steps:` is YAML, expected TOML
      --> workflows/demo.toml:1:7
    help: write [[gate]] above the keys of each
    error: `- run: make && ls` is YAML, expected TOML
      --> workflows/demo.toml:2:5
    help: write shell = "make && ls"

    error: `agents:` is YAML, expected TOML
      --> workflows/demo.toml:1:8
    help: write [agents.claude] above the keys of claude
    error: `claude:` is YAML, expected TOML
      --> workflows/demo.toml:2:10
    help: write [agents.claude] above its keys
    error: `preset: claude` is YAML, expected TOML
      --> workflows/demo.toml:3:13
    help: write preset = "claude"

    error: `name: demo, # a comment` is YAML, expected TOML
      --> workflows/demo.toml:1:7
    help: write name = "demo"
    error: `tags: [a, 'b']` is YAML, expected TOML
      --> workflows/demo.toml:2:7
    help: write tags = ["a", "b"]
    error: `https://example.org` is not `key = value`
      --> workflows/demo.toml:3:20
    help: write name = "…", one key on each line
    "#);
}

#[test]
fn a_command_for_a_shell_is_told_as_a_script() {
    let gate = |command: &str| {
        let house = workflow(&format!(
            "[inputs]\nx = {{ type = 'slug' }}\n[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = {command}\n"
        ));
        house.orch("workflow check demo").code(0).stderr.trim().to_owned()
    };
    let told = [
        gate("[\"echo $HOME && ls\"]"),
        gate("[\"wc -w {{ x }}\"]"),
        gate("[\"ls\", \"|\", \"wc\"]"),
        gate("[\"cat\", \"{{ x }}\", \">\", \"b\"]"),
        gate("[\"find\", \".\", \"-exec\", \"wc\", \"{}\", \";\"]"),
        gate("[\"./my tool\"]"),
        gate("[\"cut\", \"-d\", \"|\", \"-f1\", \"b\"]"),
        gate("[\"grep\", \"two words\", \"b\", \"|\", \"wc\"]"),
    ];
    let told: Vec<String> = told.into_iter().filter(|told| !told.is_empty()).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    warning: demo: gate a runs a program named `echo $HOME && ls`; write shell = "echo $HOME && ls"
    warning: demo: gate a runs a program named `wc -w {{ x }}`; write command = ["wc", "-w", "{{ x }}"]
    warning: demo: gate a passes `|` to `ls` as an argument; for a script, write shell = "ls | wc"
    warning: demo: gate a passes `>` to `cat` as an argument; for a script, write shell = 'cat "$ORCH_INPUT_X" > b'
    warning: demo: gate a passes `|` to `grep` as an argument; for a script, write shell = "grep 'two words' b | wc"
    "#);
}
