//! Numbers in parameters, and what counts say beside them.

use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;

/// A number, or a template that renders one.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    Value(f64),
    Template(String),
}

impl Number {
    /// The number; zero while a template still stands in its place, which is never judged.
    pub fn value(&self) -> f64 {
        match self {
            Self::Value(value) => *value,
            Self::Template(_) => 0.0,
        }
    }

    /// The number as a count; what is below zero is zero.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast of a float stays within the bounds of the target"
    )]
    pub(crate) fn count(&self) -> usize {
        self.value() as usize
    }

    /// The number; `None` while a template still stands in its place.
    pub(super) fn known(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Template(_) => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Template(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or a template that renders one")
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Number, E> {
                // Nothing is less than `nan`: a bound of it would hold for everything.
                let number = Some(value).filter(|value| value.is_finite()).map(Number::Value);
                number.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Float(value), &self))
            }
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Value(value as f64))
            }
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Value(value as f64))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                if crate::template::has_expressions(text) {
                    return Ok(Number::Template(text.to_owned()));
                }
                let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
                number
                    .map(Number::Value)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number, or a template that renders one.",
            "type": ["number", "string"]
        })
    }
}

/// Least and most, either of which may be left open.
pub(crate) fn between(count: usize, min: Option<&Number>, max: Option<&Number>) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    let count = count as f64;
    match (min, max) {
        (Some(min), _) if count < min.value() => Some(format!("at least {min}")),
        (_, Some(max)) if count > max.value() => Some(format!("at most {max}")),
        _ => None,
    }
}

/// What is wrong with bounds on a count.
pub(crate) fn count_flaw(min: Option<&Number>, max: Option<&Number>) -> Option<String> {
    for number in [min, max].into_iter().flatten() {
        if number.known().is_some_and(|value| value < 0.0 || value.fract() != 0.0) {
            return Some(format!("a count is a whole number, not {number}"));
        }
    }
    range_flaw(min, max)
}

/// What is wrong with bounds on any number.
pub(crate) fn range_flaw(min: Option<&Number>, max: Option<&Number>) -> Option<String> {
    match (min.and_then(Number::known), max.and_then(Number::known)) {
        (Some(min), Some(max)) if min > max => Some(format!("`min` {min} is above `max` {max}")),
        _ => None,
    }
}

/// The least that counts as there: 1, unless it is said that none will do.
pub(crate) fn least(min: Option<&Number>, max: Option<&Number>) -> Number {
    let none_is_meant = max.and_then(Number::known) == Some(0.0);
    min.cloned().unwrap_or(Number::Value(if none_is_meant { 0.0 } else { 1.0 }))
}

/// `at least 3`, `at most 5`, `3 to 5`.
pub(crate) fn range_words(min: Option<&Number>, max: Option<&Number>) -> String {
    match (min, max) {
        (Some(min), Some(max)) if min == max => format!("exactly {min}"),
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "at least 1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Data;
    use crate::document::Language;

    fn number(toml: &str) -> Result<Number, String> {
        let data = Data::read(Language::Toml, &format!("n = {toml}"));
        let json = data.map_err(|flaw| flaw.message)?.into_json();
        serde_json::from_value(json["n"].clone()).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_may_be_rendered_and_are_finite() {
        assert_eq!(number("'3'"), Ok(Number::Value(3.0)));
        assert_eq!(number("3"), Ok(Number::Value(3.0)));
        assert_eq!(number("'{{ n }}'"), Ok(Number::Template("{{ n }}".to_owned())));
        for bad in ["'three'", "'nan'", "nan", "inf", "true"] {
            assert!(number(bad).is_err(), "{bad} was taken");
        }
    }

    #[test]
    fn bounds_must_make_sense() {
        let [one, two, half] = [1.0, 2.0, 0.5].map(Number::Value);
        assert_eq!(count_flaw(Some(&one), Some(&two)), None);
        assert_eq!(count_flaw(Some(&two), Some(&one)).unwrap(), "`min` 2 is above `max` 1");
        assert_eq!(count_flaw(Some(&half), None).unwrap(), "a count is a whole number, not 0.5");
        assert_eq!(least(None, Some(&Number::Value(0.0))), Number::Value(0.0));
        assert_eq!(least(None, Some(&two)), one);
    }
}
