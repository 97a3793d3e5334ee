//! Mistakes that were made: each is told with what to write, so that nobody needs the documents.

mod agents;
mod answers;
mod arguments;
mod commands;
mod contracts;
mod each;
mod meant;
mod other_tools;
mod places;
mod prompts;
mod remedies;
mod rendering;
mod surroundings;
mod syntax;
mod together;
mod typed_help;
mod values;

use crate::house::House;

/// What the check of a workflow says first: its errors, without the line and its caret.
fn told(house: &House) -> String {
    let done = house.orch("workflow check demo").code(2);
    let is_told =
        |line: &&str| ["error: ", "  --> ", "help: "].iter().any(|it| line.starts_with(it));
    done.stderr.lines().filter(is_told).collect::<Vec<_>>().join("\n")
}

fn workflow(rest: &str) -> House {
    House::new().workflow("demo", rest)
}

fn contract(rest: &str) -> House {
    workflow("[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\n").contract("c", rest)
}

#[test]
fn a_workflow_says_what_to_write_instead() {
    let gate = |keys: &str| format!("[[gate]]\nid = 'a'\nexecutor = 'agent'\n{keys}");
    let cases = [
        "[gate]\nid = 'a'\nexecutor = 'human'".to_owned(),
        format!("[inputs]\nn = {{ type = 'int' }}\n{}", gate("")),
        format!("description = 2026-01-31\n{}", gate("")),
        gate("timeout = 30"),
        gate("within = 48"),
        gate("command = 'cp {{ slug }}.md out'"),
        format!("key = '{{{{ x | shout }}}}'\n[inputs]\nx = {{ type = 'string' }}\n{}", gate("")),
        gate("when = \"{{ 'x' is strng }}\""),
        gate("audits = 'a'"),
        gate("approval = { show = ['a.md'] }"),
        gate("approval = { by = ['ada@example.org'] }"),
        gate("retry = 3"),
        "[[gate]]\nexecutor = 'human'".to_owned(),
    ];
    let told: Vec<String> = cases.iter().map(|rest| told(&workflow(rest))).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: expected a list, found a table
      --> workflows/demo.toml:3:1
    help: write [[gate]], with two brackets on each side

    error: unknown value `int`, expected one of `string`, `slug`, `path`, `file`, `choice`, `integer`, `number`, `bool`, `list`
      --> workflows/demo.toml:4:14
    help: did you mean `integer`?

    error: expected a string, found date or time `2026-01-31`
      --> workflows/demo.toml:3:15
    help: write "2026-01-31", in quotes

    error: expected a string, found integer `30`
      --> workflows/demo.toml:6:11
    help: write "30s" for seconds, or use m, h or d

    error: expected a string, found integer `48`
      --> workflows/demo.toml:6:10
    help: write "48s" for seconds, or use m, h or d

    error: expected a list, found string "cp {{ slug }}.md out"
      --> workflows/demo.toml:6:11
    help: write ["cp", "{{ slug }}.md", "out"]

    error: unknown filter `shout` in a template
      --> workflows/demo.toml:3:15
    help: did you mean `sort`?

    error: unknown test `strng` in a template
      --> workflows/demo.toml:6:19
    help: did you mean `string`?

    error: gate `a` audits itself
      --> workflows/demo.toml:6:10
    help: write the gate whose work this one reviews

    error: missing key `by`
      --> workflows/demo.toml:6:12
    help: write by = "person", or with signed = true: by = ["ada@example.org"]

    error: `by` with names requires `signed = true`
      --> workflows/demo.toml:6:12
    help: write signed = true, or by = "person" for an approval without a signature

    error: expected a table, found integer `3`
      --> workflows/demo.toml:6:9
    help: write retry = { attempts = 3 }

    error: missing key `id`
      --> workflows/demo.toml:3:1
    help: write id = "draft"
    "#);
}

