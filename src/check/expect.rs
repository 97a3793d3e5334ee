//! Which exit codes of a program are wanted.

use crate::template;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::SeqAccess;
use std::fmt;

/// Which exit codes are wanted. An end by a signal is never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expect {
    OneOf(Vec<i32>),
    Nonzero,
    Template(String),
}

impl Default for Expect {
    fn default() -> Self {
        Self::OneOf(vec![0])
    }
}

impl Expect {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::OneOf(Vec::new())
    }

    pub(super) fn is(&self, code: i32) -> bool {
        match self {
            Self::OneOf(codes) => codes.contains(&code),
            Self::Nonzero => code != 0,
            Self::Template(_) => false,
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneOf(codes) => {
                let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                write!(f, "exit code {}", codes.join(" or "))
            }
            Self::Nonzero => f.write_str("a nonzero exit code"),
            Self::Template(text) => write!(f, "exit code {text}"),
        }
    }
}

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Expect;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an exit code, a list of exit codes, or \"nonzero\"")
            }
            fn visit_i64<E: serde::de::Error>(self, code: i64) -> Result<Expect, E> {
                let known = i32::try_from(code).map(|code| Expect::OneOf(vec![code]));
                known.map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(code), &self))
            }
            fn visit_u64<E: serde::de::Error>(self, code: u64) -> Result<Expect, E> {
                let known = i32::try_from(code).map(|code| Expect::OneOf(vec![code]));
                known.map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(code), &self))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Expect, E> {
                if text == "nonzero" {
                    return Ok(Expect::Nonzero);
                }
                if template::has_expressions(text) {
                    return Ok(Expect::Template(text.to_owned()));
                }
                let known = text.trim().parse().map(|code| Expect::OneOf(vec![code]));
                known.map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Expect, A::Error> {
                let mut codes = Vec::new();
                while let Some(code) = items.next_element()? {
                    codes.push(code);
                }
                Ok(Expect::OneOf(codes))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Expect {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expect".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An exit code, a list of exit codes, or \"nonzero\".",
            "type": ["integer", "string", "array"],
            "items": { "type": "integer" }
        })
    }
}
