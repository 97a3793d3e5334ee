//! Counts in parameters: whole numbers of at least 0, and what is said beside them.

use super::Flaw;
use super::number::range_flaw;
use crate::document::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::Error;
use serde::de::Unexpected;
use std::fmt;

/// A whole number of at least 0, or a template that renders one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    Value(u64),
    Template(String),
}

impl Count {
    /// The count; zero while a template still stands in its place, which is never judged.
    pub(crate) fn value(&self) -> usize {
        self.known().map_or(0, |value| usize::try_from(value).unwrap_or(usize::MAX))
    }

    /// The count; `None` while a template still stands in its place.
    pub(super) fn known(&self) -> Option<u64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Template(_) => None,
        }
    }
}

/// A range of counts and what is counted, such as `at least 1 word` and `2 to 3 words`.
pub(super) fn counted(min: Option<&Count>, max: Option<&Count>, noun: &str) -> String {
    let words = super::range_words(min, max);
    let is_range = min.is_some() && max.is_some() && min != max;
    let is_one = !is_range && max.or(min).and_then(Count::known) == Some(1);
    format!("{words} {noun}{}", if is_one { "" } else { "s" })
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Template(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Count;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of at least 0, or a template that renders one")
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Count, E> {
                let whole = Decimal::of_float(value).and_then(|number| number.whole());
                whole
                    .map(Count::Value)
                    .ok_or_else(|| E::invalid_value(Unexpected::Float(value), &self))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Count, E> {
                let whole = u64::try_from(value).map(Count::Value);
                whole.map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Count, E> {
                Ok(Count::Value(value))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
                if crate::template::has_expressions(text) {
                    return Ok(Count::Template(text.to_owned()));
                }
                let whole = Decimal::parse(text.trim()).and_then(|number| number.whole());
                whole
                    .map(Count::Value)
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Count {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Count".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A whole number of at least 0, or a template that renders one.",
            "type": ["integer", "string"],
            "minimum": 0
        })
    }
}

/// Least and most, either of which may be left open.
pub(crate) fn between(count: usize, min: Option<&Count>, max: Option<&Count>) -> Option<String> {
    match (min, max) {
        (Some(min), _) if count < min.value() => Some(format!("at least {min}")),
        (_, Some(max)) if count > max.value() => Some(format!("at most {max}")),
        _ => None,
    }
}

/// What is wrong with bounds on a count.
pub(crate) fn count_flaw(
    (least, min): (&'static str, Option<&Count>),
    (most, max): (&'static str, Option<&Count>),
) -> Option<Flaw> {
    range_flaw((least, min.and_then(Count::known)), (most, max.and_then(Count::known)))
}

/// The least that counts as there: 1, unless it is said that none will do.
pub(crate) fn least(min: Option<&Count>, max: Option<&Count>) -> Count {
    let none_is_meant = max.and_then(Count::known) == Some(0);
    min.cloned().unwrap_or(Count::Value(u64::from(!none_is_meant)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Data;
    use crate::document::Language;

    fn count(toml: &str) -> Result<Count, String> {
        let data = Data::read(Language::Toml, &format!("n = {toml}"));
        let json = data.map_err(|flaw| flaw.message)?.into_json();
        serde_json::from_value(json["n"].clone()).map_err(|error| error.to_string())
    }

    #[test]
    fn counts_may_be_rendered_and_are_whole() {
        for three in ["3", "'3'", "' 3 '", "3.0", "'3.0'"] {
            assert_eq!(count(three), Ok(Count::Value(3)), "{three}");
        }
        assert_eq!(count("'{{ n }}'"), Ok(Count::Template("{{ n }}".to_owned())));
        for bad in ["-1", "'-1'", "0.5", "'0.5'", "-0.5", "'three'", "''", "'nan'", "1e30", "true"]
        {
            assert!(count(bad).is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn one_of_something_is_not_several() {
        let [zero, one, two] = [0, 1, 2].map(Count::Value);
        let words = |min, max| counted(min, max, "word");
        assert_eq!(words(Some(&one), None), "at least 1 word");
        assert_eq!(words(None, Some(&one)), "at most 1 word");
        assert_eq!(words(Some(&zero), Some(&one)), "0 to 1 words");
        assert_eq!(words(Some(&one), Some(&one)), "exactly 1 word");
        assert_eq!(words(Some(&one), Some(&two)), "1 to 2 words");
        assert_eq!(words(Some(&zero), None), "at least 0 words");
    }

    #[test]
    fn bounds_must_make_sense() {
        let [zero, one, two] = [0, 1, 2].map(Count::Value);
        assert!(count_flaw(("min", Some(&one)), ("max", Some(&two))).is_none());
        let flaw = count_flaw(("min", Some(&two)), ("max", Some(&one))).unwrap();
        assert_eq!(flaw.message, "`min` 2 is above `max` 1");
        assert_eq!(least(None, Some(&zero)), zero);
        assert_eq!(least(None, Some(&two)), one);
    }
}
