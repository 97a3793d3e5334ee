//! Values of documents: how JSON, YAML and TOML are read as data, and what may be
//! asked of one value. The one home of `serde-saphyr`.

use super::Number;
use super::number;
use super::pattern;
use super::text;
use crate::document;
use crate::files::ProjectPath;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::fmt;

/// Reads a document as data, by the ending of its name.
pub fn read(path: &ProjectPath, text: &str) -> Result<Json, Finding> {
    let name = path.as_str().to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let (language, result) = match ending {
        "json" => ("JSON", read_json(text)),
        "yaml" | "yml" => ("YAML", read_yaml(text)),
        "toml" => ("TOML", document::to_json(text)),
        _ => {
            let message = "its name says no format; known: .json, .yaml, .yml, .toml";
            return Err(Finding::new(message).path(path));
        }
    };
    result.map_err(|(message, line)| unreadable(language, &message, line).path(path))
}

/// The finding for a document that is not what its name says.
pub(super) fn unreadable(language: &str, message: &str, line: usize) -> Finding {
    Finding::new(format!("no valid {language}: {}", text::short(message))).line(line)
}

fn read_json(text: &str) -> Result<Json, (String, usize)> {
    serde_json::from_str(text).map_err(|error| (error.to_string(), error.line()))
}

/// Reads one document of YAML 1.2, where `no` is a text; aliases and depth are bounded, keys stand
/// once.
pub(super) fn read_yaml(text: &str) -> Result<Json, (String, usize)> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_documents: 1 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        (error.without_snippet().to_string(), usize::try_from(line).unwrap_or(1))
    })
}

/// A text, number or boolean to compare with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scalar(Json);

impl Scalar {
    /// Numbers compare by value; a text also equals a number or boolean that is written so, since
    /// a template renders nothing but texts.
    fn equals(&self, value: &Json) -> bool {
        match (&self.0, value) {
            (Json::Number(wanted), Json::Number(value)) => {
                wanted == value || (is_inexact(wanted, value) && wanted.as_f64() == value.as_f64())
            }
            (Json::String(wanted), Json::Number(value)) => value.to_string() == *wanted,
            (Json::String(wanted), Json::Bool(value)) => value.to_string() == *wanted,
            (wanted, value) => wanted == value,
        }
    }
}

/// Whether one of two numbers is no integer, so that only their values can be the same.
fn is_inexact(one: &serde_json::Number, other: &serde_json::Number) -> bool {
    one.is_f64() || other.is_f64()
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
                f.write_str("a text, a number, true or false")
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
            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(value.into()))
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
            "description": "A text, a number, true or false.",
            "type": ["string", "number", "boolean"]
        })
    }
}

/// What is asked of a value: one of these, `min` and `max` counting as one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test<'t> {
    pub(super) equals: Option<&'t Scalar>,
    pub(super) one_of: Option<&'t [Scalar]>,
    pub(super) min: Option<&'t Number>,
    pub(super) max: Option<&'t Number>,
    pub(super) matches: Option<&'t str>,
}

impl Test<'_> {
    pub(super) fn flaw(&self) -> Option<String> {
        let ranged = self.min.is_some() || self.max.is_some();
        let given = [self.equals.is_some(), self.one_of.is_some(), ranged, self.matches.is_some()];
        match given.iter().filter(|given| **given).count() {
            0 => Some("give one of `equals`, `one_of`, `min`, `max`, `matches`".to_owned()),
            1 if self.one_of.is_some_and(<[Scalar]>::is_empty) => {
                Some("`one_of` names nothing".to_owned())
            }
            1 => number::range_flaw(self.min, self.max)
                .or_else(|| self.matches.and_then(pattern::flaw)),
            _ => Some("give only one of `equals`, `one_of`, `min`/`max`, `matches`".to_owned()),
        }
    }

    /// What the value is to be, after "is".
    pub(super) fn words(&self) -> String {
        match (self.equals, self.one_of, self.matches) {
            (Some(wanted), _, _) => wanted.to_string(),
            (_, Some(wanted), _) => {
                let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
                format!("one of {}", wanted.join(", "))
            }
            (_, _, Some(pattern)) => format!("a text that matches `{pattern}`"),
            (None, None, None) => number::range_words(self.min, self.max),
        }
    }

    /// Whether the value is so; an error says why that cannot be told.
    fn holds(&self, value: &Json) -> Result<bool, String> {
        if let Some(wanted) = self.equals {
            return Ok(wanted.equals(value));
        }
        if let Some(wanted) = self.one_of {
            return Ok(wanted.iter().any(|wanted| wanted.equals(value)));
        }
        if let Some(pattern) = self.matches {
            let regex = pattern::compile(pattern)?;
            return Ok(match value {
                Json::String(text) => regex.is_match(text),
                Json::Number(_) | Json::Bool(_) => regex.is_match(&value.to_string()),
                Json::Null | Json::Array(_) | Json::Object(_) => false,
            });
        }
        let Some(number) = value.as_f64() else {
            return Ok(false);
        };
        let low = self.min.is_some_and(|min| number < min.value());
        let high = self.max.is_some_and(|max| number > max.value());
        Ok(!low && !high)
    }

    /// The finding where a value of this name is not so.
    pub(super) fn judge(&self, name: &str, value: &Json) -> Option<Finding> {
        match self.holds(value) {
            Ok(true) => None,
            Ok(false) => Some(
                Finding::new(format!("{} is not as it must be", text::quoted(name)))
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
    fn scalars_compare_by_value() {
        let equals = |wanted: Json, value: Json| Scalar(wanted).equals(&value);
        assert!(equals(json!(1), json!(1.0)));
        assert!(equals(json!("3"), json!(3)));
        assert!(equals(json!("true"), json!(true)));
        assert!(!equals(json!(3), json!("3")));
        assert!(!equals(json!("a"), json!(["a"])));
        assert!(!equals(json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64)));
    }

    #[test]
    fn yaml_is_bounded() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
            e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
        assert!(read_yaml(bomb).is_err());
        assert!(read_yaml(&"[".repeat(100_000)).is_err());
        assert!(read_yaml(&"- ".repeat(100_000)).is_err());
        assert!(read_yaml("a: 1\n---\nb: 2\n").is_err());
        assert_eq!(read_yaml("a: 1\na: 2\n").unwrap_err().1, 2);
        assert_eq!(
            read_yaml("s: no\nd: 2026-01-19\nv: 1.0\n3: x\n").unwrap(),
            json!({"s": "no", "d": "2026-01-19", "v": 1.0, "3": "x"})
        );
    }
}
