//! Syntax errors of templates in words for who writes one, and what to write instead.

use crate::suggestion::Advice;
use crate::suggestion::Suggestion;

/// What is wrong, and what to write.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub message: String,
    pub help: Option<Advice>,
}

/// Signs of other languages, and what stands for them here.
const OTHER_SIGNS: [(&str, &str); 4] = [
    ("&&", "write `and`"),
    ("||", "write `or`"),
    ("!", "write `not`, or != between two values"),
    ("?", "write {{ 'a' if condition else 'b' }}"),
];

/// Marks that belong together.
const MARKS: [(&str, &str); 3] = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];

/// Statements that an end belongs to.
const BLOCKS: [&str; 5] = ["if", "for", "filter", "set", "block"];

const STATEMENTS: &str = "known: if, elif, else, endif, for, endfor, set, include";

/// Puts what the engine says of a template into words.
pub(super) fn told(text: &str, message: &str) -> Told {
    let message = message.trim_end_matches('.');
    if let Some((begin, end)) = unclosed(text) {
        return of(format!("`{begin}` is not closed"), format!("write {begin} … {end}"));
    }
    if let Some(block) = BLOCKS.iter().find(|block| is_open(text, block)) {
        let end = format!("{{% end{block} %}}");
        return of(format!("`{{% {block} … %}}` has no end"), format!("add {end} after it"));
    }
    let found = message.strip_prefix("Found ").and_then(|rest| rest.split_once(" but expected "));
    if let Some((found, expected)) = found {
        return expected_other(text, found, expected);
    }
    if let Some((sign, right)) = sign(text).filter(|_| message == "Unexpected character") {
        return of(format!("`{sign}` is not a template operator"), right.to_owned());
    }
    if message.starts_with("String opened with") {
        let help = "write 'text', with a quote on each side".to_owned();
        return of("a string in a template is not closed".to_owned(), help);
    }
    if message == "Unknown tag" {
        let tag = tag(text);
        let help = match tag {
            "end" => "write {% endif %} or {% endfor %}",
            "elif" | "else" | "endif" => "write {% if … %} before it",
            "endfor" => "write {% for x in … %} before it",
            _ => STATEMENTS,
        };
        return of(format!("unknown statement `{tag}` in a template"), help.to_owned());
    }
    if message.starts_with("Function calls are only allowed") {
        let help = "use a filter, such as {{ title | upper }}";
        return of("values have no methods in templates".to_owned(), help.to_owned());
    }
    if let Some(name) = message.strip_prefix("Unknown function ") {
        let message = format!("unknown function {name} in a template");
        return of(
            message,
            "use the name of an input, or a filter such as {{ slug | upper }}".to_owned(),
        );
    }
    if let Some(name) = message.strip_prefix("Unknown template ") {
        let message = format!("`{}` is not a prompt of the workflow", name.trim_matches('`'));
        return of(message, "only prompts include others, by their paths in prompts/".to_owned());
    }
    if message == "Unexpected character" {
        let help = "write names and values only, such as {{ slug }}; text goes outside the braces";
        return of("unexpected character in a template".to_owned(), help.to_owned());
    }
    if message == "Invalid Integer" {
        let help = "write a number of at most 18 digits, or quote it";
        return of("a number in a template is too large".to_owned(), help.to_owned());
    }
    if message == "unexpected end of raw block" {
        let help = "add {% endraw %} after it";
        return of("`{% raw %}` has no end".to_owned(), help.to_owned());
    }
    if let Some((name, _)) = message.split_once(" is a reserved keyword") {
        let help = "write {% for x in items %}".to_owned();
        return of(format!("`{name}` cannot be the name of a value in a template"), help);
    }
    if message.contains(" is inheriting from ") {
        let help =
            "write {% include \"parts/style.md\" %}, which takes in a whole prompt".to_owned();
        return of("templates do not extend others".to_owned(), help);
    }
    let message = message.strip_prefix("Template ").unwrap_or(message);
    Told { message: format!("invalid template: {message}"), help: Some(overview()) }
}

