//! Everything that a type refuses of a value: what one error is about is taken out before the next look,
//! so that one mistake hides no other in the same table.

use super::Value;
use super::deserialize;
use super::salvage::is_within;
use crate::source::Source;
use crate::source::Unsound;
use serde::de::DeserializeOwned;
use std::ops::Range;
use toml::de::DeArray;
use toml::de::DeValue;

/// What a type refuses of a value, but for the errors whose places are known already.
pub(super) fn all<T: DeserializeOwned>(
    source: &Source,
    mut value: Value<'_>,
    known: &[Range<usize>],
) -> Vec<Box<Unsound>> {
    let mut lacking = Vec::new();
    for place in known {
        take_out(&mut value, place, &mut lacking);
    }
    let mut errors = Vec::new();
    while let Err(error) = deserialize::<T>(source, value.clone()) {
        let place = error.span();
        // What is missing may be what was taken out.
        if !lacking.contains(&place) {
            errors.push(error);
        }
        if !take_out(&mut value, &place, &mut lacking) {
            break;
        }
    }
    errors
}

/// Takes the innermost value at a place out; whether there was one. `lacking` are the places of the
/// tables and lists that something was taken out of.
fn take_out(value: &mut Value<'_>, place: &Range<usize>, lacking: &mut Vec<Range<usize>>) -> bool {
    let span = value.span();
    let is_out = match value.get_mut() {
        DeValue::Table(table) => {
            // A key that is refused goes with all that it holds.
            let refused = table.keys().find(|key| key.span() == *place);
            if let Some(key) = refused.map(|key| key.get_ref().to_string()) {
                table.remove(key.as_str());
                lacking.push(span);
                return true;
            }
            if table.iter_mut().any(|(_, value)| take_out(value, place, lacking)) {
                return true;
            }
            let mut entries = table.iter();
            let held = entries.find(|(_, value)| is_within(value, place));
            let held = held.map(|(key, _)| key.get_ref().to_string());
            held.is_some_and(|key| table.remove(key.as_str()).is_some())
        }
        DeValue::Array(items) => {
            if items.iter_mut().any(|item| take_out(item, place, lacking)) {
                return true;
            }
            let at = items.iter().position(|item| is_within(item, place));
            if let Some(at) = at {
                let mut kept = DeArray::new();
                let others = items.iter().enumerate().filter(|(index, _)| *index != at);
                others.for_each(|(_, item)| kept.push(item.clone()));
                *items = kept;
            }
            at.is_some()
        }
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => false,
    };
    if is_out {
        lacking.push(span);
    }
    is_out
}
