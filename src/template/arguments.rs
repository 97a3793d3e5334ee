//! The arguments of filters, tests and functions: the engine ignores an unknown one and misses a
//! required one only when it renders, which may be an hour into a run.

use super::names::Flaw;
use super::paths;
use super::paths::Token;
use crate::source::suggest;

/// What may stand in the brackets behind a word.
struct Parameters {
    word: &'static str,
    /// An example of each that must be given.
    required: &'static [(&'static str, &'static str)],
    optional: &'static [&'static str],
}

const fn takes(
    word: &'static str,
    required: &'static [(&'static str, &'static str)],
    optional: &'static [&'static str],
) -> Parameters {
    Parameters { word, required, optional }
}

/// The filters that take any; all others take none.
const FILTERS: [Parameters; 16] = [
    takes("default", &[("value", "''")], &["boolean"]),
    takes("get", &[("key", "'name'")], &["default"]),
    takes("group_by", &[("attribute", "'name'")], &[]),
    takes("indent", &[], &["width", "indentation", "first", "blank"]),
    takes("int", &[], &["base"]),
    takes("join", &[], &["sep"]),
    takes("nth", &[("n", "0")], &[]),
    takes("pluralize", &[], &["singular", "plural"]),
    takes("replace", &[("from", "'a'"), ("to", "'b'")], &[]),
    takes("round", &[], &["method", "precision"]),
    takes("sort", &[], &["attribute"]),
    takes("split", &[("pat", "','")], &[]),
    takes("trim", &[], &["pat"]),
    takes("trim_end", &[], &["pat"]),
    takes("trim_start", &[], &["pat"]),
    takes("truncate", &[("length", "80")], &["end"]),
];

/// The tests that take any; all others take none.
const TESTS: [Parameters; 4] = [
    takes("containing", &[("pat", "'a'")], &[]),
    takes("divisible_by", &[("divisor", "2")], &[]),
    takes("ending_with", &[("pat", "'a'")], &[]),
    takes("starting_with", &[("pat", "'a'")], &[]),
];

const FUNCTIONS: [Parameters; 2] = [
    takes("range", &[("end", "3")], &["start", "step_by"]),
    takes("throw", &[("message", "'why'")], &[]),
];

/// An argument that is given: its name, and where it stands.
type Given<'t> = (&'t str, usize);

/// What is wrong with the arguments in a template.
pub(super) fn flaws(text: &str) -> Vec<Flaw<'_>> {
    let tokens = paths::tokens(text);
    let token = |at: usize| tokens.get(at).map_or(Token::End, |(token, _)| *token);
    let mut flaws = Vec::new();
    for (at, (here, place)) in tokens.iter().enumerate() {
        let Token::Word(word) = *here else { continue };
        let before = |steps: usize| at.checked_sub(steps).map_or(Token::End, token);
        let is_called = token(at + 1) == Token::Sign("(");
        let (called, known): (_, &[Parameters]) = match (before(1), before(2)) {
            (Token::Sign("|"), _) | (Token::Word("filter"), Token::End) => ("filter", &FILTERS),
            (Token::Word("is"), _) if word != "not" => ("test", &TESTS),
            (Token::Word("not"), Token::Word("is")) => ("test", &TESTS),
            (Token::Sign("." | "?."), _) => continue,
            _ if is_called => ("function", &FUNCTIONS),
            _ => continue,
        };
        let parameters = known.iter().find(|parameters| parameters.word == word);
        // The engine itself refuses an unknown function.
        if parameters.is_none() && called == "function" {
            continue;
        }
        let none = takes("", &[], &[]);
        let parameters = parameters.unwrap_or(&none);
        let given = if is_called { given(&tokens, at + 2) } else { Vec::new() };
        flaws.extend(of_call((called, word, *place), parameters, &given));
    }
    flaws
}

/// The arguments from behind an opening bracket to its closing one.
fn given<'t>(tokens: &[(Token<'t>, usize)], begin: usize) -> Vec<Given<'t>> {
    let mut given = Vec::new();
    let mut depth = 0_usize;
    for (at, (token, place)) in tokens.iter().enumerate().skip(begin) {
        match token {
            Token::Sign("(" | "[" | "?[" | "{") => depth += 1,
            Token::Sign(")" | "]" | "}") if depth > 0 => depth -= 1,
            Token::Sign(")") | Token::End => break,
            Token::Word(name) if depth == 0 => {
                let is_name = tokens.get(at + 1).is_some_and(|next| next.0 == Token::Sign("="));
                given.extend(is_name.then_some((*name, *place)));
            }
            Token::Word(_) | Token::Text(_) | Token::Sign(_) => {}
        }
    }
    given
}

