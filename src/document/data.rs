//! Data: what a document of JSON, YAML or TOML says, whatever program wrote it. It is read
//! strictly: what two readers could take for two things is refused, with its line. Beside its
//! value, a number keeps how it is written.

use super::decimal::Decimal;
use super::json;
use super::number::ParsedNumber;
use super::toml_data;
use super::yaml;
use indexmap::IndexMap;
use serde_json::Value as Json;
use std::fmt;

/// The languages of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Json,
    Yaml,
    Toml,
}

impl Language {
    /// The language that the ending of a name stands for.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_lowercase().as_str() {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Toml => "TOML",
        }
    }
}

/// Why a text is no data, and the line of it, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFlaw {
    pub message: String,
    pub line: usize,
}

impl DataFlaw {
    /// A flaw at a byte of a text.
    pub(super) fn at(text: &str, byte: usize, message: impl Into<String>) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        Self { message: message.into(), line: before.matches('\n').count() + 1 }
    }
}

/// One value, with all that lies in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    Null,
    Text(String),
    /// A number, a boolean or a date: its value, and how it is written.
    Plain {
        value: Json,
        written: String,
    },
    List(Vec<Data>),
    Table(IndexMap<String, Data>),
}

/// What no document may hold: it is not seen, and parts texts that look the same.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

pub(super) const HOLDS_MARK: &str = "byte order mark (U+FEFF) inside the document; remove it";

impl Data {
    /// Reads one whole document; a byte order mark before it is no part of the text.
    pub fn read(language: Language, text: &str) -> Result<Self, DataFlaw> {
        if let Some(at) = text.find(BYTE_ORDER_MARK) {
            return Err(DataFlaw::at(text, at, HOLDS_MARK));
        }
        match language {
            Language::Json => json::read(text),
            Language::Yaml => yaml::read(text),
            Language::Toml => toml_data::read(text),
        }
    }

    /// A number of a document, as it is written there.
    pub(super) fn number(written: &str, value: impl Into<ParsedNumber>) -> Result<Self, String> {
        let value = value.into().kept(written)?;
        Ok(Self::Plain { value, written: written.to_owned() })
    }

    pub(super) fn boolean(written: &str, value: bool) -> Self {
        Self::Plain { value: value.into(), written: written.to_owned() }
    }

    /// What a JSON pointer points to.
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut steps = pointer.strip_prefix('/')?.split('/');
        steps.try_fold(self, |data, step| data.get(&step.replace("~1", "/").replace("~0", "~")))
    }

    /// What lies under a key of a table, or at an index of a list.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(table) => table.get(key),
            Self::List(items) => {
                let index: usize = key.parse().ok()?;
                // `01` and `+1` are no indices.
                (index.to_string() == key).then(|| items.get(index))?
            }
            Self::Null | Self::Text(_) | Self::Plain { .. } => None,
        }
    }

    /// The text that it is, or that it is written as; none of a list, a table or nothing.
    pub fn written(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Plain { written, .. } => Some(written),
            Self::Null | Self::List(_) | Self::Table(_) => None,
        }
    }

    /// The number that it is, to the last digit that is written.
    pub fn decimal(&self) -> Option<Decimal> {
        let Self::Plain { value: Json::Number(number), written } = self else {
            return None;
        };
        // An integer may be written in hexadecimal, a float not.
        let as_written =
            if number.is_f64() { Decimal::parse(&written.replace('_', "")) } else { None };
        Some(as_written.unwrap_or_else(|| Decimal::of_json(number)))
    }

    pub fn into_json(self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Text(text) => Json::String(text),
            Self::Plain { value, .. } => value,
            Self::List(items) => items.into_iter().map(Self::into_json).collect(),
            Self::Table(table) => {
                table.into_iter().map(|(key, item)| (key, item.into_json())).collect()
            }
        }
    }
}

impl fmt::Display for Data {
    /// As JSON shows it, but a number as it is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain { written, .. } => f.write_str(written),
            Self::Null | Self::Text(_) | Self::List(_) | Self::Table(_) => {
                self.clone().into_json().fmt(f)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn flaw(language: Language, text: &str) -> String {
        let flaw = Data::read(language, text).expect_err(text);
        format!("{}: {}", flaw.line, flaw.message)
    }

    #[test]
    fn every_language_says_the_same() {
        let expected = json!({"a": [1, {"b": "x"}], "c": true, "d": -1.5});
        for (language, text) in [
            (Language::Json, "{\"a\": [1, {\"b\": \"x\"}], \"c\": true, \"d\": -1.5}"),
            (Language::Yaml, "a: [1, {b: x}]\nc: true\nd: -1.5\n"),
            (Language::Toml, "a = [1, { b = 'x' }]\nc = true\nd = -1.5\n"),
        ] {
            assert_eq!(Data::read(language, text).unwrap().into_json(), expected, "{language:?}");
        }
        assert_eq!(Data::read(Language::Json, "null"), Ok(Data::Null));
        assert_eq!(Data::read(Language::Yaml, ""), Ok(Data::Null));
    }

    #[test]
    fn a_pointer_points_as_json_has_it() {
        let data = Data::read(Language::Json, r#"{"a": [{"b/c": 1, "~": 2}], "": 3}"#).unwrap();
        let at = |pointer| data.pointer(pointer).and_then(Data::written);
        assert_eq!([at("/a/0/b~1c"), at("/a/0/~0"), at("/")], [Some("1"), Some("2"), Some("3")]);
        assert_eq!([at("/a/00"), at("/a/+0"), at("/a/-"), at("a"), at("/a/0/b")], [None; 5]);
        assert_eq!(data.pointer(""), Some(&data));
    }

    #[test]
    fn what_two_readers_take_for_two_things_is_refused() {
        for language in [Language::Json, Language::Yaml, Language::Toml] {
            let (open, sign, close) = match language {
                Language::Json => ("{\"n\"", ":", "}"),
                Language::Yaml => ("n", ":", ""),
                Language::Toml => ("n", "=", ""),
            };
            let one = |value: &str| format!("{open}{sign} {value}{close}\n");
            for value in ["1e400", "-1e999", "99999999999999999999", "-99999999999999999999"] {
                assert!(flaw(language, &one(value)).starts_with("1: "), "{language:?} {value}");
            }
            let mark = flaw(language, &format!("\n{}", one("\"\u{feff}\"")));
            assert!(mark.starts_with("2: byte order mark"), "{mark}");
        }
        assert!(flaw(Language::Toml, "a = 1\n\u{feff}b = 2").starts_with("2: byte order mark"));
    }
}
