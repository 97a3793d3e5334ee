//! What templates see and can do, which stands in no schema. Each example of the page is rendered.

use crate::house::House;
use std::fmt::Write as _;

const NAMES: &str = "
Strings in workflows and contracts are templates, in the syntax of [Tera](https://keats.github.io/tera/) \
2: `{{ expression }}`, `{% if … %}`, `{% for … in … %}`, `{# comment #}`. A prompt may include others: \
`{% include \"parts/style.md\" %}`. Values are data and are never parsed as templates.

### Names

A name that cannot exist is an error when the workflow is loaded. So is a comparison with a status or \
choice that does not exist.

| name | value |
| --- | --- |
| an input's name | Its value; null if it is optional and was not given. |
| `run`, `gate`, `attempt` | The run's id, the gate's id, the number of the attempt. |
| `session` | The number of the session; 0 outside a session. |
| the name that `each` gives | The item. |
| `gates.ID.status` | `NOT_STARTED`, `RUNNING`, `WAITING`, `PASS`, `FAIL`, `SKIPPED`, `STALE` or `WAIVED`. Write an id with a `-` in brackets: `gates['a-b']`. |
| `gates.ID.reason` | Why the gate failed, was skipped, waived or reopened; otherwise null. |
| `gates.ID.attempts` | The number of attempts so far. |
| `gates.ID.outputs` | The files that the gate left behind. |
| `gates.ID.answers.NAME` | An answer; null until it is given, and for a skipped gate. |

In a glob, a value is taken literally: a folder named `[slug]` is that folder. `when` must render \
`true` or `false`; an answer that was not given counts as `false`.

A template may render at most 16 MiB, take at most 3 seconds and use at most 128 MiB of memory.
";

/// Filters and functions: an example, what it renders, what it does.
const FILTERS: [(&str, &str, &str); 40] = [
    ("-3 | abs", "3", "The absolute value."),
    (
        "'tWO words' | capitalize",
        "Two words",
        "First letter in upper case, the rest in lower case.",
    ),
    (
        "none | default(value='x', boolean=true)",
        "x",
        "Another value instead of null, false, 0 or an empty text, list or table.",
    ),
    ("'<b>' | escape_html", "&lt;b&gt;", "Escapes for HTML; `escape` is the same."),
    ("'<b>' | escape_xml", "&lt;b&gt;", "Escapes for XML."),
    ("[1, 2] | first", "1", "The first item; null for an empty list."),
    ("'1.5' | float", "1.5", "A number from a text."),
    ("{'a': 1} | get(key='b', default=0)", "0", "A value of a table."),
    (
        "[{'k': 'x'}, {'k': 'y'}] | group_by(attribute='k') | keys | join(sep=',')",
        "x,y",
        "A table of lists, by a field of the items, in the order of their first items.",
    ),
    (
        "'a' | indent(width=2, first=true)",
        "  a",
        "Indents each line by `width` (4); the first line and blank ones only with `first` and `blank`.",
    ),
    ("'42' | int", "42", "A whole number; `base` for other bases."),
    ("['a', 'b'] | join(sep=', ')", "a, b", "One text from a list."),
    ("{'b': 1, 'a': 2} | keys | join(sep=',')", "b,a", "The keys of a table, in its order."),
    ("[1, 2] | last", "2", "The last item; null for an empty list."),
    ("'abc' | length", "3", "The length of a text, list or table."),
    ("'ABC' | lower", "abc", "In lower case."),
    ("'a\nb' | newlines_to_br", "a<br>b", "Line breaks as `<br>`."),
    ("[1, 2, 3] | nth(n=1)", "2", "The item at an index, from 0."),
    ("{'a': 1} | pairs | length", "1", "A table as a list of pairs."),
    ("2 | pluralize(singular='y', plural='ies')", "ies", "An ending for a number; `s` by default."),
    ("'a-b' | replace(from='-', to='_')", "a_b", "Replaces each occurrence."),
    ("[1, 2] | reverse | join", "21", "A list or text backwards."),
    ("3.14159 | round(precision=2)", "3.14", "Rounds; `method` may be `ceil` or `floor`."),
    ("'<b>' | safe", "<b>", "Unchanged: nothing is escaped here."),
    ("[3, 1, 2] | sort | join", "123", "Sorts; by a field with `attribute`."),
    ("'a,b' | split(pat=',') | last", "b", "A list from a text."),
    ("42 | str", "42", "A text."),
    ("'two words' | title", "Two Words", "Each word with a capital."),
    ("' a ' | trim", "a", "Without blanks at both ends, or without `pat`."),
    ("'xa' | trim_start(pat='x')", "a", "The same at the start."),
    ("'ax' | trim_end(pat='x')", "a", "The same at the end."),
    (
        "'abcdef' | truncate(length=3)",
        "abc…",
        "At most so many characters, with `end` (`…`) after them.",
    ),
    ("[1, 1, 2] | unique | join", "12", "Each item once."),
    ("'abc' | upper", "ABC", "In upper case."),
    ("{'b': 1, 'a': 2} | values | join(sep=',')", "1,2", "The values of a table, in its order."),
    ("'two words' | wordcount", "2", "The number of words."),
    ("range(end=3) | join", "012", "Numbers from `start` (0) to before `end`, by `step_by` (1)."),
    ("{'quick': 3, 'deep': 15}['deep']", "15", "A value by its key."),
    ("'yes' if 1 < 2 else 'no'", "yes", "One of two values."),
    ("'a' ~ 1", "a1", "Texts joined."),
];

/// Tests behind `is`: an example that is true.
const TESTS: [&str; 17] = [
    "[1] is array",
    "true is bool",
    "'abc' is containing(pat='b')",
    "1 is defined",
    "4 is divisible_by(divisor=2)",
    "'abc' is ending_with(pat='c')",
    "2 is even",
    "1.5 is float",
    "1 is integer",
    "[1] is iterable",
    "{'a': 1} is map",
    "none is none",
    "1 is number",
    "1 is odd",
    "'abc' is starting_with(pat='a')",
    "'a' is string",
    "{'a': 1}['b'] is undefined",
];

/// The part of the reference.
pub fn page() -> String {
    let mut text = NAMES.to_owned();
    text.push_str("\n### Filters and operators\n\n| example | renders | |\n| --- | --- | --- |\n");
    for (example, renders, words) in FILTERS {
        let example = example.replace('|', "\\|").replace('\n', "\\n");
        let _ = writeln!(text, "| `{example}` | `{renders}` | {words} |");
    }
    text.push_str("\n`throw(message='…')` fails the template with that message.\n");
    text.push_str("\n### Tests\n\nEach of these is true; `is not` is the opposite.\n\n");
    for example in TESTS {
        let _ = writeln!(text, "- `{example}`");
    }
    text
}

#[test]
fn examples_of_templates_render_what_the_reference_says() {
    let tests = TESTS.iter().map(|example| (*example, "true"));
    let examples: Vec<(&str, &str)> =
        FILTERS.iter().map(|(example, renders, _)| (*example, *renders)).chain(tests).collect();
    let arguments = examples
        .iter()
        .map(|(example, _)| serde_json::to_string(&format!("{{{{ {example} }}}}")).unwrap());
    let command = format!("'printf', '%s\\n', {}", arguments.collect::<Vec<_>>().join(", "));
    let house = House::new().workflow(
        "demo",
        &format!(
            "[[gate]]\nid = 'a'\nexecutor = 'command'\nstdout = 'out.txt'\ncommand = [{command}]\n"
        ),
    );
    house.orch("run demo").code(0);
    let expected: Vec<&str> = examples.iter().map(|(_, renders)| *renders).collect();
    let printed = house.read("out.txt");
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}
