//! TOML as data: a number is kept as it is written, and a date is its text.

use super::data::Data;
use super::data::DataFlaw;
use super::number;
use super::recovery;
use super::syntax;
use serde_json::Number;
use serde_json::Value as Json;
use std::ops::Range;
use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

/// What is wrong at a place of a text.
pub(super) type Wrong = (Range<usize>, String);

/// Parses a text; a number that no program keeps as it is written is no number.
pub(super) fn parse(text: &str) -> Result<Spanned<DeTable<'_>>, Wrong> {
    let table = DeTable::parse(text)
        .map_err(|error| (error.span().unwrap_or_default(), error.message().to_owned()))?;
    table.get_ref().values().try_for_each(|value| refuse_unkept(text, value))?;
    Ok(table)
}

/// The same with everything that is wrong with the text as TOML: at least one thing.
pub(super) fn parse_all(text: &str) -> Result<Spanned<DeTable<'_>>, Vec<Wrong>> {
    parse(text).map_err(|first| recovery::errors(text, first))
}

pub(super) fn read(text: &str) -> Result<Data, DataFlaw> {
    let table = parse(text).map_err(|(span, message)| {
        DataFlaw::at(text, span.start, syntax::told(text, &span, &message).message)
    })?;
    let table = table.into_inner();
    Ok(data(text, &Spanned::new(0..text.len(), DeValue::Table(table))))
}

fn refuse_unkept(text: &str, value: &Spanned<DeValue<'_>>) -> Result<(), Wrong> {
    let written = || text.get(value.span()).unwrap_or_default();
    match value.get_ref() {
        DeValue::Integer(_) if kept(value.get_ref()).is_none() => {
            Err((value.span(), out_of_range(written())))
        }
        DeValue::Float(_) if kept(value.get_ref()).is_none() => {
            Err((value.span(), number::not_finite(written())))
        }
        DeValue::Array(items) => items.iter().try_for_each(|item| refuse_unkept(text, item)),
        DeValue::Table(table) => table.values().try_for_each(|item| refuse_unkept(text, item)),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => Ok(()),
    }
}

fn out_of_range(written: &str) -> String {
    format!(
        "`{written}` is not a TOML integer, which must be from {} to {}; quote it as a string",
        i64::MIN,
        i64::MAX
    )
}

/// The number that a value is, where TOML has a word for it.
fn kept(value: &DeValue<'_>) -> Option<Number> {
    match value {
        DeValue::Integer(number) => {
            let (digits, radix) = (number.as_str(), number.radix());
            i64::from_str_radix(digits, radix).map(Number::from).ok()
        }
        DeValue::Float(number) => number.as_str().parse().ok().and_then(Number::from_f64),
        DeValue::String(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

/// A value of a text that was parsed here.
pub(super) fn data(text: &str, value: &Spanned<DeValue<'_>>) -> Data {
    let plain = |plain: Json| Data::Plain {
        value: plain,
        written: text.get(value.span()).unwrap_or_default().to_owned(),
    };
    match value.get_ref() {
        DeValue::String(text) => Data::Text(text.to_string()),
        number @ (DeValue::Integer(_) | DeValue::Float(_)) => {
            kept(number).map_or(Data::Null, |number| plain(number.into()))
        }
        DeValue::Boolean(value) => plain((*value).into()),
        DeValue::Datetime(time) => plain(time.to_string().into()),
        DeValue::Array(items) => Data::List(items.iter().map(|item| data(text, item)).collect()),
        DeValue::Table(table) => Data::Table(
            table.iter().map(|(key, item)| (key.get_ref().to_string(), data(text, item))).collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_as_they_are_written() {
        let text = "a = 1.10\nb = [0x1F, 1_000, +5, 1e3]\nc.d = true\ne = 1979-05-27 07:32:00Z\n";
        let data = read(text).unwrap();
        let written = |pointer| data.pointer(pointer).unwrap().written().unwrap();
        let found = ["/a", "/b/0", "/b/1", "/b/2", "/b/3", "/c/d", "/e"].map(written);
        let expected = ["1.10", "0x1F", "1_000", "+5", "1e3", "true", "1979-05-27 07:32:00Z"];
        assert_eq!(found, expected);
        let json = data.into_json();
        assert_eq!(json["b"], serde_json::json!([31, 1000, 5, 1000.0]));
        assert_eq!(json["e"], "1979-05-27T07:32:00Z");
    }

    #[test]
    fn what_is_no_finite_number_of_64_bits_is_refused() {
        for value in [
            "inf",
            "-inf",
            "+inf",
            "nan",
            "+nan",
            "1e400",
            "0x",
            "0o",
            "0b",
            "0xg",
            "0b2",
            "1__0",
            "_1",
            "0x_1",
            "99999999999999999999",
            "-9223372036854775809",
            "9223372036854775808",
            "18446744073709551615",
            "0x8000000000000000",
            "0o1000000000000000000000",
            "0b1000000000000000000000000000000000000000000000000000000000000000",
            "0xFFFFFFFFFFFFFFFFF",
            "[1, inf]",
            "{ a = nan }",
        ] {
            assert_eq!(read(&format!("a = 1\nn = {value}\n")).unwrap_err().line, 2, "{value}");
        }
        let kept = "a = 9223372036854775807\nb = -9223372036854775808\nc = 'inf'\n\
            d = 0x7FFFFFFFFFFFFFFF\n";
        assert!(read(kept).is_ok());
        assert!(read(&format!("a = {}", "[".repeat(100_000))).is_err());
    }
}
