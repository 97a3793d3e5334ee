//! Numbers in parameters, and what bounds say.

use super::Flaw;
use crate::document::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;

/// A number, or a template that renders one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    Value(Decimal),
    Template(String),
}

impl Number {
    /// The number; `None` while a template still stands in its place, which is never judged.
    pub(super) fn known(&self) -> Option<&Decimal> {
        match self {
            Self::Value(value) => Some(value),
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
                let number = Decimal::of_float(value).map(Number::Value);
                number.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Float(value), &self))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Value(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Value(value.into()))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                if crate::template::has_expressions(text) {
                    return Ok(Number::Template(text.to_owned()));
                }
                let number = Decimal::parse(text.trim());
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

/// What is wrong with two bounds, each with the name of its parameter, as far as both are known.
pub(super) fn range_flaw<T: PartialOrd + fmt::Display>(
    (least, min): (&'static str, Option<T>),
    (most, max): (&'static str, Option<T>),
) -> Option<Flaw> {
    match (min, max) {
        (Some(min), Some(max)) if min > max => {
            let flaw = Flaw::of(least, format!("`{least}` {min} is above `{most}` {max}"));
            let help = format!("write {least} = {max}, {most} = {min}, or remove one of them");
            Some(flaw.advise(help))
        }
        _ => None,
    }
}

/// `at least 3`, `at most 5`, `3 to 5`.
pub(crate) fn range_words<T: PartialEq + fmt::Display>(min: Option<&T>, max: Option<&T>) -> String {
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
        let three = Number::Value(3_u64.into());
        assert_eq!(number("'3'"), Ok(three.clone()));
        assert_eq!(number("3"), Ok(three));
        assert_eq!(number("'{{ n }}'"), Ok(Number::Template("{{ n }}".to_owned())));
        for bad in ["'three'", "'nan'", "nan", "inf", "true"] {
            assert!(number(bad).is_err(), "{bad} was taken");
        }
    }
}