/// Where all that templates can do is told.
pub(super) fn overview() -> Advice {
    Suggestion::new("explain").word("templates").into()
}

fn of(message: String, help: String) -> Told {
    Told { message, help: Some(help.into()) }
}

/// What the engine found where another thing belongs.
fn expected_other(text: &str, found: &str, expected: &str) -> Told {
    let is_value = expected.starts_with("one of: integer");
    match (found.trim_matches('`'), expected) {
        (_, "=") | ("string" | "integer" | "float" | "bool", "identifier") => of(
            "an argument of a filter requires a name".to_owned(),
            "write name=value, such as {{ x | replace(from='a', to='b') }}".to_owned(),
        ),
        ("!", _) => of("`!` is not a template operator".to_owned(), "write `not`".to_owned()),
        ("}}" | "%}", "identifier") if text.contains('|') => of(
            "a filter is missing after `|` in a template".to_owned(),
            "write {{ title | upper }}, or remove `|`".to_owned(),
        ),
        (found @ ("}}" | "%}"), "identifier") => of(
            format!("found `{found}` in a template, expected a name"),
            "write a name before it".to_owned(),
        ),
        ("=", "%}" | "}}") => of(
            "`=` does not compare in a template".to_owned(),
            "write == between two values".to_owned(),
        ),
        (found @ ("}}" | "%}"), ",") => of(
            format!("found `{found}`, expected `,`"),
            "close the list with ] or the table with }".to_owned(),
        ),
        (_, "in") => {
            of("`{% for … %}` requires `in`".to_owned(), "write {% for x in items %}".to_owned())
        }
        (_, "else") => of(
            "`if` in an expression has no `else`".to_owned(),
            "write {{ a if condition else '' }}".to_owned(),
        ),
        (found, "]" | ")") => of(
            format!("found `{found}`, expected `{expected}`"),
            format!("close the bracket with {expected}"),
        ),
        (found, _) if is_value => of(
            format!("a value is missing before `{found}`"),
            "write a name or a value there, such as {{ slug }}".to_owned(),
        ),
        ("identifier" | "string" | "integer" | "float", "}}") => of(
            "missing operator between two values in a template".to_owned(),
            "join strings with ~, as in {{ a ~ b }}, or write each value in its own braces"
                .to_owned(),
        ),
        (found, _) => {
            let sign = sign(text).map(|(_, right)| right.to_owned());
            let message = format!("found `{found}` in a template, expected `{expected}`");
            Told { message, help: sign.map(Advice::from) }
        }
    }
}

/// Marks of which one is not closed.
fn unclosed(text: &str) -> Option<(&'static str, &'static str)> {
    let is_open =
        |(begin, end): &(&str, &str)| text.matches(begin).count() > text.matches(end).count();
    MARKS.into_iter().find(is_open)
}

/// Whether a statement that needs an end has none.
fn is_open(text: &str, block: &str) -> bool {
    let starting = |word: &str| statements(text).filter(|statement| *statement == word).count();
    // `{% set x = 1 %}` is whole by itself.
    block != "set" && starting(block) > starting(&format!("end{block}")) && starting("end") == 0
}

/// The first words of statements.
fn statements(text: &str) -> impl Iterator<Item = &str> {
    text.split("{%").skip(1).map(|rest| {
        let rest = rest.trim_start_matches('-').trim_start();
        rest.split(|it: char| !it.is_alphanumeric() && it != '_').next().unwrap_or_default()
    })
}

/// The first statement that is unknown or out of place.
fn tag(text: &str) -> &str {
    let known = ["if", "for", "set", "set_global", "include", "filter", "block", "extends", "raw"];
    let inner = ["endif", "endfor", "else", "elif"];
    let opens = statements(text).any(|it| it == "if" || it == "for");
    let is_known = |word: &str| known.contains(&word) || opens && inner.contains(&word);
    let other = statements(text).find(|word| !is_known(word));
    other.or_else(|| statements(text).next()).unwrap_or_default()
}

