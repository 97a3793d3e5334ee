//! Values of inputs as they stand in a definition: one with another type of TOML is told as the keys of
//! the definition are, with what to write.

use super::Error;
use super::Input;
use super::nowhere;
use crate::document::quoted;
use crate::document::quoted_list;
use crate::source::Source;
use crate::source::Unsound;
use crate::workflow::file::InputType;
use serde_json::Value as Json;
use std::ops::Range;

/// Takes a value that stands at a place.
pub(super) fn check(
    source: &Source,
    place: Range<usize>,
    input: &Input,
    value: &Json,
) -> Result<Json, Box<Unsound>> {
    // The place may be that of the table around it.
    let written = source.text.get(place.clone()).filter(|text| !text.contains(['{', '\n']));
    let written = written.map_or_else(|| value.to_string(), str::to_owned);
    if let Some(OtherType { expected, help }) = other_type(input.kind, value, &written) {
        let message = format!(
            "{} `{}`: expected {expected}, found {}",
            input.called,
            input.name,
            found(value)
        );
        return Err(source.unsound(place, message).advise(help));
    }
    let Some(nowhere) = nowhere() else { return Ok(value.clone()) };
    input.check(value.clone(), &nowhere).map_err(|error| {
        let unsound = source.unsound(place, error.to_string());
        match error {
            Error::Wrong { help: Some(help), .. } => unsound.advise(help),
            Error::Wrong { .. } | Error::Missing { .. } | Error::Unknown { .. } => unsound,
        }
    })
}

/// What a value of another type should be.
struct OtherType {
    expected: &'static str,
    help: String,
}

/// `written` is the value as it stands there, such as `1.10`.
fn other_type(kind: InputType, value: &Json, written: &str) -> Option<OtherType> {
    match kind {
        InputType::Bool => {
            let text = value.as_str()?.trim().to_lowercase();
            let meant = match text.as_str() {
                "true" | "yes" | "y" | "on" | "1" => "true",
                "false" | "no" | "n" | "off" | "0" => "false",
                _ => return None,
            };
            let quotes = if text == meant { ", without quotes" } else { "" };
            let help = format!("write {meant}{quotes}");
            Some(OtherType { expected: "true or false", help })
        }
        InputType::Integer => {
            let number: i64 = value.as_str()?.trim().parse().ok()?;
            let help = format!("write {number}, without quotes");
            Some(OtherType { expected: "a whole number", help })
        }
        InputType::Number => {
            let text = value.as_str()?.trim();
            let number: f64 = text.parse().ok().filter(|it: &f64| it.is_finite())?;
            let help = format!("write {number}, without quotes");
            Some(OtherType { expected: "a number", help })
        }
        InputType::List => {
            let list = match value {
                Json::String(text) => {
                    let items = text.split(',').map(str::trim);
                    quoted_list(items.filter(|item| !item.is_empty()))
                }
                Json::Bool(_) | Json::Number(_) => format!("[{written}]"),
                Json::Null | Json::Array(_) | Json::Object(_) => return None,
            };
            Some(OtherType { expected: "a list", help: format!("write {list}") })
        }
        InputType::String
        | InputType::Slug
        | InputType::Path
        | InputType::File
        | InputType::Choice => {
            let help = match value {
                Json::Bool(_) | Json::Number(_) => format!("write \"{written}\", in quotes"),
                Json::Array(items) => match items.as_slice() {
                    [Json::String(only)] => format!("write {}, without brackets", quoted(only)),
                    _ => "write one text in quotes, or type = \"list\"".to_owned(),
                },
                Json::Null | Json::String(_) | Json::Object(_) => return None,
            };
            Some(OtherType { expected: "a string", help })
        }
    }
}

/// A value as messages about keys show it.
fn found(value: &Json) -> String {
    match value {
        Json::String(text) => format!("string {text:?}"),
        Json::Bool(_) => format!("boolean `{value}`"),
        Json::Number(number) if number.is_f64() => format!("floating point `{value}`"),
        Json::Number(_) => format!("integer `{value}`"),
        Json::Array(_) => "a list".to_owned(),
        Json::Null | Json::Object(_) => "a table".to_owned(),
    }
}
