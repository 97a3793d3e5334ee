//! Arguments of filters, tests and functions in templates: told when a workflow is loaded, and not by the
//! gate that would have rendered them.

use super::contract;
use super::told;
use super::workflow;
use crate::house::House;

const GATE: &str = "[inputs]\nslug = { type = 'slug' }\n[[gate]]\nid = 'a'\nexecutor = 'command'\n";

#[test]
fn an_argument_that_is_unknown_or_missing_is_told_at_its_place() {
    let command = |template: &str| {
        told(&workflow(&format!("{GATE}command = [\"echo\", \"{{{{ {template} }}}}\"]\n")))
    };
    let told = [
        command("slug | truncate(lenght=3)"),
        command("slug | replace(from='a')"),
        command("slug | replace(from=\\\"a\\\", too='b')"),
        command("slug | upper(to='x')"),
        command("slug is starting_with"),
        command("range(stop=3)"),
        told(&contract("[[output]]\npath = \"a-{{ run | split }}.md\"\n")),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: unknown argument `lenght` of filter `truncate`
      --> workflows/demo.toml:8:40
    help: did you mean `length`?

    error: filter `replace` requires the argument `to`
      --> workflows/demo.toml:8:31
    help: write replace(from='a', to='b')

    error: unknown argument `too` of filter `replace`
      --> workflows/demo.toml:8:51
    help: did you mean `to`?

    error: unknown argument `to` of filter `upper`
      --> workflows/demo.toml:8:37
    help: `upper` takes no arguments; remove it

    error: test `starting_with` requires the argument `pat`
      --> workflows/demo.toml:8:32
    help: write starting_with(pat='a')

    error: unknown argument `stop` of function `range`
      --> workflows/demo.toml:8:30
    help: known: end, start, step_by

    error: filter `split` requires the argument `pat`
      --> contracts/c.toml:3:20
    help: write split(pat=',')
    ");
}

#[test]
fn a_prompt_is_told_all_of_them_and_nothing_runs() {
    let house = House::new()
        .workflow("demo", &format!("{GATE}command = ['touch', 'x']\n[[gate]]\nid = 'b'\nexecutor = 'human'\nprompt = 'p.md'\n"))
        .file("prompts/p.md", "{{ slug | truncate }}\n{{ slug | trim(pattern='x') }}\n");
    house.orch("run demo --slug s").code(2);
    assert!(!house.exists("x"));
    insta::assert_snapshot!(told(&house), @"
    error: filter `truncate` requires the argument `length`
      --> prompts/p.md:1:11
    help: write truncate(length=80)
    error: unknown argument `pattern` of filter `trim`
      --> prompts/p.md:2:16
    help: known: pat
    ");
}

#[test]
fn right_ones_are_let_through() {
    let template =
        "{{ slug | replace(from='-', to=' ') | truncate(length=3, end='') | default(value='x') }}";
    let house = workflow(&format!("{GATE}command = [\"echo\", \"{template}\"]\nshow = true\n"));
    house.orch("run demo --slug a-b-c").code(0).says("a b\n");
}

#[test]
fn a_permit_says_which_values_there_are() {
    let permit = |key: &str| {
        let gate = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n";
        told(&workflow(&format!("[permits]\n{key}\n{gate}")))
    };
    let told = [permit("network = 'none'"), permit("network = true"), permit("read = 'none'")];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: expected "off", "any" or a list of hosts
      --> workflows/demo.toml:4:11
    help: write "off" or "any"

    error: expected a string or a list, found boolean `true`
      --> workflows/demo.toml:4:11
    help: write network = "off" or "any"

    error: expected "all" or a list of globs
      --> workflows/demo.toml:4:8
    help: write "all"
    "#);
}

#[test]
fn who_asks_for_the_help_of_help_gets_the_help() {
    let house = House::new();
    let help = house.orch("help").code(0);
    for words in ["help --help", "help -h"] {
        assert_eq!(house.orch(words).code(0).stdout, help.stdout, "{words}");
    }
}