#[test]
fn a_contract_says_what_to_write_instead_and_where() {
    let cases = [
        "[output]\npath = 'a'",
        "[[output]]\npath = 'a'\n[[output.check]]\nkind = 'csv'",
        "[[output]]\npath = 'a'\nchecks = [{ kind = 'csv', severity = 'warn' }]",
        "[[check]]\nkind = 'matches'\npath = 'a'\nregex = '('",
        "[[check]]\nkind = 'file_count'\nglob = 'a/*'\nmin = 'three'",
        "[[check]]\nkind = 'contains_headings'\npath = 'a'\nlevel = 9\nheadings = ['b']",
        "[[check]]\nkind = 'unchanged'\npaths = []\nsince = 'run'",
        "[[output]]\npath = 'a'\nchecks = [{ kind = 'field', pointer = 'x', equals = 1 }]",
        "[[check]]\nkind = 'command'\ncommand = ['x']\ntimeout = '5'",
    ];
    let told: Vec<String> = cases.iter().map(|rest| told(&contract(rest))).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: `output` must be a list of tables
      --> contracts/c.toml:2:1
    help: write [[output]]

    error: unknown key `check` of an output
      --> contracts/c.toml:4:10
    help: write checks = [{ kind = "…" }] below [[output]]

    error: unknown value `warn`, expected one of `error`, `warning`, `info`
      --> contracts/c.toml:4:38
    help: did you mean `warning`?

    error: matches: the regex `(` is invalid: unclosed group
      --> contracts/c.toml:5:9
    help: write \ before a character that is meant as itself; look-around and back-references are not supported: https://docs.rs/regex/latest/regex/#syntax

    error: expected a whole number of at least 0, or a template that renders one, found string "three"
      --> contracts/c.toml:5:7
    help: write min = 1

    error: contains_headings: `level` must be 1 to 6, not 9
      --> contracts/c.toml:5:9
    help: write level = 2, for headings with two #

    error: unchanged: `paths` is empty
      --> contracts/c.toml:4:9
    help: write paths = ["…"]

    error: field: `x` is not a JSON pointer
      --> contracts/c.toml:4:39
    help: write pointer = "/x"

    error: command: `5` is not a duration
      --> contracts/c.toml:5:11
    help: write 5s
    "#);
}