/// A sign of another language.
fn sign(text: &str) -> Option<(&'static str, &'static str)> {
    OTHER_SIGNS.into_iter().find(|(sign, _)| text.replace("!=", "").contains(sign))
}

#[cfg(test)]
mod tests {
    use super::super::explain;
    use super::super::new_engine;
    use super::*;
    use crate::suggestion::AtHand;

    fn words(text: &str) -> String {
        let error = new_engine().add_raw_template("t", text).expect_err(text);
        let told = told(text, &explain(&error).message);
        format!("{}\n  {}", told.message, told.help.unwrap_or_default().words(&AtHand::default()))
    }

    #[test]
    fn each_is_told_with_what_to_write() {
        let texts = [
            "{{ x }",
            "{% if x %}a",
            "{% for x in y %}{{ x }}",
            "{% if x %}a{% end %}",
            "{% elif x %}",
            "{% loop %}",
            "{{ x y }}",
            "{{ }}",
            "{{ x | replace('a','b') }}",
            "{{ f(x) }}",
            "{{ x.upper() }}",
            "{{ x ? 'a' : 'b' }}",
            "{{ x && y }}",
            "{{ !x }}",
            "{{ x[0 }}",
            "{{ x if y }}",
            "{{ now() }}",
        ];
        insta::assert_snapshot!(texts.map(words).join("\n"), @r#"
        `{{` is not closed
          write {{ … }}
        `{% if … %}` has no end
          add {% endif %} after it
        `{% for … %}` has no end
          add {% endfor %} after it
        unknown statement `end` in a template
          write {% endif %} or {% endfor %}
        unknown statement `elif` in a template
          write {% if … %} before it
        unknown statement `loop` in a template
          known: if, elif, else, endif, for, endfor, set, include
        missing operator between two values in a template
          join strings with ~, as in {{ a ~ b }}, or write each value in its own braces
        a value is missing before `}}`
          write a name or a value there, such as {{ slug }}
        an argument of a filter requires a name
          write name=value, such as {{ x | replace(from='a', to='b') }}
        an argument of a filter requires a name
          write name=value, such as {{ x | replace(from='a', to='b') }}
        values have no methods in templates
          use a filter, such as {{ title | upper }}
        `?` is not a template operator
          write {{ 'a' if condition else 'b' }}
        `&&` is not a template operator
          write `and`
        `!` is not a template operator
          write `not`
        found `}}`, expected `]`
          close the bracket with ]
        `if` in an expression has no `else`
          write {{ a if condition else '' }}
        unknown function `now` in a template
          use the name of an input, or a filter such as {{ slug | upper }}
        "#);
    }

    #[test]
    fn what_the_engine_calls_otherwise_is_told_in_words_of_templates() {
        let texts = [
            "{{ x | }}",
            "{% if x = 'a' %}b{% endif %}",
            "{{ {'a': 1 }}",
            "{% for x of y %}{% endfor %}",
            "{% for in y %}{% endfor %}",
            "{{ $x }}",
            "{{ 99999999999999999999 }}",
            "{% raw %}x",
            "{% extends 'a' %}",
        ];
        insta::assert_snapshot!(texts.map(words).join("\n"), @r#"
        a filter is missing after `|` in a template
          write {{ title | upper }}, or remove `|`
        `=` does not compare in a template
          write == between two values
        found `}}`, expected `,`
          close the list with ] or the table with }
        `{% for … %}` requires `in`
          write {% for x in items %}
        `in` cannot be the name of a value in a template
          write {% for x in items %}
        unexpected character in a template
          write names and values only, such as {{ slug }}; text goes outside the braces
        a number in a template is too large
          write a number of at most 18 digits, or quote it
        `{% raw %}` has no end
          add {% endraw %} after it
        templates do not extend others
          write {% include "parts/style.md" %}, which takes in a whole prompt
        "#);
    }
}
