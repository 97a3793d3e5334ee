//! Mistakes in the languages: TOML, templates, YAML and JSON are told in words of who writes them.

use super::contract;
use super::told;
use super::workflow;
use crate::house::House;

/// What is said of a file that is no TOML.
fn raw(text: &str) -> String {
    let house = House::new();
    house.write("workflows/demo.toml", text);
    told(&house)
}

#[test]
fn toml_is_told_with_what_to_write() {
    let cases = [
        "name: demo\n",
        "// a workflow\nname = 'demo'\n",
        "{\"name\": \"demo\"}\n",
        "name = 'demo\n",
        "name = 'demo';\n",
        "name == 'demo'\n",
        "name = 'demo'\nversion = 1.0.0\n",
        "name = 'demo'\nversion =\n",
        "name = 'demo'\nname = 'x'\n",
    ];
    let told: Vec<String> = cases.iter().map(|text| raw(text)).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: `name: demo` is YAML, expected TOML
      --> workflows/demo.toml:1:7
    help: write name = "demo"

    error: `// a workflow` is not `key = value`
      --> workflows/demo.toml:1:4
    help: start a comment with #

    error: `{"name": "demo"}` is not `key = value`
      --> workflows/demo.toml:1:1
    help: write name = "…", one key on each line

    error: the string is not closed
      --> workflows/demo.toml:1:13
    help: write ' at its end

    error: unexpected `;` after the value
      --> workflows/demo.toml:1:14
    help: remove it: a value ends with its line

    error: unexpected second `=`
      --> workflows/demo.toml:1:7
    help: write one =

    error: `1.0.0` is not a number
      --> workflows/demo.toml:2:14
    help: write "1.0.0", in quotes

    error: `version` has no value
      --> workflows/demo.toml:2:10
    help: write version = "…"

    error: duplicate key `name`
      --> workflows/demo.toml:2:1
    help: remove one of the two
    "#);
}

#[test]
fn values_in_toml_are_told_with_what_to_write() {
    let head = "name = 'demo'\nversion = '1'\n";
    let cases = [
        format!("{head}key = {{{{ slug }}}}\n"),
        format!("{head}my key = 'a'\n"),
        format!("{head}[[gate]\nid = 'a'\n"),
        format!("{head}[[gate]]\nreuse = True\n"),
        format!("{head}[[gate]]\nreuse = yes\n"),
        format!("{head}[[gate]]\nneeds = ['b' 'c']\n"),
        format!("{head}[[gate]]\nretry = {{ attempts: 3 }}\n"),
        format!("{head}[[gate]]\nretry = {{ attempts = 3 delay = '5s' }}\n"),
        format!("{head}[[gate]]\nid = \"C:\\drafts\\x\"\n"),
        format!("{head}[budget]\nusd = 5,0\n"),
        format!("{head}[budget]\nusd = $5\n"),
        format!("{head}[budget]\nwarn_at = 80%\n"),
    ];
    let told: Vec<String> = cases.iter().map(|text| raw(text)).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: the template `{{ slug }}` is not in quotes
      --> workflows/demo.toml:3:8
    help: write "{{ slug }}", in quotes

    error: the key `my key` contains a space
      --> workflows/demo.toml:3:4
    help: write my_key = …

    error: the header `[[gate]` is not closed
      --> workflows/demo.toml:3:8
    help: write [[gate]]

    error: `True` is not a TOML value
      --> workflows/demo.toml:4:9
    help: write true

    error: `yes` is not a TOML value
      --> workflows/demo.toml:4:9
    help: write true

    error: a comma is missing before `'c'`
      --> workflows/demo.toml:4:14
    help: write ['b', 'c']

    error: `=` is missing after `attempts`
      --> workflows/demo.toml:4:21
    help: write attempts = 3

    error: a comma is missing before `delay`
      --> workflows/demo.toml:4:30
    help: write { a = 1, b = 2 }, with a comma between the keys

    error: a backslash in double quotes begins an escape
      --> workflows/demo.toml:4:10
    help: write 'C:\drafts\x' in single quotes, where a backslash is kept

    error: unexpected `,0` after the value
      --> workflows/demo.toml:4:8
    help: write 5.0

    error: `$5` is not a TOML value
      --> workflows/demo.toml:4:7
    help: write 5

    error: `80%` is not a TOML value
      --> workflows/demo.toml:4:11
    help: write 0.8
    "#);
}

