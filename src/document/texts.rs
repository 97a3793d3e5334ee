//! Every text that a document holds, with its place and the keys that lead to it.

use super::Value;
use super::parse;
use crate::source::Source;
use std::ops::Range;
use toml::de::DeTable;
use toml::de::DeValue;

/// A text as it is written.
pub struct WrittenText {
    /// The keys of the tables around it, and its own.
    pub keys: Vec<String>,
    pub span: Range<usize>,
}

/// The texts of a document, those of a list under the key of the list; none where it is no TOML.
pub fn texts(source: &Source) -> Vec<WrittenText> {
    let mut found = Vec::new();
    if let Ok(table) = parse(source) {
        in_table(table.get_ref(), &mut Vec::new(), &mut found);
    }
    found
}

fn in_table(table: &DeTable<'_>, keys: &mut Vec<String>, found: &mut Vec<WrittenText>) {
    for (key, value) in table {
        keys.push(key.get_ref().to_string());
        in_value(value, keys, found);
        keys.pop();
    }
}

fn in_value(value: &Value<'_>, keys: &mut Vec<String>, found: &mut Vec<WrittenText>) {
    match value.get_ref() {
        DeValue::String(_) => found.push(WrittenText { keys: keys.clone(), span: value.span() }),
        DeValue::Array(items) => items.iter().for_each(|item| in_value(item, keys, found)),
        DeValue::Table(table) => in_table(table, keys, found),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}
