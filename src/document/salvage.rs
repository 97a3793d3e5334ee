//! What can still be read of a table in which something is wrong: one mistake hides no other.

use super::Placed;
use super::Value;
use super::deserialize;
use super::refusals;
use crate::source::Source;
use crate::source::Unsound;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::ops::Range;
use toml::de::DeTable;
use toml::de::DeValue;

/// What was read of a table, and what its type refused.
pub struct Salvaged<T> {
    pub value: Option<T>,
    pub errors: Vec<Box<Unsound>>,
    /// Whether all of the table was read.
    pub is_whole: bool,
    /// What was taken out of it.
    pub removed: Vec<Removed>,
}

/// A key that was taken out of a table.
pub struct Removed {
    pub key: String,
    /// Whether its value is a table or a list.
    pub is_nested: bool,
}

/// Reads a table without the keys that hold one of the errors that are known already, and without
/// those that its type refuses. `stand_ins` are texts for keys that must be there. What is no table
/// is read as an empty one.
pub fn salvage<T: DeserializeOwned>(
    source: &Source,
    value: Value<'_>,
    known: &[Range<usize>],
    stand_ins: &[(&'static str, &str)],
) -> Salvaged<T> {
    let mut salvaged = read_rest(source, value.clone(), known, stand_ins);
    if !salvaged.is_whole {
        let places: Vec<Range<usize>> = salvaged.errors.iter().map(|error| error.span()).collect();
        let errors = refusals::all::<T>(source, value, known).into_iter();
        salvaged.errors.extend(errors.filter(|error| !places.contains(&error.span())));
    }
    salvaged
}

/// The same with the first error of each key of the table.
fn read_rest<T: DeserializeOwned>(
    source: &Source,
    value: Value<'_>,
    known: &[Range<usize>],
    stand_ins: &[(&'static str, &str)],
) -> Salvaged<T> {
    let span = value.span();
    let mut is_whole = value.get_ref().is_table();
    let mut table = into_table(value).unwrap_or_default();
    let mut removed = Vec::new();
    for place in known {
        remove_holder(&mut table, place, &mut removed);
    }
    is_whole &= removed.is_empty();
    let mut errors = Vec::new();
    let mut stand_ins = stand_ins.iter();
    loop {
        let value = Value::new(span.clone(), DeValue::Table(table.clone()));
        let error = match deserialize(source, value) {
            Ok(value) => return Salvaged { value: Some(value), errors, is_whole, removed },
            Err(error) => error,
        };
        let place = error.span();
        // What is missing may be what was taken out.
        if is_whole || place != span {
            errors.push(error);
        }
        is_whole = false;
        if remove_holder(&mut table, &place, &mut removed) {
            continue;
        }
        let Some((key, text)) = stand_ins.find(|(key, _)| !table.contains_key(*key)) else {
            return Salvaged { value: None, errors, is_whole, removed };
        };
        // No error has its place, which would take it out again.
        let begin = span.start..span.start;
        let text = DeValue::String(Cow::Owned((*text).to_owned()));
        table.insert(Placed::new(begin.clone(), Cow::Borrowed(*key)), Placed::new(begin, text));
    }
}

/// Takes a value out of a table.
pub fn take<'t>(table: &mut Value<'t>, key: &str) -> Option<Value<'t>> {
    match table.get_mut() {
        DeValue::Table(table) => table.remove(key),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => None,
    }
}

/// The keys and values of a table.
pub fn entries<'t>(value: Value<'t>) -> Option<Vec<(Placed<String>, Value<'t>)>> {
    let entry = |(key, value): (Placed<Cow<'t, str>>, Value<'t>)| {
        (Placed::new(key.span(), key.into_inner().into_owned()), value)
    };
    Some(into_table(value)?.into_iter().map(entry).collect())
}

/// The items of a list.
pub fn items(value: Value<'_>) -> Option<Vec<Value<'_>>> {
    match value.into_inner() {
        DeValue::Array(items) => Some(items.into_iter().collect()),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Table(_) => None,
    }
}

fn into_table(value: Value<'_>) -> Option<DeTable<'_>> {
    match value.into_inner() {
        DeValue::Table(table) => Some(table),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_) => None,
    }
}

/// Whether a place is one of the keys or values that lie in a table.
fn holds(table: &DeTable<'_>, place: &Range<usize>) -> bool {
    table.iter().any(|(key, value)| key.span() == *place || is_within(value, place))
}

pub(super) fn is_within(value: &Value<'_>, place: &Range<usize>) -> bool {
    let span = value.span();
    let is_around = span.start <= place.start && place.end <= span.end;
    is_around
        || match value.get_ref() {
            DeValue::Table(table) => holds(table, place),
            DeValue::Array(items) => items.iter().any(|item| is_within(item, place)),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => false,
        }
}

/// Takes the keys out of a table that hold a place; whether there were any.
fn remove_holder(
    table: &mut DeTable<'_>,
    place: &Range<usize>,
    removed: &mut Vec<Removed>,
) -> bool {
    let entries = table.iter();
    let held = entries.filter(|(key, value)| key.span() == *place || is_within(value, place));
    let held: Vec<String> = held.map(|(key, _)| key.get_ref().to_string()).collect();
    let is_any = !held.is_empty();
    for key in held {
        let value = table.remove(key.as_str());
        let is_nested =
            value.is_some_and(|value| value.get_ref().is_table() || value.get_ref().is_array());
        removed.push(Removed { key, is_nested });
    }
    is_any
}
