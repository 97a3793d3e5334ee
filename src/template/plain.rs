//! Which templates are plain: what they render is bounded by their text and their values, so that
//! they need no bounds of memory and time. They name values, choose between texts and include
//! others; they store, repeat and join nothing. What is not known here is not plain.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

/// The statements of plain templates.
const STATEMENTS: [&str; 5] = ["if", "elif", "else", "endif", "include"];

/// The filters whose result is not much longer than what they are given.
const FILTERS: [&str; 17] = [
    "abs",
    "capitalize",
    "default",
    "first",
    "float",
    "get",
    "int",
    "last",
    "length",
    "lower",
    "nth",
    "round",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "upper",
];

/// The words that an expression in brackets may follow.
const OPERATORS: [&str; 7] = ["and", "elif", "else", "if", "in", "not", "or"];

/// How many templates a plain one may put together, each counted as often as it is included.
const INCLUDED_MAX: usize = 1000;

/// Whether a template of a library is plain, with all that it includes.
pub(super) fn is_plain(name: &str, texts: &BTreeMap<String, String>) -> bool {
    !texts.values().any(|text| may_define_component(text))
        && parts(name, texts, &mut BTreeMap::new()).is_some_and(|parts| parts <= INCLUDED_MAX)
}

/// Whether a text may define a component, which every template of its library can call like a tag.
pub(super) fn may_define_component(text: &str) -> bool {
    text.contains("component")
}

/// How many templates one puts together; `None` where one of them is not plain.
fn parts<'t>(
    name: &str,
    texts: &'t BTreeMap<String, String>,
    known: &mut BTreeMap<&'t str, usize>,
) -> Option<usize> {
    let (name, text) = texts.get_key_value(name)?;
    if let Some(&parts) = known.get(name.as_str()) {
        return Some(parts);
    }
    if !is_plain_text(text) {
        return None;
    }
    let mut all: usize = 1;
    for included in super::included(text) {
        all = all.saturating_add(parts(&included, texts, known)?);
    }
    known.insert(name, all);
    Some(all)
}

fn is_plain_text(mut text: &str) -> bool {
    while let Some(at) = text.find('{') {
        text = &text[at + 1..];
        let rest = match text.chars().next() {
            Some('#') => text.split_once("#}").map(|(_, rest)| rest),
            Some(kind @ ('{' | '%')) => after_plain_tag(&text[1..], kind == '%'),
            Some(_) | None => Some(text),
        };
        match rest {
            Some(rest) => text = rest,
            None => return false,
        }
    }
    true
}

/// What follows a tag, if the tag is plain.
fn after_plain_tag(text: &str, is_statement: bool) -> Option<&str> {
    let mut rest = text.char_indices().peekable();
    let mut open_braces = 0;
    let mut words = Vec::new();
    let mut last = None;
    while let Some((at, character)) = rest.next() {
        match character {
            '\'' | '"' | '`' => {
                rest.find(|&(_, next)| next == character || next == '\\')
                    .filter(|&(_, end)| end == character)?;
            }
            '{' => open_braces += 1,
            '}' if open_braces > 0 => open_braces -= 1,
            '}' if !is_statement && rest.next_if(|next| next.1 == '}').is_some() => {
                return Some(&text[at + 2..]);
            }
            '%' if is_statement && rest.next_if(|next| next.1 == '}').is_some() => {
                return Some(&text[at + 2..]);
            }
            '~' | '\\' => return None,
            '.' if last == Some('.') => return None,
            '(' if last.is_some_and(is_word) && is_function(&words) => return None,
            '|' => words.push("|"),
            _ if is_word(character) => {
                let word = word(text, at, &mut rest);
                let is_known = match words.last() {
                    None if is_statement => STATEMENTS.contains(&word),
                    Some(&"|") => FILTERS.contains(&word),
                    Some(_) | None => word != "for",
                };
                if !is_known {
                    return None;
                }
                words.push(word);
            }
            _ => {}
        }
        if !character.is_whitespace() {
            last = Some(character);
        }
    }
    None
}

/// Whether the last of some words, which a bracket follows, calls a function.
fn is_function(words: &[&str]) -> bool {
    match words {
        [.., last] if OPERATORS.contains(last) => false,
        [.., "|" | "is", _] | [.., "is", "not", _] => false,
        _ => true,
    }
}

/// The word that begins at a place.
fn word<'t>(text: &'t str, from: usize, rest: &mut Peekable<CharIndices<'_>>) -> &'t str {
    while rest.next_if(|next| is_word(next.1)).is_some() {}
    let to = rest.peek().map_or(text.len(), |next| next.0);
    &text[from..to]
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_and_chooses_is_plain() {
        for text in [
            "a { b } {# {% for %} #} {{ slug }}",
            "{{- {'quick': 3, 'deep': {'a': 1}}[depth] -}} {%- if a == 'x ~ %} y' -%}b{% endif %}",
            "{{ a.b[0] | default(value='for') | upper }} {% if not a is containing('x') %}{% endif %}",
            "{% if a > 0 and (b or c) %}1{% elif d is defined %}2{% else %}3{% endif %}",
            "{{ x['}}'] }}{{ a if b else 'c' }}",
        ] {
            assert!(is_plain_text(text), "{text}");
        }
    }

    #[test]
    fn what_may_grow_or_go_on_is_not() {
        for text in [
            "{% set x = 1 %}",
            "{%- set_global x = 1 %}",
            "{% for a in b %}{% endfor %}",
            "{{ a ~ a }}",
            "{{ {'a': {'b': 1}} ~ x }}",
            "{{ a | replace(from='', to=a) }}",
            "{{ a|join(sep=a) }}",
            "{{ a | default(value=a | split(pat='')) }}",
            "{{ [...a, ...a] }}",
            "{{ [a for b in c] }}",
            "{{ range(end=9) }}",
            "{{ not range(end=9) }}",
            "{{ 'a\\' ~ b' }}",
            "{% filter upper %}{% endfilter %}",
            "{% raw %}{{{% endraw %}",
            "{% extends 'a' %}",
            "{{ open",
            "{{ 'open }}",
            "{# open",
        ] {
            assert!(!is_plain_text(text), "{text}");
        }
    }

    #[test]
    fn includes_of_includes_are_counted() {
        let level = |number: usize| {
            let text = format!("{{% include 'p{}' %}}", number + 1).repeat(2);
            (format!("p{number}"), text)
        };
        let mut texts: BTreeMap<String, String> = (0..40).map(level).collect();
        texts.insert("p40".to_owned(), String::new());
        assert!(!is_plain("p0", &texts));
        assert!(is_plain("p35", &texts));
        assert!(!is_plain("none", &texts));
        texts.insert("c".to_owned(), "{% component c() %}{% endcomponent %}".to_owned());
        assert!(!is_plain("p35", &texts));
    }
}
