//! Bounds that exclude each other: two checks of one file, of which one asks for more than the other
//! allows. No work could satisfy both.

use super::Rule;
use crate::document::Decimal;
use crate::source::Source;
use crate::source::Unsound;
use serde_json::Value as Json;
use std::ops::Range;

/// A rule with the file or files that it looks at, as the contract names them, and its place.
pub(super) struct Placing<'r> {
    pub(super) subject: String,
    pub(super) rule: &'r Rule,
    pub(super) span: Range<usize>,
}

/// Refuses the second of two checks that cannot both hold. Conditions may exclude each other, and what
/// only warns refuses nothing.
pub(super) fn refuse(source: &Source, rules: &[Placing<'_>]) -> Result<(), Box<Unsound>> {
    let counts = |placing: &&Placing<'_>| {
        placing.rule.when.is_none() && placing.rule.severity == crate::finding::Severity::Error
    };
    let rules: Vec<&Placing<'_>> = rules.iter().filter(counts).collect();
    for (at, second) in rules.iter().enumerate() {
        for first in &rules[..at] {
            let is_of_one = first.subject == second.subject
                && first.rule.kind.name == second.rule.kind.name
                && without_bounds(first.rule) == without_bounds(second.rule);
            if !is_of_one {
                continue;
            }
            if let Some((least, most)) =
                crossing(first.rule, second.rule).or_else(|| crossing(second.rule, first.rule))
            {
                let message = format!(
                    "two `{}` checks of {} require at least {least} and at most {most}",
                    second.rule.kind.name, second.subject
                );
                return Err(source
                    .unsound(second.span.clone(), message)
                    .advise("change one of them, or give each a `when`"));
            }
        }
    }
    Ok(())
}

/// The parameters that say what is counted.
fn without_bounds(rule: &Rule) -> Vec<(&String, &Json)> {
    let parameters = rule.parameters.as_object().into_iter().flatten();
    parameters.filter(|(key, _)| !is_bound(key, "min") && !is_bound(key, "max")).collect()
}

fn is_bound(key: &str, word: &str) -> bool {
    key.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// A least of the one that is above the most of the other, of the same thing.
fn crossing(low: &Rule, high: &Rule) -> Option<(Decimal, Decimal)> {
    let parameters = low.parameters.as_object()?;
    parameters.iter().filter(|(key, _)| is_bound(key, "min")).find_map(|(key, least)| {
        let most = high.parameters.get(key.replacen("min", "max", 1))?;
        let (least, most) = (number(least)?, number(most)?);
        (least > most).then_some((least, most))
    })
}

fn number(value: &Json) -> Option<Decimal> {
    match value {
        Json::Number(number) => Some(Decimal::of_json(number)),
        Json::String(text) => Decimal::parse(text),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Contract;
    use crate::source::Source;

    fn error(text: &str) -> Option<String> {
        let names = ["x"].into_iter().collect();
        let error = Contract::parse(&Source::new("c.toml", format!("name = 'c'\n{text}")), &names);
        let error = error.err()?;
        Some(format!("{}:{} {}", error.place().1, error.place().2, error.message))
    }

    #[test]
    fn bounds_of_two_checks_that_exclude_each_other_are_refused() {
        let output =
            |checks: &str| error(&format!("[[output]]\npath = 'a.md'\nchecks = [{checks}]"));
        assert_eq!(
            output("\n{ kind = 'word_count', min = 900 },\n{ kind = 'word_count', max = '500' }")
                .unwrap(),
            "6:1 two `word_count` checks of a.md require at least 900 and at most 500"
        );
        assert_eq!(
            output("\n{ kind = 'csv', max_rows = 3 },\n{ kind = 'csv', min_rows = 4 }").unwrap(),
            "6:1 two `csv` checks of a.md require at least 4 and at most 3"
        );
        let alone = |kind: &str| format!("[[check]]\n{kind}\n");
        let files = "kind = 'file_count'\nglob = 'a/*'";
        assert!(
            error(&(alone(&format!("{files}\nmin = 3")) + &alone(&format!("{files}\nmax = 2"))))
                .is_some()
        );
        let words = error(&format!(
            "[[output]]\npath = 'a.md'\nchecks = [{{ kind = 'word_count', min = 9 }}]\n{}",
            alone("kind = 'word_count'\npath = 'a.md'\nmax = 5")
        ));
        assert!(words.unwrap().starts_with("5:1 two `word_count` checks of a.md"));
    }

    #[test]
    fn bounds_of_different_things_stand() {
        for (first, second) in [
            ("{ kind = 'word_count', min = 9 }", "{ kind = 'word_count', max = 9 }"),
            ("{ kind = 'word_count', min = 9 }", "{ kind = 'word_count', max = '{{ x }}' }"),
            (
                "{ kind = 'word_count', min = 9 }",
                "{ kind = 'word_count', max = 5, when = '{{ x == 1 }}' }",
            ),
            (
                "{ kind = 'word_count', min = 9, severity = 'warning' }",
                "{ kind = 'word_count', max = 5 }",
            ),
            (
                "{ kind = 'matches', regex = 'a', min = 9 }",
                "{ kind = 'matches', regex = 'b', max = 5 }",
            ),
            ("{ kind = 'file_exists', min_bytes = 9 }", "{ kind = 'word_count', max = 5 }"),
        ] {
            let text = format!("[[output]]\npath = 'a.md'\nchecks = [{first}, {second}]");
            assert_eq!(error(&text), None, "{first} {second}");
        }
    }
}
