//! What the help says can be typed: each mistake with the advice that is right for it.

use super::contract;
use super::told;
use super::workflow;

const HUMAN: &str = "[[gate]]\nid = 'a'\nexecutor = 'human'\n";

/// What is told of each text, which stands behind the name and the version of a workflow.
fn of_workflows(texts: &[&str]) -> String {
    let told: Vec<String> = texts.iter().map(|text| told(&workflow(text))).collect();
    told.join("\n\n")
}

#[test]
fn a_default_of_another_type_is_told_as_any_key_is() {
    let input = |rest: &str| format!("[inputs]\nn = {{ {rest} }}\n{HUMAN}");
    let texts = [
        input("type = 'bool', default = 'true'"),
        input("type = 'bool', default = 'no'"),
        input("type = 'integer', default = '3'"),
        input("type = 'number', default = '1.5'"),
        input("type = 'string', default = 5"),
        input("type = 'string', default = 1.10"),
        input("type = 'list', default = 'a,b'"),
        input("type = 'slug', default = ['a']"),
        format!(
            "[inputs]\ns = {{ type = 'slug' }}\nn = {{ type = 'string', required_if = {{ s = 5 }} }}\n{HUMAN}"
        ),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(of_workflows(&texts), @r#"
    error: input `n`: expected true or false, found string "true"
      --> workflows/demo.toml:4:32
    help: write true, without quotes

    error: input `n`: expected true or false, found string "no"
      --> workflows/demo.toml:4:32
    help: write false

    error: input `n`: expected a whole number, found string "3"
      --> workflows/demo.toml:4:35
    help: write 3, without quotes

    error: input `n`: expected a number, found string "1.5"
      --> workflows/demo.toml:4:34
    help: write 1.5, without quotes

    error: input `n`: expected a string, found integer `5`
      --> workflows/demo.toml:4:34
    help: write "5", in quotes

    error: input `n`: expected a string, found floating point `1.1`
      --> workflows/demo.toml:4:34
    help: write "1.10", in quotes

    error: input `n`: expected a list, found string "a,b"
      --> workflows/demo.toml:4:32
    help: write ["a", "b"]

    error: input `n`: expected a string, found a list
      --> workflows/demo.toml:4:32
    help: write "a", without brackets

    error: input `s`: expected a string, found integer `5`
      --> workflows/demo.toml:5:38
    help: write "5", in quotes
    "#);
    // A text that is no number is one of its type.
    let other = told(&workflow(&input("type = 'integer', default = 'many'")));
    assert!(other.contains("`many` is not"), "{other}");
}

#[test]
fn a_gate_that_audits_a_later_one_is_to_be_moved() {
    let audits = "[[gate]]\nid = 'a'\nexecutor = 'agent'\naudits = 'b'\n\
                  [[gate]]\nid = 'b'\nexecutor = 'human'\n";
    let circles = "[[gate]]\nid = 'a'\nexecutor = 'human'\nneeds = ['b']\n\
                   [[gate]]\nid = 'b'\nexecutor = 'human'\n\
                   [[gate]]\nid = 'c'\nexecutor = 'human'\nneeds = ['d']\n\
                   [[gate]]\nid = 'd'\nexecutor = 'human'\nneeds = ['c']\n\
                   [[gate]]\nid = 'e'\nexecutor = 'human'\nneeds = ['e']\n";
    insta::assert_snapshot!(of_workflows(&[audits, circles]), @r#"
    error: gates wait for each other: a needs b needs a
      --> workflows/demo.toml:6:10
    help: move gate `a` below gate `b`; or write needs = [] in gate `b`, which follows `a` without it

    error: gates wait for each other: a needs b needs a
      --> workflows/demo.toml:6:10
    help: remove "b" from `needs` of gate `a`; or write needs = [] in gate `b`, which follows `a` without it
    error: gates wait for each other: c needs d needs c
      --> workflows/demo.toml:13:10
    help: remove "d" from `needs` of gate `c`
    error: gate `e` needs itself
      --> workflows/demo.toml:21:10
    help: remove "e" from `needs` of gate `e`
    "#);
}

#[test]
fn a_condition_is_advised_that_can_hold() {
    let inputs = "[inputs]\ntopic = { type = 'slug' }\nn = { type = 'integer' }\n\
                  b = { type = 'bool' }\nc = { type = 'choice', choices = ['x', 'y'] }\n";
    let gate = |when: &str| format!("{inputs}{HUMAN}when = \"{when}\"\n");
    let texts = ["topic", "n", "b", "c", "{{ n }}", "{{ c }}", "{{ run.key }}"].map(gate);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(of_workflows(&texts), @r#"
    error: `topic` is neither `true` nor `false`
      --> workflows/demo.toml:11:8
    help: write a template, such as "{{ topic == 'a' }}"

    error: `n` is neither `true` nor `false`
      --> workflows/demo.toml:11:8
    help: write a template, such as "{{ n > 0 }}"

    error: `b` is neither `true` nor `false`
      --> workflows/demo.toml:11:8
    help: write a template, such as "{{ b }}"

    error: `c` is neither `true` nor `false`
      --> workflows/demo.toml:11:8
    help: write a template, such as "{{ c == 'x' }}"

    error: `n` is neither `true` nor `false`
      --> workflows/demo.toml:11:8
    help: write "{{ n > 0 }}"

    error: `c` is neither `true` nor `false`
      --> workflows/demo.toml:11:8
    help: write "{{ c == 'x' }}"

    error: `run` is a single value and has no `key`
      --> workflows/demo.toml:11:16
    help: write {{ run }}
    "#);
    // A text may be `true`.
    for sound in [
        "{{ topic }}",
        "{{ b }}",
        "{{- b -}}",
        "{{ n != '' }}",
        "{{ topic == 'a' }}",
        "{{ not b }}",
        "{{ topic is starting_with(pat='a') }}",
    ] {
        workflow(&gate(sound)).orch("workflow check demo").code(0);
    }
}

#[test]
fn a_list_without_braces_and_a_name_with_blanks_are_refused() {
    let each =
        |each: &str| format!("[inputs]\nl = {{ type = 'list' }}\n{HUMAN}each = {{ {each} }}\n");
    let texts =
        ["in = 'l', as = 'it'", "in = 'a, b', as = 'it'", "in = '{{ l }}', as = 'x y'"].map(each);
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(of_workflows(&texts), @r#"
    error: `l` is not a list
      --> workflows/demo.toml:8:15
    help: write in = "{{ l }}"

    error: `a, b` is not a list
      --> workflows/demo.toml:8:15
    help: write in = "{{ ['a', 'b'] }}"

    error: `x y` is not a valid item name
      --> workflows/demo.toml:8:31
    help: use letters, digits and `_`, starting with a letter or `_`
    "#);
    workflow(&each("in = '[1, 2]', as = 'it'")).orch("workflow check demo").code(0);
}

#[test]
fn what_is_not_closed_or_not_separated_is_told_where_it_is() {
    let texts = [
        format!("{HUMAN}env = {{ A = \"1\" B = \"2\" }}\n"),
        format!("{HUMAN}needs = ['a' 'b']\n"),
        format!("description = \"\"\"\na\nb\n{HUMAN}"),
        format!("[inputs]\nn = {{ type = 'integer', default = null }}\n{HUMAN}"),
        format!("{HUMAN}timeout = null\n"),
        format!("{HUMAN}needs = [null]\n"),
        format!("{HUMAN}retry = {{ attempts: 3 }}\n"),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(of_workflows(&texts), @r#"
    error: a comma is missing before `B`
      --> workflows/demo.toml:6:17
    help: write { A = "1", B = "2" }

    error: a comma is missing before `'b'`
      --> workflows/demo.toml:6:14
    help: write ['a', 'b']

    error: the string is not closed
      --> workflows/demo.toml:3:15
    help: write """ at its end

    error: `null` is not a TOML value
      --> workflows/demo.toml:4:35
    help: remove `default`: a key without a value is left out

    error: `null` is not a TOML value
      --> workflows/demo.toml:6:11
    help: remove `timeout`: a key without a value is left out

    error: `null` is not a TOML value
      --> workflows/demo.toml:6:10
    help: remove it from the list

    error: `=` is missing after `attempts`
      --> workflows/demo.toml:6:21
    help: write attempts = 3
    "#);
}

#[test]
fn a_table_is_named_as_it_is_to_be_written() {
    let input = workflow(&format!("[input]\na = {{ type = 'slug' }}\n{HUMAN}"));
    let agent = workflow(HUMAN);
    agent.write("orch.toml", "[agent.writer]\npreset = 'claude'\n");
    let agents = workflow(HUMAN);
    agents.write("orch.toml", "[agents.x]\npreset = 'claude'\n[[agents]]\nname = 'y'\n");
    let notify = workflow(HUMAN);
    notify.write("orch.toml", "[notify]\nto = 'a'\n[[notify]]\nto = 'b'\n");
    let defaults = workflow(HUMAN);
    defaults.write("orch.toml", "defaults = 'claude'\n");
    let output = contract("[[output]]\npath = 'a.md'\nrequired = false\n");
    let houses = [input, agent, agents, notify, defaults, output];
    insta::assert_snapshot!(houses.map(|house| told(&house)).join("\n\n"), @r#"
    error: unknown key `input`
      --> workflows/demo.toml:3:2
    help: did you mean [inputs]?

    error: unknown key `agent`
      --> orch.toml:1:2
    help: did you mean [agents.writer]?

    error: duplicate key `agents`
      --> orch.toml:3:3
    help: write [agents.NAME]

    error: duplicate key `notify`
      --> orch.toml:3:3
    help: write [[notify]] for each of them

    error: expected a table, found string "claude"
      --> orch.toml:1:12
    help: write defaults = { agent = 'claude' }

    error: unknown key `required`
      --> contracts/c.toml:4:1
    help: write optional = true
    "#);
}

#[test]
fn a_value_of_another_type_is_told_with_one_that_fits() {
    let gate = |executor: &str, keys: &str| {
        format!("[[gate]]\nid = 'a'\nexecutor = '{executor}'\n{keys}\n")
    };
    let texts = [
        gate("agent", "retry = { attempts = 3, backoff = 'exponential' }"),
        gate("command", "command = ['a', true]"),
        gate("agent", "approval = true"),
        gate("agent", "audits = ['l']"),
        gate("agent", "reads = 'a, b'"),
        gate("agent", "model = 'opus'"),
        gate("command", "command = ['a']\nshell = 'b'"),
        gate("command", "command = 'cat {{ topic }}.md | wc -w'"),
        format!("[inputs]\nc = {{ type = 'choice', choices = 'a,b' }}\n{HUMAN}"),
        format!("[inputs]\nrun = {{ type = 'string' }}\n{HUMAN}"),
        "[[gate]]\nid = 'a'\nworkflow = 'epic'\n".to_owned(),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(of_workflows(&texts), @r#"
    error: expected a number, found string "exponential"
      --> workflows/demo.toml:6:35
    help: write backoff = 2.0

    error: expected a string, found boolean `true`
      --> workflows/demo.toml:6:17
    help: write "true", in quotes

    error: expected a string or a table, found boolean `true`
      --> workflows/demo.toml:6:12
    help: write approval = "person"

    error: expected a string or a table, found a list
      --> workflows/demo.toml:6:10
    help: write 'l', without brackets

    error: expected a list, found string "a, b"
      --> workflows/demo.toml:6:9
    help: write ["a", "b"]

    error: unknown key `model`
      --> workflows/demo.toml:6:1
    help: put it under [agents.NAME] in orch.toml, and write agent = "NAME" here

    error: a command gate must not have both `command` and `shell`
      --> workflows/demo.toml:7:9
    help: remove one of them

    error: expected a list, found string "cat {{ topic }}.md | wc -w"
      --> workflows/demo.toml:6:11
    help: write shell = 'cat "$ORCH_INPUT_TOPIC".md | wc -w', since it is a script

    error: expected a list, found string "a,b"
      --> workflows/demo.toml:4:34
    help: write ["a", "b"]

    error: input `run` conflicts with the template name `run`
      --> workflows/demo.toml:4:1
    help: rename the input

    error: gate `a` has no executor
      --> workflows/demo.toml:4:6
    help: write executor = "workflow"
    error: workflow `epic`: input `id` is required
      --> workflows/demo.toml:5:12
    help: write with = { id = "…" }
    "#);
}
