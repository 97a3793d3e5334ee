//! Values of documents: which language a file is read in, and what may be asked of one
//! value.

use super::Number;
use super::number;
use super::pattern;
use super::text;
use crate::check;
use crate::document::Data;
use crate::document::DataFlaw;
use crate::document::Decimal;
use crate::document::Language;
use crate::files::ProjectPath;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::fmt;

/// Reads a document as data, by the ending of its name.
pub fn read(path: &ProjectPath, text: &str) -> Result<Data, Finding> {
    let Some(language) = Language::of_name(path.as_str()) else {
        let message = "unknown file format; expected .json, .yaml, .yml or .toml";
        return Err(Finding::new(message).path(path));
    };
    Data::read(language, text).map_err(|flaw| unreadable(language, &flaw, 0).path(path))
}

/// The finding for a document that is not what its name says, so many lines down in its file.
pub(super) fn unreadable(language: Language, flaw: &DataFlaw, lines_above: usize) -> Finding {
    let message = format!("invalid {}: {}", language.as_str(), text::short(&flaw.message));
    Finding::new(message).line(flaw.line + lines_above)
}

/// A text, number or boolean to compare with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scalar(Json);

impl Scalar {
    /// Numbers compare by value; a text also equals what is written so, since a template renders
    /// nothing but texts.
    fn equals(&self, data: &Data) -> bool {
        match (&self.0, data) {
            (Json::String(wanted), data) => data.written() == Some(wanted),
            (Json::Number(wanted), data) => data.decimal() == Some(Decimal::of_json(wanted)),
            (wanted, Data::Plain { value, .. }) => wanted == value,
            (_, Data::Null | Data::Text(_) | Data::List(_) | Data::Table(_)) => false,
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::short(&self.0.to_string()))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number, true or false")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar(value.into()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.into()))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar(value.into()))
            }
            fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Scalar, E> {
                let number =
                    serde_json::Number::from_f64(value).map(|number| Scalar(number.into()));
                number.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Float(value), &self))
            }
            fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar(value.into()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scalar".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A string, a number, true or false.",
            "type": ["string", "number", "boolean"]
        })
    }
}

/// What is asked of a value: one of these, `min` and `max` counting as one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Test<'t> {
    pub(super) equals: Option<&'t Scalar>,
    pub(super) one_of: Option<&'t [Scalar]>,
    pub(super) not_equals: Option<&'t Scalar>,
    pub(super) none_of: Option<&'t [Scalar]>,
    pub(super) min: Option<&'t Number>,
    pub(super) max: Option<&'t Number>,
    pub(super) matches: Option<&'t str>,
}

/// A bound, as far as one is given.
fn known(bound: Option<&Number>) -> Option<&Decimal> {
    bound.and_then(Number::known)
}

/// Whether a value is none of these; what is no single value cannot be told apart from them.
fn is_other(value: &Data, unwanted: &[Scalar]) -> bool {
    value.written().is_some() && !unwanted.iter().any(|unwanted| unwanted.equals(value))
}

