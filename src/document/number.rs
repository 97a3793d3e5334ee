//! Numbers of data: only one that is kept as it is written is a number at all.

use serde_json::Value as Json;

/// A number as a parser hands it over.
#[derive(Debug, Clone, Copy)]
pub(super) enum ParsedNumber {
    Positive(u64),
    Negative(i64),
    Float(f64),
}

impl From<u64> for ParsedNumber {
    fn from(value: u64) -> Self {
        Self::Positive(value)
    }
}

impl From<i64> for ParsedNumber {
    fn from(value: i64) -> Self {
        Self::Negative(value)
    }
}

impl From<f64> for ParsedNumber {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl ParsedNumber {
    /// The value, unless the parser has made another one of what is written.
    pub(super) fn kept(self, written: &str) -> Result<Json, String> {
        match self {
            Self::Positive(value) => Ok(value.into()),
            Self::Negative(value) => Ok(value.into()),
            Self::Float(value) if !value.is_finite() => Err(not_finite(written)),
            // An integer that came as a float was too long for one.
            Self::Float(value) if value.abs() >= TWO_TO_63 && is_integer(written) => {
                Err(too_long(written))
            }
            Self::Float(value) => Ok(value.into()),
        }
    }
}

/// From here on a float stands for several integers, and 64 bits with a sign hold none.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

fn is_integer(written: &str) -> bool {
    written.chars().all(|character| matches!(character, '0'..='9' | '_' | '+' | '-'))
}

pub(super) fn not_finite(written: &str) -> String {
    format!("`{written}` is not a finite number; write one, or quote it as a string")
}

pub(super) fn too_long(written: &str) -> String {
    format!("`{written}` is not an integer of at most 64 bits; write one, or quote it as a string")
}
