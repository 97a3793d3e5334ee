//! The caret of a mistake stands under the value that is wrong, and in the file that holds it.

use super::contract;
use super::told;
use super::workflow;

/// A command gate, an approval that follows it, and more keys of each.
fn two_gates(first: &str, second: &str) -> String {
    told(&workflow(&format!(
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n{first}\n\
         [[gate]]\nid = 'b'\nexecutor = 'human'\n{second}"
    )))
}

#[test]
fn the_caret_of_a_key_in_a_table_stands_under_its_value() {
    let signed = "approval = { signed = true, by = ['ada@example.org'], not_by = 'zz' }";
    let told = [
        two_gates("on_fail = { goto = 'b', visits = 2 }", ""),
        two_gates("on_fail = { goto = 'zz', visits = 2 }", ""),
        two_gates("on_fail = { goto = 'a', visits = 2, per = 'a' }", ""),
        two_gates("", "poll = { every = '30s', deadline = '2h' }"),
        two_gates("", signed),
        told(&workflow("[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = []")),
        two_gates("secrets = ['API_URL', 'A B']", ""),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: `b` does not come before `a`
      --> workflows/demo.toml:7:20
    help: write this gate or one that it needs

    error: unknown gate `zz`
      --> workflows/demo.toml:7:20
    help: known: a, b

    error: `per` is `a`, whose jumps do not reopen `a`
      --> workflows/demo.toml:7:43
    help: write a later gate whose `on_fail` goes back to this gate or an earlier one

    error: `poll` belongs to executor "command"
      --> workflows/demo.toml:11:8
    help: write executor = "command", or remove `poll`

    error: unknown gate `zz`
      --> workflows/demo.toml:11:64
    help: known: a

    error: `command` is empty
      --> workflows/demo.toml:6:11
    help: write command = ["program", "argument"]

    error: `A B` is not a valid variable name
      --> workflows/demo.toml:7:23
    help: write a name such as API_URL, without blanks and `=`
    "#);
}

#[test]
fn what_a_contract_compares_with_is_told_in_the_contract() {
    let outputs = "[[output]]\npath = 'x'\nchecks = [{ kind = 'file_exists' }, ";
    let check = "{ kind = 'unchanged', paths = ['x'], since = 'zz' }]";
    insta::assert_snapshot!(told(&contract(&format!("{outputs}{check}"))), @"
    error: invalid `since`: unknown gate `zz`
      --> contracts/c.toml:4:82
    help: known: run
    ");
}

#[test]
fn a_string_that_is_not_closed_is_not_told_as_its_list() {
    let command = |list: &str| {
        told(&workflow(&format!("[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = {list}")))
    };
    let told = [
        command("[\"true\n"),
        command("['true', 'x\n"),
        command("[\"a\\\"b\", \"it's\"\n"),
        told(&workflow("[[gate]]\nid = 'a'\nexecutor = 'human'\napproval = { by = \"person }\n")),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: the string is not closed
      --> workflows/demo.toml:6:17
    help: write " at its end

    error: the string is not closed
      --> workflows/demo.toml:6:22
    help: write ' at its end

    error: the list is not closed
      --> workflows/demo.toml:6:26
    help: write ] at its end

    error: the string is not closed
      --> workflows/demo.toml:6:28
    help: write " at its end
    "#);
}