impl Test<'_> {
    pub(super) fn flaw(&self) -> Option<check::Flaw> {
        let ranged = self.min.is_some() || self.max.is_some();
        let given = [
            self.equals.is_some(),
            self.one_of.is_some(),
            self.not_equals.is_some(),
            self.none_of.is_some(),
            ranged,
            self.matches.is_some(),
        ];
        let names_nothing = |values: Option<&[Scalar]>| values.is_some_and(<[Scalar]>::is_empty);
        let tests = "`equals`, `one_of`, `not_equals`, `none_of`, `min`/`max`, `matches`";
        match given.iter().filter(|given| **given).count() {
            0 => {
                let flaw = check::Flaw::whole(format!("requires one of {tests}"));
                Some(flaw.advise("write equals = \"…\", or another of them"))
            }
            1 if names_nothing(self.one_of) => Some(
                check::Flaw::of("one_of", "`one_of` is empty").advise("write one_of = [\"…\"]"),
            ),
            1 if names_nothing(self.none_of) => Some(
                check::Flaw::of("none_of", "`none_of` is empty").advise("write none_of = [\"…\"]"),
            ),
            1 => {
                let range = number::range_flaw(("min", known(self.min)), ("max", known(self.max)));
                let pattern = || self.matches.and_then(pattern::flaw);
                let pattern = || {
                    pattern().map(|flaw| check::Flaw::of("matches", flaw).advise(pattern::SYNTAX))
                };
                range.or_else(pattern)
            }
            _ => {
                let flaw = check::Flaw::whole(format!("use only one of {tests}"));
                Some(flaw.advise("write a check of its own for each of them"))
            }
        }
    }

    /// What the value is to be, after "is".
    pub(super) fn words(&self) -> String {
        let list = |values: &[Scalar]| {
            values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        if let Some(wanted) = self.equals {
            return wanted.to_string();
        }
        if let Some(wanted) = self.one_of {
            let of = if wanted.len() == 1 { "" } else { "one of " };
            return format!("{of}{}", list(wanted));
        }
        if let Some(unwanted) = self.not_equals {
            return format!("a value other than {unwanted}");
        }
        if let Some(unwanted) = self.none_of {
            return format!("a value other than {}", list(unwanted));
        }
        match self.matches {
            Some(pattern) => format!("a string that matches `{pattern}`"),
            None => number::range_words(self.min, self.max),
        }
    }

    /// Whether the value is so; an error says why that cannot be told.
    fn holds(&self, value: &Data) -> Result<bool, String> {
        if let Some(wanted) = self.equals {
            return Ok(wanted.equals(value));
        }
        if let Some(wanted) = self.one_of {
            return Ok(wanted.iter().any(|wanted| wanted.equals(value)));
        }
        if let Some(unwanted) = self.not_equals {
            return Ok(is_other(value, std::slice::from_ref(unwanted)));
        }
        if let Some(unwanted) = self.none_of {
            return Ok(is_other(value, unwanted));
        }
        if let Some(pattern) = self.matches {
            let regex = pattern::compile(pattern)?;
            return Ok(value.written().is_some_and(|text| regex.is_match(text)));
        }
        let Some(number) = value.decimal() else {
            return Ok(false);
        };
        let low = known(self.min).is_some_and(|min| number < *min);
        let high = known(self.max).is_some_and(|max| number > *max);
        Ok(!low && !high)
    }

    /// The finding where a value of this name is not so.
    pub(super) fn judge(&self, name: &str, value: &Data) -> Option<Finding> {
        match self.holds(value) {
            Ok(true) => None,
            Ok(false) => Some(
                Finding::new(format!("{} has the wrong value", text::quoted(name)))
                    .expected(self.words())
                    .actual(text::short(&value.to_string())),
            ),
            Err(message) => Some(Finding::new(message)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_compare_to_their_last_digit() {
        let number =
            |json: Json| -> Number { serde_json::from_value(json).expect("a number is read") };
        let even = 9_007_199_254_740_992_u64;
        let odd = even + 1;
        for (language, sign) in
            [(Language::Json, ':'), (Language::Yaml, ':'), (Language::Toml, '=')]
        {
            let value = |written: &str| {
                let text = match language {
                    Language::Json => format!("{{\"n\"{sign} {written}}}"),
                    Language::Yaml | Language::Toml => format!("n{sign} {written}"),
                };
                Data::read(language, &text).unwrap().get("n").unwrap().clone()
            };
            let holds = |test: Test<'_>, written: &str| test.holds(&value(written)).unwrap();
            for bound in [json!(odd), json!(odd.to_string()), json!(format!("{odd}.0"))] {
                let bound = number(bound);
                let least = Test { min: Some(&bound), ..Test::default() };
                let most = Test { max: Some(&bound), ..Test::default() };
                for (written, order) in [
                    ("9007199254740992", -1),
                    ("9007199254740992.0", -1),
                    ("9007199254740992.9", -1),
                    ("9.007199254740992e15", -1),
                    ("9007199254740993", 0),
                    ("9007199254740993.0", 0),
                    ("9007199254740993.1", 1),
                    ("9007199254740994", 1),
                    ("-9007199254740994", -1),
                ] {
                    assert_eq!(holds(least, written), order >= 0, "{language:?} {written}");
                    assert_eq!(holds(most, written), order <= 0, "{language:?} {written}");
                }
            }
            let [even, odd] = [even, odd].map(|wanted| Scalar(wanted.into()));
            for (written, [is_even, is_odd]) in [
                ("9007199254740992", [true, false]),
                ("9007199254740993", [false, true]),
                ("9007199254740993.0", [false, true]),
                ("9007199254740992.5", [false, false]),
            ] {
                let equals =
                    |wanted| holds(Test { equals: Some(wanted), ..Test::default() }, written);
                assert_eq!([equals(&even), equals(&odd)], [is_even, is_odd], "{written}");
            }
        }
    }

    #[test]
    fn numbers_compare_by_value_and_texts_as_written() {
        let equals = |wanted: Json, written: &str| {
            Scalar(wanted).equals(&Data::read(Language::Json, written).unwrap())
        };
        assert!(equals(json!(1), "1.0"));
        assert!(equals(json!(1.1), "1.10"));
        assert!(equals(json!("3"), "3"));
        assert!(equals(json!("1.10"), "1.10"));
        assert!(!equals(json!("1.1"), "1.10"));
        assert!(equals(json!("true"), "true"));
        assert!(!equals(json!(3), "\"3\""));
        assert!(!equals(json!("a"), "[\"a\"]"));
        assert!(!equals(json!("null"), "null"));
        assert!(!equals(json!(9_007_199_254_740_993_u64), "9007199254740992"));
    }
}
