//! Values that a type refuses: the help line says what to write there, whatever the type.

use super::contract;
use super::told;
use super::workflow;
use crate::house::House;

#[test]
fn a_gate_says_which_values_there_are() {
    let gate = |keys: &str| {
        let keys = format!("[[gate]]\nid = 'a'\nexecutor = 'agent'\n{keys}\n");
        told(&workflow(&keys))
    };
    let told = [
        gate("join = 'some'"),
        gate("isolation = 'tree'"),
        gate("on_fail = 'xyz'"),
        gate("reuse = 'yes'"),
        gate("retry = { attempts = -1 }"),
        gate("on_fail = { goto = 'a', visits = 'x' }"),
        gate("reads = true"),
        gate("budget = { usd = 'x' }"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: unknown value `some`
      --> workflows/demo.toml:6:8
    help: write "all", "any", "done" or { passed_min = 2 }

    error: unknown value `tree`
      --> workflows/demo.toml:6:13
    help: write "worktree" or "shared"

    error: unknown value `xyz`
      --> workflows/demo.toml:6:11
    help: write "stop", "continue", "ignore" or { goto = "…", visits = 3 }

    error: expected true or false, found string "yes"
      --> workflows/demo.toml:6:9
    help: write reuse = true or false

    error: expected a whole number of at least 0, found integer `-1`
      --> workflows/demo.toml:6:22
    help: write attempts = 3

    error: expected a whole number of at least 0, found string "x"
      --> workflows/demo.toml:6:34
    help: write visits = 3

    error: expected a list, found boolean `true`
      --> workflows/demo.toml:6:9
    help: write reads = ["…"]

    error: expected a number, found string "x"
      --> workflows/demo.toml:6:18
    help: write usd = 5
    "#);
}

#[test]
fn a_contract_says_which_values_there_are() {
    let check = |keys: &str| told(&contract(&format!("[[check]]\n{keys}\n")));
    let told = [
        check("kind = 'file_count'\nglob = 'a/*'\nmin = -1"),
        check("kind = 'file_count'\nglob = 'a/*'\nmin = true"),
        check("kind = 'links_resolve'\npath = 'a'\ntimeout = -4"),
        told(&contract("[[output]]\npath = 'a'\noptional = 'yes'\n")),
        told(&contract("[[outputs]]\npath = 'a'\n")),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: expected a whole number of at least 0, or a template that renders one, found integer `-1`
      --> contracts/c.toml:5:7
    help: write min = 1

    error: expected a whole number of at least 0, or a template that renders one, found boolean `true`
      --> contracts/c.toml:5:7
    help: write min = 1

    error: unknown key `timeout`
      --> contracts/c.toml:5:1
    help: known: message, severity, verdict, when

    error: expected true or false, found string "yes"
      --> contracts/c.toml:4:12
    help: write optional = true or false

    error: unknown key `outputs`
      --> contracts/c.toml:2:3
    help: did you mean [[output]]?
    "#);
}

#[test]
fn the_configuration_says_which_values_there_are() {
    let told = |text: &str| {
        let done = House::new().file("orch.toml", text).orch("ls").code(2);
        let is_told =
            |line: &&str| ["error: ", "  --> ", "help: "].iter().any(|it| line.starts_with(it));
        done.stderr.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    };
    let told = [
        told("[record]\nbranch = 'sometimes'\n"),
        told("[[notify]]\ndesktop = true\n"),
        told("[[notify]]\non = 'x'\ndesktop = true\n"),
        told("[[notify]]\non = ['zzzz']\ndesktop = true\n"),
        told("[agents.a]\ncommand = ['x']\noutput = { cost_usd = 'cost' }\n"),
        told("agents = 'claude'\n"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: unknown value `sometimes`
      --> orch.toml:2:10
    help: write "stops", "attempts" or "never"

    error: missing key `on`
      --> orch.toml:1:1
    help: write on = ["…"]; known: budget, escalated, failed, passed, phase:cancelled, phase:complete, phase:deletion_failed, phase:paused (9 more)

    error: expected a list, found string "x"
      --> orch.toml:2:6
    help: write on = ["…"]; known: budget, escalated, failed, passed, phase:cancelled, phase:complete, phase:deletion_failed, phase:paused (9 more)

    error: unknown value `zzzz`
      --> orch.toml:2:6
    help: write "waiting", "escalated", "failed", "passed" or "budget"

    error: `cost` is not a JSON pointer
      --> orch.toml:3:23
    help: write "/cost", with `*` for any member

    error: expected a table, found string "claude"
      --> orch.toml:1:10
    help: write [agents.NAME]
    "#);
}
