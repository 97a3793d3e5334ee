//! The filters and tests that the engine has, so that a mistyped one is told with the nearest.

use crate::source::suggest;
use std::ops::Range;
use tera::Kwargs;
use tera::State;
use tera::Tera;

const FILTERS: [&str; 37] = [
    "abs",
    "capitalize",
    "default",
    "escape",
    "escape_html",
    "escape_xml",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "keys",
    "last",
    "length",
    "lower",
    "newlines_to_br",
    "nth",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "round",
    "safe",
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
];

const TESTS: [&str; 17] = [
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// A word of a template that the engine does not know.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UnknownWord<'t> {
    pub word: &'t str,
    kind: Kind,
    /// Where it stands in the template.
    at: usize,
    pub message: String,
    pub help: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Filter,
    Test,
}

impl UnknownWord<'_> {
    /// Where it stands in the template.
    pub(super) fn place(&self) -> Range<usize> {
        self.at..self.at + self.word.len()
    }

    /// Has an engine take it, so that it finds what else is wrong.
    pub(super) fn make_known(&self, engine: &mut Tera) {
        let word = self.word.to_owned();
        match self.kind {
            Kind::Filter => {
                engine.register_filter(word, |value: &tera::Value, _: Kwargs, _: &State<'_>| {
                    value.clone()
                });
            }
            Kind::Test => {
                engine.register_test(word, |_: &tera::Value, _: Kwargs, _: &State<'_>| true);
            }
        }
    }
}

/// The filters and tests of a template that the engine does not have.
pub(super) fn unknown(template: &str) -> Vec<UnknownWord<'_>> {
    let words = expressions(template).flat_map(|expression| {
        let expression = Unquoted::of(expression);
        let behind = |mark, kind| expression.words_behind(mark).map(move |word| (word, kind));
        behind("|", Kind::Filter).chain(behind(" is ", Kind::Test)).collect::<Vec<_>>()
    });
    let told = |(word, kind): (_, Kind)| {
        let (called, known): (_, &[&str]) = match kind {
            Kind::Filter => ("filter", &FILTERS),
            Kind::Test => ("test", &TESTS),
        };
        (!known.contains(&word)).then(|| UnknownWord {
            word,
            kind,
            at: word.as_ptr().addr() - template.as_ptr().addr(),
            message: format!("unknown {called} `{word}` in a template"),
            help: suggest(word, known.iter().copied()),
        })
    };
    words.filter_map(told).collect()
}

/// What stands between the marks of expressions and statements, up to one that does not end.
fn expressions(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while let Some((_, behind)) = rest.split_once('{') {
            let end = match behind.chars().next() {
                Some('{') => "}}",
                Some('%') => "%}",
                Some(_) | None => {
                    rest = behind;
                    continue;
                }
            };
            let (inside, left) = behind[1..].split_once(end)?;
            rest = left;
            return Some(inside);
        }
        None
    })
}

/// The parts of an expression that stand in no quotes.
struct Unquoted<'t>(Vec<&'t str>);

impl<'t> Unquoted<'t> {
    fn of(expression: &'t str) -> Self {
        let (mut parts, mut rest) = (Vec::new(), expression);
        while let Some(at) = rest.find(['"', '\'', '`']) {
            parts.push(&rest[..at]);
            let quote = &rest[at..=at];
            let end = rest[at + 1..].find(quote).map_or(rest.len(), |end| at + end + 2);
            rest = &rest[end..];
        }
        parts.push(rest);
        Self(parts)
    }

    fn words_behind(&self, mark: &'static str) -> impl Iterator<Item = &'t str> {
        let behind = self.0.iter().flat_map(move |part| part.split(mark).skip(1));
        behind.filter_map(|rest| {
            let rest = rest.trim_start();
            let rest = rest.strip_prefix("not ").map_or(rest, str::trim_start);
            let end =
                rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(rest.len());
            Some(&rest[..end]).filter(|word| !word.is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_has_each_of_them() {
        for filter in FILTERS {
            let text = format!("{{{{ x | {filter} }}}}");
            assert!(super::super::new_engine().add_raw_template("t", &text).is_ok(), "{filter}");
        }
        for test in TESTS {
            let text = format!("{{{{ x is {test} }}}}");
            assert!(super::super::new_engine().add_raw_template("t", &text).is_ok(), "{test}");
        }
    }

    #[test]
    fn the_first_unknown_one_is_told() {
        let told = |text| {
            let first = unknown(text).into_iter().next()?;
            Some(format!("{} | {}", first.message, first.help))
        };
        let filter = "unknown filter `uper` in a template | did you mean `upper`?";
        assert_eq!(told("a {{ x | trim | uper }}").unwrap(), filter);
        assert_eq!(told("{{ '| uper' ~ x | lower }} | uper"), None);
        assert_eq!(told("{ {{ x }} {{ x | uper }}").unwrap(), filter);
        assert_eq!(told("{{ x | uper %} {% y }}"), Some(filter.to_owned()));
        let test = "unknown test `strng` in a template | did you mean `string`?";
        assert_eq!(told("{% if x is not strng %}{% endif %}").unwrap(), test);
    }
}
