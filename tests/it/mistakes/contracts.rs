//! Mistakes in contracts are told with what to write.

use super::contract;
use super::told;
use super::workflow;

#[test]
fn what_an_output_is_made_of_is_told_with_what_to_write() {
    let output = |keys: &str| told(&contract(&format!("[[output]]\n{keys}")));
    let told = [
        output("path = ['a', 'b']"),
        output("glob = ['a/*', 'b/*']"),
        output("path = 'a*b'"),
        output("path = '~/x'"),
        output("path = '../x'"),
        output("path = '/x'"),
        output("path = 'x/'"),
        output("glob = '[a'"),
        output("path = 'x'\nchecks = ['word_count']"),
        output("path = 'x'\nchecks = [{ kind = 'word_count', min = '{{ n }}' }]"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: `path` takes one string
      --> contracts/c.toml:3:8
    help: write any_of = ['a', 'b']

    error: `glob` takes one string
      --> contracts/c.toml:3:8
    help: write an [[output]] for each glob

    error: path "a*b" is a glob
      --> contracts/c.toml:3:8
    help: write glob = "a*b"

    error: path "~/x" is outside the project
      --> contracts/c.toml:3:8
    help: write a path relative to the project's root, such as docs/a.md

    error: path "../x" leaves the project
      --> contracts/c.toml:3:8
    help: paths are relative to the project's root, such as docs/a.md, and stay inside it

    error: path "/x" is absolute
      --> contracts/c.toml:3:8
    help: paths are relative to the project's root, such as docs/a.md, and stay inside it

    error: "x/" names a folder
      --> contracts/c.toml:3:8
    help: write "x" for a file, or the glob "x/**" for all files in the folder

    error: glob "[a": unclosed character class; missing ']'
      --> contracts/c.toml:3:8
    help: write a path with *, ? or [ab], such as chapters/*.md or docs/**

    error: expected a table, found 'word_count'
      --> contracts/c.toml:4:11
    help: write { kind = "word_count" }, with the parameters of the check

    error: unknown name `n` in a template
      --> contracts/c.toml:4:44
    help: known: attempt, gate, gates, run, session
    "#);
}

#[test]
fn parameters_of_checks_are_told_with_what_to_write() {
    let check = |keys: &str| told(&contract(&format!("[[check]]\nkind = {keys}")));
    let told = [
        check("'unchanged'\npaths = ['x']"),
        check("'unchanged'\nsince = 'run'\npaths = ['']"),
        check("'json_schema'\npath = 'x.json'"),
        check("'matches'\npath = 'x'\nregex = '(?<=a)b'"),
        check("'matches'\npath = 'x'"),
        check("'contains_headings'\npath = 'x'"),
        check("'command'\ncommand = []"),
        check("'command'\ncommand = ['x']\ntimeout = '0s'"),
        check("'contains_text'\npath = 'x'\nall = ['a']\nany = ['b']"),
        check("'dir_exists'\npath = '../x'"),
        check("'time_logged'\nmin_minutes = -1"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: missing key `since`
      --> contracts/c.toml:2:1
    help: write since = "run", or the id of a gate

    error: unchanged: `paths` contains an empty string
      --> contracts/c.toml:5:9
    help: remove the empty string
    error: the path is empty
      --> contracts/c.toml:5:10
    help: write the path of a file or folder of the project, such as docs/a.md

    error: missing key `schema`
      --> contracts/c.toml:2:1
    help: write schema = "schemas/a.json"

    error: matches: the regex `(?<=a)b` is invalid: look-around, including look-ahead and look-behind, is not supported
      --> contracts/c.toml:5:9
    help: write \ before a character that is meant as itself; look-around and back-references are not supported: https://docs.rs/regex/latest/regex/#syntax

    error: missing key `regex`
      --> contracts/c.toml:2:1
    help: write regex = '^# '

    error: missing key `headings`
      --> contracts/c.toml:2:1
    help: write headings = ["Summary"]

    error: command: `command` is empty
      --> contracts/c.toml:4:11
    help: write command = ["program", "argument"]

    error: command: `timeout` must be more than 0
      --> contracts/c.toml:5:11
    help: write timeout = "30s"

    error: contains_text: `all` and `any` are both set
      --> contracts/c.toml:6:7
    help: remove one of them, or write a check for each

    error: dir_exists: path "../x" leaves the project
      --> contracts/c.toml:4:8
    help: paths are relative to the project's root, such as docs/a.md, and stay inside it

    error: time_logged: `-1` is not a valid time
      --> contracts/c.toml:4:15
    help: write 0 or more
    "#);
}

#[test]
fn keys_of_gates_are_told_with_what_to_write() {
    let gate = |keys: &str| {
        told(&super::workflow(&format!(
            "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n{keys}"
        )))
    };
    let told = [
        gate("retry = { attempts = 0 }"),
        gate("retry = { attempts = 2, backoff = 0.1 }"),
        gate("timeout = 'm'"),
        gate("poll = { every = '1s' }"),
        gate("contract = '../x'"),
        gate("join = 'some'"),
        gate("stdout = 'a\\b'"),
        gate("[gate.answers]\nv = { type = 'choice' }"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: `attempts` must be at least 1
      --> workflows/demo.toml:7:22
    help: write attempts = 3

    error: `backoff` must be from 1 to 100
      --> workflows/demo.toml:7:35
    help: write backoff = 2, which doubles the delay each time

    error: `m` is not a duration
      --> workflows/demo.toml:7:11
    help: write a number before the unit, such as 30m

    error: missing key `deadline`
      --> workflows/demo.toml:7:8
    help: write deadline = "2h"

    error: path "../x" leaves the project
      --> workflows/demo.toml:7:12
    help: paths are relative to the project's root, such as docs/a.md, and stay inside it

    error: unknown value `some`
      --> workflows/demo.toml:7:8
    help: write "all", "any", "done" or { passed_min = 2 }

    error: path 'a\b' contains a backslash
      --> workflows/demo.toml:7:10
    help: write a/b

    error: answer `v`: type "choice" requires `choices`
      --> workflows/demo.toml:8:14
    help: write type = "choice", choices = ["a", "b"]
    "#);
}

#[test]
fn a_missing_file_is_told_once_wherever_its_checks_stand() {
    let house = contract(
        "[[output]]\npath = 'a.md'\n[[check]]\nkind = 'matches'\npath = 'a.md'\nregex = 'x'\n\
         [[check]]\nkind = 'word_count'\npath = 'b.md'\nmin = 3\n\
         [[check]]\nkind = 'file_exists'\npath = 'b.md'\n",
    );
    house.orch("run demo").code(3);
    insta::assert_snapshot!(house.orch("gate check").code(1).stdout, @"
    error: a.md does not exist [file_exists]
    error: b.md: the file does not exist [word_count]
    gate a would fail; nothing was recorded
    ");
    let counted = contract(
        "[[output]]\nglob = 'out/*.md'\n[[check]]\nkind = 'file_count'\nglob = 'out/*.md'\nmin = 2\n",
    );
    counted.orch("run demo").code(3);
    insta::assert_snapshot!(counted.orch("gate check").code(1).stdout, @"
    error: number of files that match `out/*.md` (expected at least 2, found 0) [file_count]
    gate a would fail; nothing was recorded
    ");
    counted.write("out/a.md", "a");
    insta::assert_snapshot!(counted.orch("gate check").code(1).stdout, @"
    error: number of files that match `out/*.md` (expected at least 2, found 1) [file_count]
    gate a would fail; nothing was recorded
    ");
    counted.write("out/b.md", "b");
    counted.orch("gate check").code(0);
}

#[test]
fn checks_without_an_output_say_where_they_belong() {
    let told = told(&contract("[[output.check]]\nkind = 'csv'\n"));
    insta::assert_snapshot!(told, @r#"
    error: checks of an output have no header `[[output.check]]`
      --> contracts/c.toml:2:3
    help: write [[output]] with its path, and below it checks = [{ kind = "…" }]
    "#);
}

#[test]
fn a_template_that_is_used_and_not_there_says_how_to_add_it() {
    let house = workflow("[[gate]]\nid = 'a'\nexecutor = 'human'\nuse = 'base'\n");
    insta::assert_snapshot!(told(&house), @"
    error: unknown template `base`
      --> workflows/demo.toml:6:7
    help: add [template.base] with the keys that gates share
    ");
}

#[test]
fn a_workflow_that_starts_itself_without_an_end_is_refused() {
    let gate = |when: &str| {
        workflow(&format!(
            "[inputs]\nleft = {{ type = 'integer', default = 2 }}\n[[gate]]\nid = 'a'\n\
             executor = 'workflow'\nworkflow = 'demo'\nwith = {{ left = '{{{{ left - 1 }}}}' }}\n{when}"
        ))
    };
    insta::assert_snapshot!(told(&gate("")), @"
    error: gate `a` starts its own workflow endlessly
      --> workflows/demo.toml:8:12
    help: start another workflow, or add a `when` that becomes false
    ");
    gate("when = '{{ left > 0 }}'\n").orch("workflow check demo").code(0);
}
