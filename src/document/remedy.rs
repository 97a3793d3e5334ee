//! What to write where a type refuses a value and nothing better is known: made from the schema of
//! the place.

use super::Value;
use super::known::ANYTHING;
use super::known::Expected;
use super::known::Kind;
use super::known::Known;
use super::slips::example;
use super::slips::listed;
use crate::source::Unsound;
use crate::source::suggest;
use serde_json::Value as Json;
use std::ops::Range;
use toml::de::DeValue;

/// The errors, each with what to write at its place.
pub(super) fn advise(
    known: &'static Known,
    whole: &Value<'_>,
    errors: Vec<Box<Unsound>>,
) -> Vec<Box<Unsound>> {
    let root = Place { key: None, value: whole, schema: &known.root };
    let advised = |error: Box<Unsound>| match (&error.help, root.find(known, &error.span())) {
        (None, Some(place)) => {
            let help = place.remedy(known);
            error.advise_if(help)
        }
        (Some(_), _) | (None, None) => error,
    };
    errors.into_iter().map(advised).collect()
}

/// A value of a document and what its schema says of it.
#[derive(Clone, Copy)]
struct Place<'v> {
    /// The key that it stands under; none for an item of a list.
    key: Option<&'v str>,
    value: &'v Value<'v>,
    schema: &'static Json,
}

impl Place<'_> {
    /// The innermost value within this one that has the span.
    fn find(self, known: &'static Known, span: &Range<usize>) -> Option<Self> {
        let expected = known.expected(self.schema);
        let found = match self.value.get_ref() {
            DeValue::Table(table) => table.iter().find_map(|(key, value)| {
                let key = key.get_ref().as_ref();
                let schema = expected.keys.get(key).copied().or(expected.any_key);
                let schema = schema.unwrap_or(&ANYTHING);
                Place { key: Some(key), value, schema }.find(known, span)
            }),
            DeValue::Array(items) => items.iter().find_map(|value| {
                let schema = expected.items.unwrap_or(&ANYTHING);
                Place { key: None, value, schema }.find(known, span)
            }),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => None,
        };
        found.or_else(|| (self.value.span() == *span).then_some(self))
    }

    /// What to write here; for a table, the first key that it lacks.
    fn remedy(self, known: &'static Known) -> Option<String> {
        let expected = known.expected(self.schema);
        if let DeValue::Table(table) = self.value.get_ref() {
            let missing = expected.required.iter().find(|key| !table.contains_key(**key))?;
            let schema = expected.keys.get(missing).copied()?;
            let expected = known.expected(schema);
            let values = expected.words.clone();
            let remedy = if values.is_empty() {
                written(known, Some(missing), &expected)
            } else {
                Some(format!("write {missing} = {}", listed(&values)))
            };
            return remedy.or_else(|| Some(format!("write {missing} = …")));
        }
        written(known, self.key, &expected)
    }
}

/// How a value of these kinds is written.
fn written(
    known: &'static Known,
    key: Option<&str>,
    expected: &Expected<'static>,
) -> Option<String> {
    let assigned = |value: &str| match key {
        Some(key) => format!("write {key} = {value}"),
        None => format!("write {value}"),
    };
    if let Some(example) = key.and_then(example) {
        return Some(example);
    }
    let items = expected.items.map(|items| known.expected(items)).unwrap_or_default();
    if !expected.words.is_empty() && !expected.takes(Kind::Text) {
        let table = expected.takes(Kind::Table).then_some(expected.first_key).flatten();
        let table = table.map(|key| format!("{{ {key} = … }}"));
        let words = expected.words.iter().copied().chain(table.as_deref());
        return Some(format!("write {}", listed(&words.collect::<Vec<_>>())));
    }
    if expected.takes(Kind::Boolean) && !expected.takes(Kind::Text) {
        return Some(assigned("true or false"));
    }
    if expected.takes_number() {
        let least = expected.minimum.unwrap_or(0.0).max(1.0);
        return Some(assigned(&least.to_string()));
    }
    if expected.takes(Kind::List) && !items.words.is_empty() {
        return Some(format!("{}; {}", assigned("[\"…\"]"), suggest("", items.words.clone())));
    }
    if expected.takes(Kind::List) && !expected.takes(Kind::Text) {
        return Some(assigned("[\"…\"]"));
    }
    let inner = expected.any_key.map(|inner| known.expected(inner)).unwrap_or_default();
    match key {
        Some(key) if inner.takes(Kind::Table) => Some(format!("write [{key}.NAME]")),
        Some(_) | None => None,
    }
}