#[test]
fn all_errors_are_told_at_once() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'a'
             executor = 'human'
             contract = 'c'
             [[gate]]
             id = 'b'
             executor = 'command'
             command = ['{{ nothing }}']
             contract = 'd'",
        )
        .contract("c", "[[output]]\npth = 'x'\n[[check]]\nkind = 'fle_count'\n")
        .contract(
            "d",
            "[[output]]\npath = 'x'\nchecks = [{ kind = 'csvv' }, { kind = 'matches', regex = '[' }]\n",
        );
    insta::assert_snapshot!(told(&house), @r#"
    error: unknown key `pth`
      --> contracts/c.toml:3:1
    help: did you mean `path`?
    error: unknown check `fle_count`
      --> contracts/c.toml:5:8
    help: did you mean `file_count`?
    error: unknown check `csvv`
      --> contracts/d.toml:4:20
    help: did you mean `csv`?
    error: matches: the regex `[` is invalid: unclosed character class
      --> contracts/d.toml:4:58
    help: write \ before a character that is meant as itself; look-around and back-references are not supported: https://docs.rs/regex/latest/regex/#syntax
    error: unknown name `nothing` in a template
      --> workflows/demo.toml:10:29
    help: known: attempt, gate, gates, run, session
    "#);
    let house = workflow(
        "[[gate]]\nidd = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\ntimeout = 5\nexectuor = 'x'\n",
    );
    insta::assert_snapshot!(told(&house), @r#"
    error: unknown key `idd`
      --> workflows/demo.toml:4:1
    help: did you mean `id`?
    error: expected a string, found integer `5`
      --> workflows/demo.toml:8:11
    help: write "5s" for seconds, or use m, h or d
    error: unknown key `exectuor`
      --> workflows/demo.toml:9:1
    help: did you mean `executor`?
    "#);
}

#[test]
fn a_document_is_told_in_the_words_of_who_wrote_it() {
    let house = contract(
        "[[output]]\npath = 'a.yaml'\nchecks = [{ kind = 'field', pointer = '/a', equals = 1 }]\n",
    );
    house.orch("run demo").code(3);
    for (text, said) in [
        ("a: 1\na: 2\n", "a.yaml:2: invalid YAML: duplicate key `a` [field]\n"),
        (
            "a: 1\n---\nb: 2\n",
            "a.yaml:2: invalid YAML: expected one document, found another after `---` [field]\n",
        ),
        (
            "a: *b\n",
            "a.yaml:1: invalid YAML: `*` refers to an undefined anchor; quote the text if it is not an alias [field]\n",
        ),
        ("a: [1\n", "a.yaml:1: invalid YAML: unclosed bracket '[' [field]\n"),
    ] {
        house.write("a.yaml", text);
        house.orch("gate check").code(1).says(said);
    }
}

#[test]
fn git_is_told_without_the_words_of_a_library() {
    let broken = |breaks: &dyn Fn(&House)| {
        let house = workflow("[[gate]]\nid = 'a'\nexecutor = 'human'");
        breaks(&house);
        let done = house.orch("run demo").never_says("class=");
        let is_told = |line: &&str| {
            ["error: ", "caused by: ", "warning: ", "help: "].iter().any(|it| line.starts_with(it))
        };
        done.stderr.lines().filter(is_told).collect::<Vec<_>>().join("\n")
    };
    let told = [
        broken(&|house| house.write(".git/config", "[user\n")),
        broken(&|house| house.write(".git/refs/heads/main", "not an id\n")),
        broken(&|house| house.write(".git/HEAD", "ref: HEAD\n")),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: cannot open the repository at $HOUSE/project: git's settings are not valid [environment]
    caused by: failed to parse config file: missing ']' in section header (in $HOUSE/project/.git/config:1)
    help: run `git config --list`, which names the file and line

    warning: the record is not on its branch: cannot read refs/heads/main: a ref of the repository is damaged or leads nowhere
    help: after fixing that, commit it with: orch run resume

    warning: the record is not on its branch: the symbolic ref HEAD leads in a circle
    help: after fixing that, commit it with: orch run resume
    ");
}

#[test]
fn a_mistake_is_told_once_and_at_its_place() {
    let gate = "[[gate]]\nid = 'draft'\nexecutor = 'human'\n";
    let cases = [
        format!("{gate}{gate}"),
        format!("[inputs]\nmy-slug = {{ type = 'string' }}\n{gate}"),
        format!("[inputs]\na = {{ type = 'string', required = true }}\n{gate}"),
        format!("budget = 5\n{gate}"),
        "[[gate]]\nid = draft\nexecutor = 'human'".to_owned(),
        format!("{gate}zebra = 3\n"),
        format!("{gate}on_fail = {{ goto = 'send', visits = 2 }}\n"),
    ];
    let told: Vec<String> = cases.iter().map(|rest| told(&workflow(rest))).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: duplicate gate id `draft`
      --> workflows/demo.toml:7:6
    help: rename one of the gates

    error: `my-slug` is not a valid input name
      --> workflows/demo.toml:4:1
    help: use a-z, 0-9 and `_`, starting with a letter

    error: unknown key `required`
      --> workflows/demo.toml:4:24
    help: remove it: an input is required unless it has `optional = true` or a default

    error: expected a table, found integer `5`
      --> workflows/demo.toml:3:10
    help: write budget = { usd = 5 }

    error: `draft` is not in quotes
      --> workflows/demo.toml:4:6
    help: write "draft", in quotes

    error: unknown key `zebra`
      --> workflows/demo.toml:6:1
    help: for the list of keys: orch explain gate

    error: unknown gate `send`
      --> workflows/demo.toml:6:20
    help: known: draft
    "#);
    let house = House::new();
    house.write("orch.toml", "session_workflow = 'x'\n");
    house.orch("ls").code(2).says("help: put it under [defaults]\n");
    house.write("orch.toml", "[agents.c]\n");
    house.orch("ls").code(2).says("help: write command = [\"PROGRAM\", \"ARGUMENT\"]");
}