fn of_call<'t>(
    (called, word, place): (&str, &'t str, usize),
    parameters: &Parameters,
    given: &[Given<'t>],
) -> Vec<Flaw<'t>> {
    let required = || parameters.required.iter().map(|(name, _)| *name);
    let known: Vec<&str> = required().chain(parameters.optional.iter().copied()).collect();
    let is_unknown = |(name, _): &&Given<'t>| !known.contains(name);
    let mut flaws: Vec<Flaw<'t>> = given
        .iter()
        .filter(is_unknown)
        .map(|(name, at)| Flaw {
            written: name,
            at: *at,
            message: format!("unknown argument `{name}` of {called} `{word}`"),
            help: if known.is_empty() {
                format!("`{word}` takes no arguments; remove it")
            } else {
                suggest(name, known.iter().copied())
            },
        })
        .collect();
    let is_missing = |name: &str| given.iter().all(|(other, _)| *other != name);
    // A mistyped name is the one that is missing.
    if flaws.is_empty()
        && let Some(missing) = required().find(|name| is_missing(name))
    {
        let examples = parameters.required.iter().map(|(name, value)| format!("{name}={value}"));
        let examples = examples.collect::<Vec<_>>().join(", ");
        flaws.push(Flaw {
            written: word,
            at: place,
            message: format!("{called} `{word}` requires the argument `{missing}`"),
            help: format!("write {word}({examples})"),
        });
    }
    flaws
}

#[cfg(test)]
mod tests {
    use super::super::new_engine;
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let tell = |flaw: Flaw<'_>| format!("{}: {} | {}", flaw.at, flaw.message, flaw.help);
        flaws(text).into_iter().map(tell).collect()
    }

    #[test]
    fn sound_calls_are_let_through() {
        for text in [
            "{{ x | truncate(length=3, end='') | upper }} | truncate",
            "{{ x | default(value=y | default(value={'a': (1, 2)})) }}",
            "{% if x is not starting_with(pat='a') and y is odd and z is defined %}{% endif %}",
            "{% for n in range(end=3, step_by=length) %}{{ n.range }}{% endfor %}",
            "{# {{ x | truncate }} #}{% raw %}{{ x | truncate }}{% endraw %}",
            "{{ '| truncate' ~ x }}{{ 'a is starting_with' }}",
        ] {
            assert_eq!(told(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn unknown_and_missing_arguments_are_told_at_their_place() {
        for (text, expected) in [
            (
                "{{ x | truncate(lenght=3) }}",
                "16: unknown argument `lenght` of filter `truncate` | did you mean `length`?",
            ),
            (
                "{{ x | truncate }}",
                "7: filter `truncate` requires the argument `length` | write truncate(length=80)",
            ),
            (
                "{{ x | replace(from='a') }}",
                "7: filter `replace` requires the argument `to` | write replace(from='a', to='b')",
            ),
            (
                "{{ x | upper(a=1) }}",
                "13: unknown argument `a` of filter `upper` | `upper` takes no arguments; remove it",
            ),
            (
                "{% if x is starting_with %}{% endif %}",
                "11: test `starting_with` requires the argument `pat` | write starting_with(pat='a')",
            ),
            (
                "{% for n in range(stop=3) %}{% endfor %}",
                "18: unknown argument `stop` of function `range` | known: end, start, step_by",
            ),
            (
                "{{ x | default(value=y | nth(n=1, m=2)) }}",
                "34: unknown argument `m` of filter `nth` | known: n",
            ),
        ] {
            assert_eq!(told(text), [expected], "{text}");
        }
    }

    /// What the engine says of a call whose arguments are all of the wrong kind, or of none.
    #[test]
    fn the_engine_requires_the_same() {
        let render = |text: &str| {
            let mut engine = new_engine();
            engine.add_raw_template("t", text).unwrap();
            engine.render("t", &tera::Context::new()).unwrap_err().to_string()
        };
        let filters = FILTERS.iter().map(|it| (it, "{{ V | W }}"));
        let tests = TESTS.iter().map(|it| (it, "{% if V is W %}{% endif %}"));
        for (parameters, call) in filters.chain(tests) {
            for (name, _) in parameters.required {
                let value = match parameters.word {
                    "get" => "{'a': 1}",
                    "nth" | "group_by" => "[1]",
                    "divisible_by" => "1",
                    _ => "'a'",
                };
                let others = parameters.required.iter().filter(|(other, _)| other != name);
                let others: Vec<_> =
                    others.map(|(name, value)| format!("{name}={value}")).collect();
                let word = format!("{}({})", parameters.word, others.join(", "));
                let told = render(&call.replace('V', value).replace('W', &word));
                assert!(told.contains(name), "{told}");
            }
        }
        assert!(render("{{ range() }}").contains("end"));
    }
}