#[test]
fn templates_are_told_with_what_to_write() {
    let keys = [
        "{{ x }",
        "{{ x y }}",
        "{{ }}",
        "{% if b %}a",
        "{% if b %}a{% end %}",
        "{{ x | replace('a', 'b') }}",
        "{{ x.upper() }}",
        "{{ x && b }}",
        "{{ b ? 'a' : 'c' }}",
        "{{ x if b }}",
        "{{ now() }}",
        "{{ X }}",
    ];
    let told: Vec<String> = keys
        .iter()
        .map(|key| {
            told(&workflow(&format!(
                "key = \"{key}\"\n[inputs]\nx = {{ type = 'string' }}\nb = {{ type = 'bool' }}\n\
                 [[gate]]\nid = 'a'\nexecutor = 'human'"
            )))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: `{{` is not closed
      --> workflows/demo.toml:3:13
    help: write {{ … }}

    error: missing operator between two values in a template
      --> workflows/demo.toml:3:13
    help: join strings with ~, as in {{ a ~ b }}, or write each value in its own braces

    error: a value is missing before `}}`
      --> workflows/demo.toml:3:11
    help: write a name or a value there, such as {{ slug }}

    error: `{% if … %}` has no end
      --> workflows/demo.toml:3:18
    help: add {% endif %} after it

    error: unknown statement `end` in a template
      --> workflows/demo.toml:3:22
    help: write {% endif %} or {% endfor %}

    error: an argument of a filter requires a name
      --> workflows/demo.toml:3:23
    help: write name=value, such as {{ x | replace(from='a', to='b') }}

    error: values have no methods in templates
      --> workflows/demo.toml:3:13
    help: use a filter, such as {{ title | upper }}

    error: `&&` is not a template operator
      --> workflows/demo.toml:3:13
    help: write `and`

    error: `?` is not a template operator
      --> workflows/demo.toml:3:13
    help: write {{ 'a' if condition else 'b' }}

    error: `if` in an expression has no `else`
      --> workflows/demo.toml:3:18
    help: write {{ a if condition else '' }}

    error: unknown function `now` in a template
      --> workflows/demo.toml:3:7
    help: use the name of an input, or a filter such as {{ slug | upper }}

    error: unknown name `X` in a template
      --> workflows/demo.toml:3:11
    help: did you mean `x`?
    ");
}

#[test]
fn a_condition_is_told_as_the_template_that_it_was_meant_to_be() {
    for (when, right) in [
        ("ready", "{{ ready }}"),
        ("{ ready }", "{{ ready }}"),
        ("depth == 'deep'", "{{ depth == 'deep' }}"),
    ] {
        let house = workflow(&format!(
            "[inputs]\nready = {{ type = 'bool' }}\ndepth = {{ type = 'string' }}\n\
             [[gate]]\nid = 'a'\nexecutor = 'human'\nwhen = \"{when}\"\n"
        ));
        let help = format!("help: write a template, such as \"{right}\"");
        house.orch("workflow check demo").code(2).says(&help);
    }
}

#[test]
fn data_is_told_in_words() {
    let judged = |name: &str, texts: &[&str]| -> String {
        let house = contract(&format!(
            "[[output]]\npath = '{name}'\nchecks = [{{ kind = 'field', pointer = '/a', equals = 1 }}]\n"
        ));
        house.orch("run demo").code(3);
        let first = |text: &&str| {
            house.write(name, text);
            let done = house.orch("gate check").code(1);
            done.stdout.lines().chain(done.stderr.lines()).next().unwrap_or_default().to_owned()
        };
        texts.iter().map(first).collect::<Vec<_>>().join("\n")
    };
    let yaml = [
        "a:\n\tb: 1\n",
        "a: b: c\n",
        "a: 1\n  b: 2\n",
        "a: \"b\n",
        "a: @b\n",
        "a: *\n",
        "- a\nb: 1\n",
    ];
    let json = [
        "{\"a\": 1,}",
        "{'a': 1}",
        "{\"a\": 1",
        "{\"a\": True}",
        "{\"a\": \"x\ny\"}",
        "{\"a\": 1}\n{\"a\": 2}",
    ];
    let told = [judged("a.yaml", &yaml), judged("a.json", &json)];
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: a.yaml:2: invalid YAML: the line is indented with a tab; use spaces [field]
    error: a.yaml:1: invalid YAML: unexpected `:`; quote the text or fix the indentation [field]
    error: a.yaml:2: invalid YAML: unexpected `:`; quote the text or fix the indentation [field]
    error: a.yaml:2: invalid YAML: unclosed quote [field]
    error: a.yaml:1: invalid YAML: unquoted text cannot start with `@`; quote it [field]
    error: a.yaml:1: invalid YAML: unquoted text cannot start with `*` or `&`; quote it [field]
    error: a.yaml:2: invalid YAML: a key at the level of list items; indent it, or start it with `- ` [field]

    error: a.json:1: invalid JSON: trailing comma; remove it [field]
    error: a.json:1: invalid JSON: keys must be in double quotes [field]
    error: a.json:1: invalid JSON: unclosed object; add `}` [field]
    error: a.json:1: invalid JSON: expected a value: a string in double quotes, a number, true, false or null [field]
    error: a.json:2: invalid JSON: line break or control character in a string; write \n [field]
    error: a.json:2: invalid JSON: expected one value, found more after it [field]
    "#);
}

#[test]
fn every_syntax_error_of_a_file_is_told_at_once() {
    let broken = "name = demo
version = '1'
[[gate]]
id = 'a
executor = 'human'
timeout = 5m
[[gate]
id = 'b'
executor = 'command'
command = ['echo' 'one' 'two'
    'three']
shell = yes
";
    let done = {
        let house = House::new();
        house.write("workflows/demo.toml", broken);
        house.orch("workflow check demo").code(2)
    };
    insta::assert_snapshot!(done.stderr, @r#"
    error: `demo` is not in quotes
      --> workflows/demo.toml:1:8
      |
    1 | name = demo
      |        ^^^^
    help: write "demo", in quotes
    error: the string is not closed
      --> workflows/demo.toml:4:8
      |
    4 | id = 'a
      |        ^
    help: write ' at its end
    error: `5m` is not in quotes
      --> workflows/demo.toml:6:11
      |
    6 | timeout = 5m
      |           ^^
    help: write "5m", in quotes
    error: the header `[[gate]` is not closed
      --> workflows/demo.toml:7:8
      |
    7 | [[gate]
      |        ^
    help: write [[gate]]
    error: a comma is missing before `'one'`
      --> workflows/demo.toml:10:19
       |
    10 | command = ['echo' 'one' 'two'
       |                   ^
    help: write ["a", "b"], with a comma between the items
    error: `yes` is not a TOML value
      --> workflows/demo.toml:12:9
       |
    12 | shell = yes
       |         ^^^
    help: write true

    next:
      Fix the errors above.
      $ orch workflow check demo
    "#);
}

#[test]
fn what_follows_from_a_syntax_error_is_not_told_beside_it() {
    let cases = [
        // A list that is never closed takes in all that follows, as does a table.
        "name = 'demo'\nargs = [1, 2\nversion = '1'\n[[gate]]\nid = 'a'\ntimeout = 5m\n",
        "name = 'demo'\nargs = { x = 1\nversion = '1'\n[[gate]]\nid = 'a'\n",
        "name = 'demo'\nargs = [\n  1,\n  2 3 4,\n  5 6,\n]\nversion = 1.0.0\n",
        // Nobody knows where this text was to end.
        "name = 'demo'\ndescription = '''one\nversion = 1.0.0\n[[gate]]\nid = 'a'\n",
        "[[gate\nid = 'a'\n[[gate\nid = 'a'\n",
    ];
    let told: Vec<String> = cases.iter().map(|text| raw(text)).collect();
    insta::assert_snapshot!(told.join("\n\n"), @r#"
    error: the list above is not closed
      --> workflows/demo.toml:3:1
    help: write ] at its end
    error: `5m` is not in quotes
      --> workflows/demo.toml:6:11
    help: write "5m", in quotes

    error: the table above is not closed
      --> workflows/demo.toml:3:1
    help: write } at its end

    error: `2 3 4` is not in quotes
      --> workflows/demo.toml:4:3
    help: write "2 3 4", in quotes
    error: `1.0.0` is not a number
      --> workflows/demo.toml:7:14
    help: write "1.0.0", in quotes

    error: the string is not closed
      --> workflows/demo.toml:2:15
    help: write ''' at its end

    error: the header `[[gate` is not closed
      --> workflows/demo.toml:1:7
    help: write [[gate]]
    error: the header `[[gate` is not closed
      --> workflows/demo.toml:3:7
    help: write [[gate]]
    "#);
}

#[test]
fn every_syntax_error_of_a_contract_is_told_at_once() {
    insta::assert_snapshot!(told(&contract("[[output]]\npath = a.md\n[[check]\nkind = x\n")), @r#"
    error: `a.md` is not in quotes
      --> contracts/c.toml:3:8
    help: write "a.md", in quotes
    error: the header `[[check]` is not closed
      --> contracts/c.toml:4:9
    help: write [[check]]
    error: `x` is not in quotes
      --> contracts/c.toml:5:8
    help: write "x", in quotes
    "#);
}
